"""The pages of an invitation: for whoever it is for, and for everybody else."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from broadsheet.mail.models import Letter
from broadsheet.readers.models import Reader
from broadsheet.settings.django import OUR_RATES
from broadsheet.subscriptions import invitations
from broadsheet.subscriptions.models import Invitation, Plan, Subscription
from tests import people
from tests.people import Cast
from tests.subscriptions.post import letter_to, token_for

pytestmark = pytest.mark.django_db

EVA = "eva@example.org"


@pytest.fixture
def group(cast: Cast) -> Subscription:
    return cast.olga.subscriptions.get()


@pytest.fixture
def made(group: Subscription) -> Invitation:
    return invitations.invite(group, group.owner, EVA, "en", timezone.now())


@pytest.fixture
def link(made: Invitation) -> str:
    return f"/invitation/{token_for(EVA)}/"


def signed_in(reader: Reader) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def words(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_visitor_is_told_what_it_is_and_gets_the_address_filled_in(link: str) -> None:
    page = Client().get(link)
    assert page.status_code == 200
    assert "You are invited" in words(page)
    to_sign_up = re.search(r'href="(/account/signup/[^"]+)"', words(page))
    assert to_sign_up
    form = Client().get(to_sign_up[1].replace("&amp;", "&"))
    assert f'value="{EVA}"' in words(form)
    assert f'value="{link}"' in words(form)


def test_the_page_is_the_same_whether_the_address_has_an_account_or_not(
    link: str, made: Invitation
) -> None:
    without = re.sub(r"csrf\S+", "", words(Client().get(link)))
    people.reader(EVA)
    assert re.sub(r"csrf\S+", "", words(Client().get(link))) == without


def test_a_visit_changes_nothing_so_a_mail_scanner_does_no_harm(
    link: str, made: Invitation
) -> None:
    for address in (link, f"{link}decline/"):
        Client().get(address)
        Client().head(address)
    made.refresh_from_db()
    assert made.state == "open"


def test_the_page_is_not_kept_and_its_address_is_not_passed_on(link: str) -> None:
    page = Client().get(link)
    assert "no-store" in page.headers["Cache-Control"]
    assert 'name="referrer" content="same-origin"' in words(page)


def test_the_invited_reader_accepts_with_one_button(link: str, made: Invitation) -> None:
    eva = people.reader(EVA)
    client = signed_in(eva)
    page = words(client.get(link))
    assert "Invited by olga@example.com" in page
    action = f"/account/invitations/{made.pk}/accept/"
    assert action in page
    done = client.post(action, follow=True)
    assert "The seat is yours" in words(done)
    assert eva.seats.get() == made.seat


def test_pressed_twice_the_button_says_the_same(made: Invitation) -> None:
    client = signed_in(people.reader(EVA))
    client.post(f"/account/invitations/{made.pk}/accept/")
    client.get("/account/seats/")
    again = client.post(f"/account/invitations/{made.pk}/accept/", follow=True)
    assert "You have accepted the invitation" in words(again)


@pytest.mark.parametrize("page", ["/account/", "/account/seats/"])
def test_an_invited_reader_finds_it_in_the_account_without_the_link(
    made: Invitation, page: str
) -> None:
    said = words(signed_in(people.reader(EVA)).get(page))
    assert "Offered to you" in said
    assert f"/account/invitations/{made.pk}/accept/" in said


def test_a_forwarded_link_is_of_no_use_and_shows_only_so_much_of_the_address(
    link: str, made: Invitation, cast: Cast
) -> None:
    client = signed_in(cast.nora)
    page = client.get(link)
    assert page.status_code == 403
    assert "e…@example.org" in words(page)
    assert EVA not in words(page)
    assert client.get(f"{link}decline/").status_code == 403
    assert client.post(f"{link}decline/").status_code == 403
    for verb in ("accept", "decline"):
        assert client.post(f"/account/invitations/{made.pk}/{verb}/").status_code == 404
    made.refresh_from_db()
    assert made.state == "open"
    assert not cast.nora.seats.exists()


def test_accepting_needs_a_sign_in_and_a_form(made: Invitation) -> None:
    action = f"/account/invitations/{made.pk}/accept/"
    assert Client().post(action).headers["Location"].startswith("/account/login/")
    assert signed_in(people.reader(EVA)).get(action).status_code == 405


def test_who_pays_already_is_told_that_they_keep_it_and_may_cancel(
    link: str, made: Invitation
) -> None:
    eva = people.reader(EVA)
    people.subscribe(eva, Plan.objects.get(code="basic"))
    client = signed_in(eva)
    assert "you may cancel it" in words(client.get(link))
    done = client.post(f"/account/invitations/{made.pk}/accept/", follow=True)
    assert "You keep the subscription of your own" in words(done)


def test_somebody_without_an_account_declines_by_the_letters_link(
    link: str, made: Invitation
) -> None:
    assert f"{link}decline/" in letter_to(EVA).text
    client = Client()
    assert client.get(f"{link}decline/").status_code == 200
    done = client.post(f"{link}decline/", follow=True)
    assert "It was declined" in words(done)
    made.refresh_from_db()
    assert made.state == "declined"


@pytest.mark.parametrize("state", ["accepted", "declined", "taken_back", "expired"])
def test_what_is_over_is_gone_and_says_why(link: str, made: Invitation, state: str) -> None:
    Invitation.objects.filter(pk=made.pk).update(state=state, answered_at=timezone.now())
    for client in (Client(), signed_in(people.reader(EVA))):
        for address in (link, f"{link}decline/"):
            page = client.get(address)
            assert page.status_code == 410
            assert "This invitation is over" in words(page)
            assert EVA not in words(page).replace(f"as {EVA}", "")


def test_an_invitation_whose_days_have_passed_is_gone(link: str, made: Invitation) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = Client().get(link)
    assert page.status_code == 410
    assert "Its days have passed" in words(page)
    answer = signed_in(people.reader(EVA)).post(
        f"/account/invitations/{made.pk}/accept/", follow=True
    )
    assert "This is over" in words(answer)


def test_an_invitation_to_a_subscription_that_has_ended_is_gone(
    link: str, group: Subscription
) -> None:
    group.ends_at = timezone.now()
    group.save()
    page = Client().get(link)
    assert page.status_code == 410
    assert "has ended" in words(page)


@pytest.mark.parametrize("token", ["x", "a" * 32, "%00", "é", "a" * 5000, "..%2F..", "' OR 1=1--"])
def test_an_unknown_or_damaged_link_is_not_found_and_says_what_to_do(
    made: Invitation, token: str
) -> None:
    for address in (f"/invitation/{token}/", f"/invitation/{token}/decline/"):
        page = Client().get(address)
        assert page.status_code == 404
    assert Client().post(f"/invitation/{token}/decline/").status_code == 404


def test_the_link_of_the_letter_before_is_not_found(
    link: str, made: Invitation, group: Subscription
) -> None:
    invitations.send_again(made, group.owner, "en", timezone.now())
    page = Client().get(link)
    assert page.status_code == 404
    assert "Look for the newest letter" in words(page)


def test_fifty_invitations_a_day_are_enough(settings: Any, cast: Cast, group: Subscription) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**OUR_RATES, "invite_reader": "2/d/user"}
    cache.clear()
    client = signed_in(cast.olga)
    address = f"/account/seats/{group.pk}/invite/"
    answers = [
        client.post(address, {"email": f"someone-{number}@example.org"}).status_code
        for number in range(3)
    ]
    assert answers == [302, 302, 429]
    assert Letter.objects.count() == 2
    assert OUR_RATES["invite_reader"] == "50/d/user"


def test_an_invitation_is_sent_again_three_times_an_hour(
    settings: Any, cast: Cast, made: Invitation
) -> None:
    settings.ACCOUNT_RATE_LIMITS = OUR_RATES
    cache.clear()
    client = signed_in(cast.olga)
    address = f"/account/seats/invitation/{made.pk}/send-again/"
    assert [client.post(address).status_code for _ in range(4)] == [302, 302, 302, 429]
