"""What a reader's pass says, and when it is no longer good."""

import time
from datetime import timedelta
from importlib import import_module

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import Client
from django.utils import timezone

from broadsheet.access import Ending, Granted, Mode
from broadsheet.access import Seat as AccessSeat
from broadsheet.gate.request import DEVICE
from broadsheet.gate.seals import Pass, device_key
from broadsheet.readers import sign_ins
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import seating
from broadsheet.subscriptions.models import Plan, Seat, Subscription
from broadsheet.subscriptions.office import admit
from broadsheet.subscriptions.store import seat_store
from tests.people import PASSWORD, Cast

pytestmark = pytest.mark.django_db(transaction=True)


class Browser:
    """A device on which somebody signs in."""

    def __init__(self, someone: Reader) -> None:
        self.client = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/130.0"})
        self.client.post("/account/login/", {"login": someone.email, "password": PASSWORD})
        self.client.get("/account/")

    @property
    def session(self) -> str:
        return self.client.cookies[settings.SESSION_COOKIE_NAME].value

    @property
    def secret(self) -> str:
        return self.client.cookies[DEVICE].value

    def ask(self) -> Pass | None:
        admission = admit(self.session, self.secret)
        return admission.a_pass if admission else None

    def has_good(self, a_pass: Pass) -> bool:
        """Whether a pass would still be taken by the store."""
        return async_to_sync(seat_store().vouches)(a_pass.key, a_pass.number)


def needs(a_pass: Pass | None) -> Pass:
    assert a_pass is not None
    return a_pass


def read_under(a_pass: Pass) -> None:
    """A subscriber's article is opened with the pass."""
    told = async_to_sync(seat_store().open)(a_pass.key, a_pass.holder, a_pass.number)
    assert isinstance(told.answer, Granted)


def seat_of(a_pass: Pass) -> AccessSeat:
    """The seat as the store has it now."""
    return seat_store().look(a_pass.key).seat


def test_a_subscribers_pass_names_the_seat_the_device_and_the_plans_mode(cast: Cast) -> None:
    browser = Browser(cast.ana)
    a_pass = needs(browser.ask())
    assert a_pass.key == cast.ana.seats.get().key
    assert a_pass.device == device_key(browser.secret)
    assert a_pass.mode is Mode.ENFORCE
    assert a_pass.label == "Firefox on Linux"
    assert a_pass.expires <= time.time() + 600


def test_a_registered_readers_pass_has_no_seat(cast: Cast) -> None:
    a_pass = needs(Browser(cast.nora).ask())
    assert a_pass.mode is None
    assert a_pass.key == f"reader:{cast.nora.pk}"


def test_a_visitor_gets_no_pass(cast: Cast) -> None:
    assert admit("no-such-session", "") is None


def test_signing_out_ends_the_pass_and_its_copies(cast: Cast) -> None:
    browser = Browser(cast.ana)
    a_pass, session = needs(browser.ask()), browser.session
    browser.client.post("/account/logout/")
    assert not browser.has_good(a_pass)
    assert admit(session, browser.secret) is None


def test_a_new_password_ends_every_other_sign_in_lease_and_pass(cast: Cast) -> None:
    mine, other = Browser(cast.ana), Browser(cast.ana)
    theirs = needs(other.ask())
    read_under(theirs)
    said = mine.client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "a-better-word-9", "password2": "a-better-word-9"},
        follow=True,
    )
    assert not other.has_good(theirs)
    assert other.ask() is None
    assert not seat_of(theirs).held(time.time())
    assert needs(mine.ask()).device == device_key(mine.secret)
    assert "signed out" in said.content.decode()


def test_a_new_password_leaves_the_lease_of_the_device_that_set_it(cast: Cast) -> None:
    mine = Browser(cast.ana)
    a_pass = needs(mine.ask())
    read_under(a_pass)
    mine.client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "a-better-word-9", "password2": "a-better-word-9"},
    )
    assert seat_of(a_pass).held_by(a_pass.device, time.time())


def test_a_password_set_by_staff_ends_every_sign_in(cast: Cast) -> None:
    browser = Browser(cast.ana)
    a_pass = needs(browser.ask())
    cast.ana.set_password("set-by-staff-77")
    cast.ana.save()
    assert not browser.has_good(a_pass)
    assert browser.ask() is None


