"""The end of a sharing case that invites somebody: the second device, under a seat of its own."""

import time

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.access import Ending
from broadsheet.gate.events import Event, SeatEvent
from broadsheet.subscriptions import invitations, sharing
from broadsheet.subscriptions.models import Plan, SharingCase
from tests import people
from tests.people import PASSWORD, Cast
from tests.subscriptions.post import token_for
from tests.subscriptions.test_passes import Browser, needs

pytestmark = pytest.mark.django_db(transaction=True)

ROSA = "rosa@example.org"


def test_the_other_device_accepts_an_invitation_and_the_case_is_over(cast: Cast) -> None:
    phone, laptop = Browser(cast.ana), Browser(cast.ana)
    key = cast.ana.seats.get().key
    devices = [needs(phone.ask()).device, needs(laptop.ask()).device]
    for turn in range(3):
        came, held = devices[turn % 2], devices[(turn + 1) % 2]
        sharing.record([SeatEvent(Event.TAKEOVER, key, came, held, time.time())])
    assert SharingCase.objects.get().ended_at is None
    assert needs(phone.ask()).message

    subscription = cast.ana.subscriptions.get()
    subscription.plan = Plan.objects.get(code="premium")
    subscription.save()
    made = invitations.invite(subscription, cast.ana, ROSA, "en", timezone.now())
    people.reader(ROSA)

    # On the laptop, with its own device cookie, Rosa signs in and accepts.
    client = Client(headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/130.0"})
    client.cookies["bs_device"] = laptop.secret
    client.post("/account/login/", {"login": ROSA, "password": PASSWORD})
    assert client.get(f"/invitation/{token_for(ROSA)}/").status_code == 200
    assert SharingCase.objects.get().ended_at is None
    client.post(f"/account/invitations/{made.pk}/accept/")
    laptop.client = client
    hers = needs(laptop.ask())
    assert hers.device == devices[1]
    assert made.seat is not None
    assert hers.key == made.seat.key
    case = SharingCase.objects.get()
    assert case.ending == Ending.SEAT_ADDED.value
    assert not needs(phone.ask()).message
    assert not hers.message
