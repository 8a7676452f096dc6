"""Free seats that readers of a group take by themselves, and who looks after them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.readers.models import Reader
from broadsheet.subscriptions import invitations, joining, refusals, seating
from broadsheet.subscriptions.models import Invitation, JoinDomain, JoinLink, Subscription
from tests import people
from tests.people import Cast
from tests.subscriptions.post import letter_to, token_for

pytestmark = pytest.mark.django_db

PAGE = "/account/seats/"


@pytest.fixture
def school(cast: Cast) -> Subscription:
    """Five seats, of which the teacher, whose address is the school's, has one."""
    teacher = people.reader("teacher@school.example")
    return people.subscribe(teacher, cast.olga.subscriptions.get().plan)


@pytest.fixture
def domain(school: Subscription) -> JoinDomain:
    return joining.add_domain(school, school.owner, "@School.example", timezone.now())


def signed_in(reader: Reader) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def words(answer: Any) -> str:
    return str(answer.content.decode())


# --- by domain -----------------------------------------------------------------------------


def test_a_reader_with_an_address_at_the_domain_is_offered_a_seat_and_takes_it(
    domain: JoinDomain, school: Subscription
) -> None:
    pupil = people.reader("pupil@school.example")
    client = signed_in(pupil)
    assert f"/join/domain/{domain.pk}/" in words(client.get(PAGE))
    done = client.post(f"/join/domain/{domain.pk}/", follow=True)
    assert "The seat is yours" in words(done)
    assert pupil.seats.get().subscription == school
    assert f"/join/domain/{domain.pk}/" not in words(client.get(PAGE))


@pytest.mark.parametrize("email", ["a@sub.school.example", "a@schoool.example", "a@example.org"])
def test_nobody_else_finds_it(domain: JoinDomain, email: str) -> None:
    client = signed_in(people.reader(email))
    assert client.get(f"/join/domain/{domain.pk}/").status_code == 404
    assert client.post(f"/join/domain/{domain.pk}/").status_code == 404
    assert Client().get(f"/join/domain/{domain.pk}/").status_code == 302


def test_an_unverified_address_at_the_domain_opens_nothing(domain: JoinDomain, cast: Cast) -> None:
    cast.nora.emailaddress_set.create(email="nora@school.example", verified=False)
    with pytest.raises(refusals.NotYours):
        joining.take_by_domain(domain, cast.nora, timezone.now())


@pytest.mark.parametrize("name", ["gmail.com", "OUTLOOK.com", "yahoo.es", "@gmx.de"])
def test_public_mail_providers_are_refused(school: Subscription, name: str) -> None:
    people.reader("teacher2@gmail.com")
    with pytest.raises(refusals.PublicDomain):
        joining.add_domain(school, school.owner, name, timezone.now())


def test_a_domain_without_an_address_of_ones_own_is_refused(school: Subscription) -> None:
    with pytest.raises(refusals.NotYourDomain):
        joining.add_domain(school, school.owner, "other.example", timezone.now())


@pytest.mark.parametrize("name", ["", "school", "a b.example", "https://school.example", "-.-"])
def test_what_is_not_a_domain_is_refused(school: Subscription, name: str) -> None:
    with pytest.raises(refusals.BadDomain):
        joining.add_domain(school, school.owner, name, timezone.now())


def test_when_every_seat_is_taken_nothing_is_offered(
    domain: JoinDomain, school: Subscription
) -> None:
    for number in range(4):
        seating.seat(people.reader(f"pupil-{number}@school.example"), school)
    late = people.reader("late@school.example")
    assert "/join/domain/" not in words(signed_in(late).get(PAGE))
    with pytest.raises(refusals.NoSeatToTake):
        joining.take_by_domain(domain, late, timezone.now())


def test_a_domain_is_added_and_removed_on_the_groups_page(school: Subscription) -> None:
    client = signed_in(school.owner)
    client.post(f"{PAGE}{school.pk}/domains/", {"domain": "school.example"})
    added = JoinDomain.objects.get()
    assert "school.example" in words(client.get(f"{PAGE}{school.pk}/group/"))
    client.post(f"{PAGE}{school.pk}/domains/{added.pk}/remove/")
    assert not JoinDomain.objects.exists()
    assert client.post(f"{PAGE}{school.pk}/domains/", {"domain": ""}).status_code == 400


# --- by link -------------------------------------------------------------------------------


def test_a_link_is_shown_once_and_kept_as_a_digest(school: Subscription) -> None:
    client = signed_in(school.owner)
    page = words(client.post(f"{PAGE}{school.pk}/links/", {"uses": 2, "days": 7}, follow=True))
    shown = re.search(r"/join/([\w-]+)", page.partition('class="join-link"')[2])
    assert shown
    link = JoinLink.objects.get()
    assert shown[1] not in link.token_hash
    assert joining.link_by_token(shown[1]) == link
    assert shown[1] not in words(client.get(f"{PAGE}{school.pk}/group/"))


def test_a_link_seats_so_many_readers_and_no_more(school: Subscription) -> None:
    link, token = joining.make_link(school, school.owner, 2, 7, timezone.now())
    answers = []
    for number in range(3):
        client = signed_in(people.reader(f"pupil-{number}@example.org"))
        assert client.get(f"/join/{token}/").status_code == (410 if number == 2 else 200)
        answers.append(client.post(f"/join/{token}/").status_code)
    assert answers == [302, 302, 410]
    link.refresh_from_db()
    assert link.uses == 2
    assert school.seats.exclude(reader=None).count() == 3