def test_signing_one_device_out_ends_its_lease_at_once(cast: Cast) -> None:
    mine, other = Browser(cast.ana), Browser(cast.ana)
    theirs = needs(other.ask())
    read_under(theirs)
    device = cast.ana.devices.get(key=theirs.device)
    mine.client.post(f"/account/devices/{device.pk}/sign-out/")
    assert other.ask() is None
    assert seat_of(theirs).holder is None


def test_nobody_signs_out_another_readers_device(cast: Cast) -> None:
    ana, nora = Browser(cast.ana), Browser(cast.nora)
    device = cast.ana.devices.get(key=device_key(ana.secret))
    answer = nora.client.post(f"/account/devices/{device.pk}/sign-out/")
    assert answer.status_code == 404
    assert ana.ask() is not None


@pytest.mark.parametrize("change", ["mode", "plan", "end", "seat"])
def test_a_change_of_the_right_makes_passes_old(cast: Cast, change: str) -> None:
    browser = Browser(cast.ana)
    a_pass = needs(browser.ask())
    subscription = Subscription.objects.get(owner=cast.ana)
    if change == "mode":
        Plan.objects.get(code="basic").save()
    elif change == "plan":
        subscription.plan = Plan.objects.get(code="premium")
        subscription.save()
    elif change == "end":
        subscription.ends_at = timezone.now()
        subscription.save()
    else:
        Seat.objects.get(reader=cast.ana).delete()
    assert not browser.has_good(a_pass)


def test_a_seat_taken_back_ends_that_readers_lease(cast: Cast) -> None:
    luis = Browser(cast.luis)
    a_pass = needs(luis.ask())
    read_under(a_pass)
    seat = cast.luis.seats.get()
    seat.reader = None
    seat.save()
    assert seat_of(a_pass).holder is None
    assert needs(luis.ask()).mode is None


def test_a_pass_does_not_outlast_its_subscription(cast: Cast) -> None:
    subscription = Subscription.objects.get(owner=cast.ana)
    subscription.ends_at = timezone.now() + timedelta(seconds=30)
    subscription.save()
    assert needs(Browser(cast.ana).ask()).expires == pytest.approx(subscription.ends_at.timestamp())


def test_a_subscription_that_has_ended_gives_no_seat(cast: Cast) -> None:
    Subscription.objects.filter(owner=cast.ana).update(ends_at=timezone.now())
    assert needs(Browser(cast.ana).ask()).mode is None


def test_the_control_group_is_watched_and_never_refused(cast: Cast) -> None:
    Plan.objects.filter(code="basic").update(control_share=100)
    assert needs(Browser(cast.ana).ask()).mode is Mode.MONITOR


def test_a_device_cookie_that_is_not_ours_is_replaced(cast: Cast) -> None:
    browser = Browser(cast.ana)
    admission = admit(browser.session, "x" * 5000)
    assert admission is not None
    assert admission.secret != "x" * 5000


def test_each_plan_has_its_seats_and_the_first_is_the_owners(cast: Cast) -> None:
    subscription = Subscription.objects.get(owner=cast.marta)
    assert [seat.reader for seat in subscription.seats.all()] == [cast.marta, cast.luis]
    with pytest.raises(seating.NoSeatLeft):
        seating.seat(cast.nora, subscription)


def test_a_smaller_plan_takes_only_empty_seats_away(cast: Cast) -> None:
    subscription = Subscription.objects.get(owner=cast.marta)
    subscription.plan = Plan.objects.get(code="basic")
    subscription.save()
    assert subscription.seats.count() == 2
    cast.luis.seats.update(reader=None)
    subscription.save()
    assert [seat.reader for seat in subscription.seats.all()] == [cast.marta]


def test_signing_in_as_somebody_else_takes_the_old_pass_away(cast: Cast) -> None:
    client = Client()
    client.cookies["bs_pass"] = "anything"
    answer = client.post("/account/login/", {"login": cast.ana.email, "password": PASSWORD})
    assert answer.cookies["bs_pass"].value == ""


def test_sessions_are_ended_on_the_server_too(cast: Cast) -> None:
    other = Browser(cast.ana)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    assert store().exists(other.session)
    sign_ins.end(list(cast.ana.devices.all()), Ending.SIGNED_OUT)
    assert not store().exists(other.session)
