"""Issues passes: who is signed in on which device, under which seat, with which message."""

import time
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils import timezone

from broadsheet.access import Ending, Mode
from broadsheet.gate.identity import Admission
from broadsheet.gate.seals import Pass, device_key
from broadsheet.readers import sign_ins
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.stores import StoreAway
from broadsheet.subscriptions import sharing
from broadsheet.subscriptions.models import Seat, SharingCase
from broadsheet.subscriptions.revocation import end_case
from broadsheet.subscriptions.rights import reader_key, seat_of
from broadsheet.subscriptions.store import seat_store

SESSIONS = import_module(settings.SESSION_ENGINE).SessionStore
ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Right:
    """A signed-in reader and the seat they read under."""

    reader: Reader
    seat: Seat | None
    mode: Mode | None

    @property
    def key(self) -> str:
        """What the store knows this right by."""
        return self.seat.key if self.seat else reader_key(self.reader.pk)


def admit(session: str, secret: str) -> Admission | None:
    """A pass for a sign-in's session on a device; None: nobody is signed in there.

    Everything is read again after the revocation number, so that a change that comes in
    between makes the pass old instead of being missed.
    """
    right = _right(session)
    for _ in range(ATTEMPTS):
        if right is None:
            return None
        number = _number(right.key)
        again = _right(session)
        if again == right:
            return _admission(again, session, sign_ins.device_secret(secret), number)
        right = again
    return None


def _admission(right: Right, session: str, secret: str, number: int) -> Admission:
    now = timezone.now()
    device = sign_ins.note(right.reader, secret, session, "", now)
    message = ""
    if right.seat is not None:
        _end_cases_elsewhere(right.seat, device.key)
        message = sharing.message_for(right.seat, device, now)
    return Admission(
        Pass(
            reader=right.reader.pk,
            device=device_key(secret),
            label=device.label,
            key=right.key,
            mode=right.mode,
            number=number,
            expires=_expires(right),
            message=message,
            payment_due=right.seat is not None and right.seat.subscription.payment_due,
        ),
        secret,
    )


def _right(session: str) -> Right | None:
    request = HttpRequest()
    request.session = SESSIONS(session)
    reader = get_user(request)
    if not isinstance(reader, Reader):
        return None
    seat = seat_of(reader, timezone.now())
    return Right(reader, seat, seat.subscription.mode if seat else None)


def _number(key: str) -> int:
    try:
        return seat_store().number(key)
    except StoreAway:
        return 0  # good while the store is away; when it is back, the pass is settled anew


def _expires(right: Right) -> float:
    latest = time.time() + PAPER.pass_seconds
    ends = right.seat.subscription.ends_at if right.seat else None
    return min(latest, ends.timestamp()) if ends else latest


def _end_cases_elsewhere(seat: Seat, device: str) -> None:
    # The second device of a case now reads under a seat of its own.
    cases = SharingCase.objects.filter(seat__subscription=seat.subscription, ended_at=None).exclude(
        seat=seat
    )
    for case in cases:
        if device in case.devices:
            end_case(case, Ending.SEAT_ADDED)
