"""The owner's page of seats, and what nobody else can do or see there."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.mail.models import Letter
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import invitations, seating
from broadsheet.subscriptions.models import (
    Invitation,
    MineAnswer,
    Seat,
    SeatContest,
    SharingCase,
    Subscription,
)
from tests import people
from tests.people import Cast
from tests.subscriptions.post import letter_to
from tests.subscriptions.test_passes import Browser, needs, read_under, seat_of

pytestmark = pytest.mark.django_db

PAGE = "/account/seats/"
EVA = "eva@example.org"


@pytest.fixture
def group(cast: Cast) -> Subscription:
    return cast.olga.subscriptions.get()


@pytest.fixture
def olga(cast: Cast) -> Client:
    return signed_in(cast.olga)


def signed_in(reader: Reader) -> Client:
    client = Client()
    client.force_login(reader)
    return client


def words(answer: Any) -> str:
    return str(answer.content.decode())


def invited(group: Subscription, email: str = EVA) -> Invitation:
    return invitations.invite(group, group.owner, email, "en", timezone.now())


def test_the_page_says_who_holds_who_is_invited_and_how_many_are_free(
    olga: Client, group: Subscription, cast: Cast
) -> None:
    seating.seat(cast.luis, group)
    invited(group)
    page = words(olga.get(PAGE))
    assert "2 taken, 1 kept for readers who are invited, 2 free" in page
    assert "luis@example.com" in page
    assert EVA in page


def test_the_owner_invites_from_the_page_and_comes_back_to_it_and_the_story(
    olga: Client, group: Subscription
) -> None:
    form = {"email": EVA, "next": "/us/news/a-story/"}
    done = olga.post(f"{PAGE}{group.pk}/invite/", form, follow=True)
    assert done.redirect_chain == [(f"{PAGE}?next=%2Fus%2Fnews%2Fa-story%2F", 302)]
    assert f"{EVA} is invited." in words(done)
    assert 'href="/us/news/a-story/"' in words(done)


@pytest.mark.parametrize(
    "way", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x"]
)
def test_the_way_back_stays_on_the_site(olga: Client, group: Subscription, way: str) -> None:
    page = words(olga.get(PAGE, {"next": way}))
    assert f'href="{way}' not in page
    assert f'value="{way}' not in page
    done = olga.post(f"{PAGE}{group.pk}/take/", {"next": way})
    assert done.headers["Location"] == f"{PAGE}?next=%2F"


def test_a_bad_address_is_said_beside_its_field(olga: Client, group: Subscription) -> None:
    done = olga.post(f"{PAGE}{group.pk}/invite/", {"email": "eva"})
    assert done.status_code == 400
    assert "aria-invalid" in words(done)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("olga@example.com", "This address is your own."),
        ("luis@example.com", "This reader has a seat already."),
        (EVA, "This address has an open invitation."),
    ],
)
def test_what_cannot_be_done_is_said(
    olga: Client, group: Subscription, cast: Cast, email: str, said: str
) -> None:
    seating.seat(cast.luis, group)
    invited(group)
    done = olga.post(f"{PAGE}{group.pk}/invite/", {"email": email}, follow=True)
    assert said in words(done)
    assert Invitation.objects.count() == 1


def test_taking_a_seat_back_asks_first(olga: Client, group: Subscription, cast: Cast) -> None:
    seat = seating.seat(cast.luis, group)
    address = f"{PAGE}seat/{seat.pk}/take-back/"
    assert "stops reading on your subscription at once" in words(olga.get(address))
    seat.refresh_from_db()
    assert seat.reader == cast.luis
    done = olga.post(address, {"reader": cast.luis.pk}, follow=True)
    assert "The seat of luis@example.com is free again." in words(done)
    seat.refresh_from_db()
    assert seat.reader is None
    assert letter_to("luis@example.com").kind == "seat_taken_back"
    assert Reader.objects.filter(email="luis@example.com").exists()


def test_a_seat_that_changed_hands_meanwhile_is_left_alone(
    olga: Client, group: Subscription, cast: Cast
) -> None:
    seat = seating.seat(cast.nora, group)
    done = olga.post(f"{PAGE}seat/{seat.pk}/take-back/", {"reader": cast.luis.pk}, follow=True)
    assert "has changed hands" in words(done)
    seat.refresh_from_db()
    assert seat.reader == cast.nora


def test_a_member_gives_up_their_seat_and_the_owner_is_told(cast: Cast) -> None:
    seat = cast.luis.seats.get()
    client = signed_in(cast.luis)
    assert "The subscription of marta@example.com" in words(client.get(f"{PAGE}leave/"))
    done = client.post(f"{PAGE}leave/", {"seat": seat.pk}, follow=True)
    assert "You have given up your seat" in words(done)
    assert not cast.luis.seats.exists()
    assert letter_to("marta@example.com").kind == "seat_given_up"


@pytest.mark.parametrize("chosen", ["", "x", "-1", "999999", "²"])
def test_nobody_gives_up_a_seat_they_have_not(cast: Cast, chosen: str) -> None:
    client = signed_in(cast.luis)
    assert client.post(f"{PAGE}leave/", {"seat": chosen}).status_code == 404
    theirs = cast.ana.seats.get()
    assert client.post(f"{PAGE}leave/", {"seat": theirs.pk}).status_code == 404
    assert cast.ana.seats.exists()


def test_an_owner_gives_up_their_own_seat_and_takes_one_again(
    olga: Client, group: Subscription, cast: Cast
) -> None:
    olga.post(f"{PAGE}leave/", {"seat": cast.olga.seats.get().pk})
    assert not cast.olga.seats.exists()
    assert not Letter.objects.exists()
    page = words(olga.get(PAGE))
    assert "You have no seat of your own here." in page
    olga.post(f"{PAGE}{group.pk}/take/")
    assert cast.olga.seats.get().subscription == group


def test_administrators_see_and_do_the_same_but_leave_the_owner_alone(
    group: Subscription, cast: Cast
) -> None:
    group.administrators.add(cast.nora)
    nora = signed_in(cast.nora)
    assert "of olga@example.com" in words(nora.get(PAGE))
    nora.post(f"{PAGE}{group.pk}/invite/", {"email": EVA})
    assert Invitation.objects.get().invited_by == cast.nora
    theirs = cast.olga.seats.get()
    done = nora.post(f"{PAGE}seat/{theirs.pk}/take-back/", {"reader": cast.olga.pk}, follow=True)
    assert "Only they can give it up." in words(done)
    assert cast.olga.seats.exists()


def test_several_subscriptions_stand_one_after_the_other(
    olga: Client, group: Subscription, cast: Cast
) -> None:
    people.subscribe(cast.olga, people.plan("family", 3))
    page = words(olga.get(PAGE))
    assert f'id="seats-{group.pk}"' in page
    assert "Family" in page


def test_what_is_somebody_elses_is_not_found_and_not_changed(cast: Cast) -> None:
    marta = cast.marta.subscriptions.get()
    marta.seats_bought = 3
    marta.save()
    made = invited(marta)
    seat = cast.luis.seats.get()
    for somebody in (cast.nora, cast.olga, cast.luis, cast.ana):
        client = signed_in(somebody)
        for address in (
            f"{PAGE}{marta.pk}/",
            f"{PAGE}{marta.pk}/group/",
            f"{PAGE}{marta.pk}/list/",
            f"{PAGE}seat/{seat.pk}/take-back/",
        ):
            assert client.get(address).status_code == 404, address
        for address in (
            f"{PAGE}{marta.pk}/invite/",
            f"{PAGE}{marta.pk}/take/",
            f"{PAGE}{marta.pk}/domains/",
            f"{PAGE}{marta.pk}/links/",
            f"{PAGE}{marta.pk}/administrators/",
            f"{PAGE}{marta.pk}/administrators/{cast.marta.pk}/remove/",
            f"{PAGE}seat/{seat.pk}/take-back/",
            f"{PAGE}invitation/{made.pk}/take-back/",
            f"{PAGE}invitation/{made.pk}/send-again/",
        ):
            form = {"email": "x@example.org", "reader": cast.luis.pk}
            assert client.post(address, form).status_code == 404, address
    made.refresh_from_db()
    assert made.state == "open"
    assert cast.luis.seats.get() == seat
    assert Letter.objects.count() == 1


@pytest.mark.parametrize("address", ["1/invite/", "1/take/", "invitation/1/take-back/"])
def test_what_changes_something_takes_a_form(olga: Client, address: str) -> None:
    assert olga.get(PAGE + address).status_code == 405


def test_a_visitor_is_asked_to_sign_in_and_brought_back(cast: Cast) -> None:
    answer = Client().get(f"{PAGE}?next=/us/")
    assert answer.headers["Location"].startswith("/account/login/?next=/account/seats/")


def test_the_owner_sees_nothing_of_a_readers_devices_or_reading(cast: Cast) -> None:
    Browser(cast.luis)
    page = words(signed_in(cast.marta).get(PAGE))
    device = cast.luis.devices.get()
    assert device.label not in page
    assert device.key not in page
    assert device.last_seen.strftime("%H:%M") not in page


@pytest.mark.django_db(transaction=True)
def test_a_seat_taken_back_ends_its_lease_and_its_passes_at_once(
    group: Subscription, cast: Cast
) -> None:
    seat = seating.seat(cast.luis, group)
    seating.give_up(cast.marta.subscriptions.get().seats.get(reader=cast.luis).pk, cast.luis)
    browser = Browser(cast.luis)
    a_pass = needs(browser.ask())
    assert a_pass.key == seat.key
    read_under(a_pass)
    assert seat_of(a_pass).held(time.time())
    olga = signed_in(cast.olga)
    olga.post(f"{PAGE}seat/{seat.pk}/take-back/", {"reader": cast.luis.pk})
    assert not browser.has_good(a_pass)
    assert not seat_of(a_pass).held(time.time())
    assert needs(browser.ask()).mode is None


def test_nothing_of_whoever_had_a_seat_before_goes_to_the_next_reader(
    group: Subscription, cast: Cast
) -> None:
    seat = seating.seat(cast.luis, group)
    now = timezone.now()
    SeatContest.objects.create(seat=seat, kind="refused", device="a", other="b", at=now)
    SharingCase.objects.create(seat=seat, opened_at=now, devices=["a", "b"])
    MineAnswer.objects.create(seat=seat, device="a", other="b", at=now)
    seating.take_back(seat.pk, cast.luis.pk, cast.olga)
    seating.seat(cast.nora, group)
    for kept in (SeatContest, SharingCase, MineAnswer):
        assert not kept.objects.exists()


def test_a_long_list_has_pages(olga: Client, group: Subscription) -> None:
    group.seats_bought = 120
    group.save()
    for number in range(60):
        Seat.objects.filter(pk=group.seats.filter(reader=None).first().pk).update(  # type: ignore[union-attr]
            reader=Reader.objects.create(email=f"reader-{number:02}@example.org")
        )
    assert "reader-59@example.org" not in words(olga.get(PAGE))
    page = words(olga.get(f"{PAGE}{group.pk}/", {"page": "2"}))
    assert "reader-59@example.org" in page
    assert olga.get(f"{PAGE}{group.pk}/", {"page": "x"}).status_code == 200


def test_a_household_is_not_shown_a_groups_tools(cast: Cast, olga: Client) -> None:
    marta = cast.marta.subscriptions.get()
    client = signed_in(cast.marta)
    assert "/group/" not in words(client.get(PAGE))
    assert client.get(f"{PAGE}{marta.pk}/group/").status_code == 404
    assert "/group/" in words(olga.get(PAGE))


def test_what_is_over_has_left_the_page(olga: Client, group: Subscription) -> None:
    invited(group)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = words(olga.get(PAGE))
    assert EVA not in page
    assert "1 taken, 0 kept for readers who are invited, 4 free" in page


@pytest.mark.parametrize("number", ["9" * 5000, "-1", "--1", "²", "٣", "1.0", "\0", ""])
def test_a_number_that_is_none_is_nobody_s_seat(
    olga: Client, group: Subscription, number: str
) -> None:
    seat = group.seats.exclude(reader=None).get()
    olga.post(f"/account/seats/seat/{seat.pk}/take-back/", {"reader": number})
    assert olga.post("/account/seats/leave/", {"seat": number}).status_code == 404
    seat.refresh_from_db()
    assert seat.reader == group.owner