def test_a_use_that_gives_no_seat_is_not_counted(school: Subscription, cast: Cast) -> None:
    link, _token = joining.make_link(school, school.owner, 9, 7, timezone.now())
    joining.take_by_link(link, cast.nora, timezone.now())
    with pytest.raises(refusals.AlreadySeated):
        joining.take_by_link(link, cast.nora, timezone.now())
    for someone in (cast.ana, cast.luis, cast.marta):
        joining.take_by_link(link, someone, timezone.now())
    with pytest.raises(refusals.NoSeatToTake):
        joining.take_by_link(link, cast.olga, timezone.now())
    link.refresh_from_db()
    assert link.uses == 4


def test_a_withdrawn_or_old_link_is_gone_and_an_unknown_one_is_not_found(
    school: Subscription,
) -> None:
    link, token = joining.make_link(school, school.owner, 2, 7, timezone.now())
    JoinLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(f"/join/{token}/").status_code == 410
    JoinLink.objects.update(expires_at=timezone.now() + timedelta(days=1))
    signed_in(school.owner).post(f"{PAGE}{school.pk}/links/{link.pk}/withdraw/")
    assert Client().get(f"/join/{token}/").status_code == 410
    for unknown in ("x", "é", "a" * 3000):
        assert Client().get(f"/join/{unknown}/").status_code == 404


def test_a_visitor_with_a_link_is_led_to_an_account_and_back(school: Subscription) -> None:
    _link, token = joining.make_link(school, school.owner, 2, 7, timezone.now())
    page = words(Client().get(f"/join/{token}/"))
    assert f"/account/signup/?next=%2Fjoin%2F{token}%2F" in page
    assert Client().post(f"/join/{token}/").status_code == 200
    assert JoinLink.objects.get().uses == 0


@pytest.mark.parametrize("form", [{"uses": 0, "days": 7}, {"uses": 2, "days": 91}, {"uses": "x"}])
def test_a_link_without_a_limit_is_not_made(school: Subscription, form: dict[str, Any]) -> None:
    answer = signed_in(school.owner).post(f"{PAGE}{school.pk}/links/", form)
    assert answer.status_code == 400
    assert not JoinLink.objects.exists()


def test_a_seat_that_is_kept_for_a_reader_is_the_one_they_take(
    school: Subscription, cast: Cast
) -> None:
    made = invitations.invite(school, school.owner, cast.nora.email, "en", timezone.now())
    link, _token = joining.make_link(school, school.owner, 2, 7, timezone.now())
    assert joining.take_by_link(link, cast.nora, timezone.now()) == made.seat
    made.refresh_from_db()
    assert made.state == "accepted"


# --- administrators ------------------------------------------------------------------------


def test_the_owner_asks_somebody_to_look_after_the_seats(school: Subscription, cast: Cast) -> None:
    owner = signed_in(school.owner)
    address = f"{PAGE}{school.pk}/administrators/"
    done = owner.post(address, {"email": cast.nora.email}, follow=True)
    assert "is asked to look after" in words(done)
    made = Invitation.objects.get()
    assert made.seat is None
    assert seating.free_seats(school, timezone.now()) == 4
    assert "/invitation/" in letter_to(cast.nora.email).text
    nora = signed_in(cast.nora)
    assert "look after" in words(nora.get(f"/invitation/{token_for(cast.nora.email)}/"))
    done = nora.post(f"/account/invitations/{made.pk}/accept/", follow=True)
    assert "You look after the subscription now" in words(done)
    assert school.administrators.get() == cast.nora
    assert not cast.nora.seats.exists()


def test_the_answer_is_the_same_whether_the_address_has_an_account_or_not(
    school: Subscription, cast: Cast
) -> None:
    owner = signed_in(school.owner)
    answers = []
    for email in (cast.nora.email, "nobody@example.org"):
        done = owner.post(f"{PAGE}{school.pk}/administrators/", {"email": email}, follow=True)
        answers.append(words(done).partition("sayings")[2].partition("</div>")[0])
    assert answers[0].replace(cast.nora.email, "X") == answers[1].replace("nobody@example.org", "X")


def test_an_administrator_makes_nobody_an_administrator(school: Subscription, cast: Cast) -> None:
    school.administrators.add(cast.nora, cast.ana)
    made = invitations.invite(
        school, school.owner, "x@example.org", "en", timezone.now(),
        Invitation.Roles.ADMINISTRATOR,
    )  # fmt: skip
    nora = signed_in(cast.nora)
    base = f"{PAGE}{school.pk}/administrators/"
    assert nora.post(base, {"email": "y@example.org"}).status_code == 404
    assert nora.post(f"{base}{cast.ana.pk}/remove/").status_code == 404
    assert nora.post(f"{PAGE}invitation/{made.pk}/take-back/").status_code == 404
    assert nora.post(f"{PAGE}invitation/{made.pk}/send-again/").status_code == 404
    assert nora.post(f"{base}{cast.nora.pk}/remove/").status_code == 302
    assert school.administrators.get() == cast.ana


def test_an_administrator_who_is_removed_sees_the_seats_no_more(
    school: Subscription, cast: Cast
) -> None:
    school.administrators.add(cast.nora)
    signed_in(school.owner).post(f"{PAGE}{school.pk}/administrators/{cast.nora.pk}/remove/")
    assert signed_in(cast.nora).get(f"{PAGE}{school.pk}/").status_code == 404
