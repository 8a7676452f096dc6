"""A seat read on two devices three times within a day opens a case; here is how it goes on."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.access import Ending
from broadsheet.gate.events import Event, SeatEvent
from broadsheet.readers.models import Device, Reader
from broadsheet.subscriptions import seating, sharing
from broadsheet.subscriptions.models import DailyTotal, Plan, SeatContest, SharingCase
from broadsheet.subscriptions.store import seat_store
from tests.people import Cast
from tests.subscriptions.test_passes import Browser, needs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(cast: Cast) -> Browser:
    return Browser(cast.ana)


@pytest.fixture
def laptop(cast: Cast) -> Browser:
    return Browser(cast.ana)


@pytest.fixture
def contest(cast: Cast, phone: Browser, laptop: Browser) -> Callable[..., None]:
    key, devices = cast.ana.seats.get().key, [needs(phone.ask()).device, needs(laptop.ask()).device]

    def happen(times: int, kind: Event = Event.TAKEOVER) -> None:
        for turn in range(times):
            came, held = devices[turn % 2], devices[(turn + 1) % 2]
            sharing.record([SeatEvent(kind, key, came, held, time.time())])

    return happen


def open_case() -> SharingCase | None:
    return SharingCase.objects.filter(ended_at=None).first()


def test_two_overlaps_are_no_case_and_the_third_opens_one(contest: Callable[..., None]) -> None:
    contest(2)
    assert open_case() is None
    contest(1)
    assert open_case() is not None


def test_both_devices_then_carry_the_message_with_the_others_name(
    contest: Callable[..., None], phone: Browser, laptop: Browser
) -> None:
    assert needs(phone.ask()).message == ""
    contest(3)
    assert needs(phone.ask()).message == "Firefox on Linux"
    assert needs(laptop.ask()).message == "Firefox on Linux"


def test_passes_from_before_the_case_are_old(contest: Callable[..., None], phone: Browser) -> None:
    before = needs(phone.ask())
    contest(3)
    assert not phone.has_good(before)


def test_a_third_device_does_not_carry_the_message(
    contest: Callable[..., None], cast: Cast
) -> None:
    contest(3)
    assert needs(Browser(cast.ana).ask()).message == ""


def test_both_are_mine_takes_the_message_from_that_pair_for_30_days(
    contest: Callable[..., None], cast: Cast, phone: Browser, laptop: Browser
) -> None:
    contest(3)
    a_pass = needs(phone.ask())
    mine = SeatEvent(Event.MINE, a_pass.key, a_pass.device, "", time.time())
    sharing.record([mine])
    assert needs(phone.ask()).message == needs(laptop.ask()).message == ""
    assert open_case() is not None
    later = timezone.now() + timedelta(days=31)
    device = Device.objects.get(key=a_pass.device)
    assert sharing.message_for(cast.ana.seats.get(), device, later) == "Firefox on Linux"


def test_a_new_password_ends_the_case(
    contest: Callable[..., None], cast: Cast, phone: Browser
) -> None:
    contest(3)
    cast.ana.set_password("a-better-word-9")
    cast.ana.save()
    assert open_case() is None
    assert SharingCase.objects.get().ending == Ending.PASSWORD_CHANGED.value


def test_signing_the_other_device_out_ends_the_case(
    contest: Callable[..., None], phone: Browser, laptop: Browser
) -> None:
    contest(3)
    phone.client.post("/account/devices/sign-out-others/")
    assert SharingCase.objects.get().ending == Ending.SIGNED_OUT.value
    assert needs(phone.ask()).message == ""


def test_a_second_seat_and_the_second_device_as_somebody_else_end_the_case(
    contest: Callable[..., None], cast: Cast, phone: Browser, laptop: Browser
) -> None:
    contest(3)
    subscription = cast.ana.seats.get().subscription
    subscription.plan = Plan.objects.get(code="premium")
    subscription.save()
    seating.seat(cast.nora, subscription)
    assert open_case() is not None
    signed_in_as(laptop, cast.nora)
    assert open_case() is None
    assert SharingCase.objects.get().ending == Ending.SEAT_ADDED.value


def signed_in_as(browser: Browser, someone: Reader) -> None:
    client = Client()
    client.cookies["bs_device"] = browser.secret
    client.force_login(someone)
    client.get("/account/")
    browser.client = client
    needs(browser.ask())


def test_a_case_ends_after_14_days_without_overlap(contest: Callable[..., None]) -> None:
    contest(3)
    sharing.tidy.call()
    assert open_case() is not None
    SeatContest.objects.update(at=timezone.now() - timedelta(days=14, minutes=1))
    sharing.tidy.call()
    assert SharingCase.objects.get().ending == Ending.QUIET.value


def test_overlaps_from_before_a_case_ended_do_not_open_the_next(
    contest: Callable[..., None], cast: Cast, phone: Browser
) -> None:
    contest(3)
    phone.client.post("/account/devices/sign-out-others/")
    contest(1)
    assert open_case() is None


def test_events_are_kept_30_days_and_then_only_as_totals(contest: Callable[..., None]) -> None:
    contest(3)
    SeatContest.objects.update(at=timezone.now() - timedelta(days=31))
    sharing.tidy.call()
    assert not SeatContest.objects.exists()
    assert DailyTotal.objects.get(kind="takeover").count == 3


def test_events_of_a_seat_that_is_gone_are_only_counted(cast: Cast) -> None:
    sharing.record([SeatEvent(Event.REFUSED, "seat:999999", "a", "b", time.time())])
    assert DailyTotal.objects.get().count == 1
    assert not SeatContest.objects.exists()


def test_one_case_is_open_per_seat_whatever_happens_at_once(contest: Callable[..., None]) -> None:
    contest(7)
    assert SharingCase.objects.count() == 1


def test_a_revocation_that_meets_no_store_is_tried_again_in_the_background(
    cast: Cast, phone: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from broadsheet.stores import StoreAway
    from broadsheet.subscriptions import revocation

    a_pass = needs(phone.ask())
    store = seat_store()

    class Away:
        def revoke(self, *_: object) -> int:
            raise StoreAway

    monkeypatch.setattr(revocation, "seat_store", Away)
    revocation.revoke([a_pass.key])
    assert phone.has_good(a_pass)
    monkeypatch.setattr(revocation, "seat_store", lambda: store)
    from django.core.management import call_command

    call_command("db_worker", batch=True, startup_delay=False, verbosity=0)
    assert not phone.has_good(a_pass)
