"""Sign-ins and the devices they are on: noted when they happen, and ended."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib import import_module

from allauth.core import context
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from broadsheet.access import Ending
from broadsheet.gate.request import DEVICE
from broadsheet.gate.seals import device_key
from broadsheet.readers import letters
from broadsheet.readers.labels import label_for
from broadsheet.readers.models import Device, Reader, access_changed

SESSIONS = import_module(settings.SESSION_ENGINE).SessionStore
SEEN_EVERY = timedelta(minutes=1)
"""How exactly `last_seen` is kept; finer would write at every page."""
MAX_SECRET = 100


def device_secret(cookie: str) -> str:
    """The secret in a device cookie if it looks like ours, else a new one (144 bits)."""
    plain = cookie.replace("-", "").replace("_", "")
    if len(cookie) <= MAX_SECRET and len(cookie) >= 22 and plain.isascii() and plain.isalnum():
        return cookie
    return secrets.token_urlsafe(18)


def note(
    reader: Reader, secret: str, session: str, user_agent: str, now: datetime, language: str = ""
) -> Device:
    """Remember that the reader is signed in on a device, now; `language` is what the paper speaks
    to them there, if that is known."""
    device = Device.objects.filter(reader=reader, key=device_key(secret)).first()
    if device is None:
        device = _meet(reader, secret, session, user_agent, now, language)
    if device.session_key != session:
        if not device.session_key:
            device.signed_in_at = now
        device.session_key = session
        device.last_seen = now
        if user_agent:
            device.label = label_for(user_agent, get_language() or "en")
        device.save()
    elif now - device.last_seen > SEEN_EVERY:
        device.last_seen = now
        device.save(update_fields=["last_seen"])
    return device


def current_key(request: HttpRequest) -> str:
    """The public id of the device a request comes from; empty if it brings none."""
    secret = request.COOKIES.get(DEVICE, "")
    return device_key(secret) if secret else ""


def end(devices: Iterable[Device], why: Ending) -> int:
    """Sign devices of one reader out: their sessions, passes and leases; how many there were."""
    ending = list(devices)
    _end_sessions(device.session_key for device in ending)
    Device.objects.filter(pk__in=[device.pk for device in ending]).update(session_key="")
    for reader in {device.reader_id for device in ending}:
        _tell(reader, [device.key for device in ending], why)
    return len(ending)


def present_request(reader: Reader) -> HttpRequest | None:
    """The request being answered, if it is this reader's own."""
    request: HttpRequest | None = context.request
    return request if request is not None and request.user.pk == reader.pk else None


def end_others(reader: Reader, why: Ending) -> int:
    """End every sign-in of the reader but the present request's; how many devices there were."""
    request = present_request(reader)
    session = request.session.session_key if request else None
    others = reader.devices.exclude(key=current_key(request) if request else "")
    known = UserSession.objects.filter(user_id=reader.pk).exclude(session_key=session)
    _end_sessions(
        {
            *known.values_list("session_key", flat=True),
            *others.values_list("session_key", flat=True),
        }
        - {session}
    )
    keys = list(others.values_list("key", flat=True))
    ended = others.signed_in().update(session_key="")
    _tell(reader.pk, keys, why)
    return ended


def forget_here(reader: Reader, request: HttpRequest) -> None:
    """The reader signs out on the device of this request."""
    key = current_key(request)
    reader.devices.filter(key=key).update(session_key="")
    _tell(reader.pk, [key], Ending.SIGNED_OUT)


def note_here(request: HttpRequest, reader: Reader, secret: str) -> Device:
    """Note the device of a signed-in request."""
    return note(
        reader,
        secret,
        request.session.session_key or "",
        request.headers.get("User-Agent", ""),
        timezone.now(),
        get_language() or "",
    )


def _meet(
    reader: Reader, secret: str, session: str, user_agent: str, now: datetime, language: str
) -> Device:
    with transaction.atomic():  # a device, and the letter that tells of it
        # Of two first devices at once, the second is the one to write of.
        Reader.objects.select_for_update(no_key=True).get(pk=reader.pk)
        device, created = Device.objects.get_or_create(
            reader=reader,
            key=device_key(secret),
            defaults={
                "label": label_for(user_agent, get_language() or "en"),
                "session_key": session,
                "first_seen": now,
                "last_seen": now,
                "signed_in_at": now,
            },
        )
        if created and reader.devices.exclude(pk=device.pk).exists():
            letters.new_device(reader, label_for(user_agent, reader.language), now)
        elif created:  # the very first one is no news
            reader.speaks(language)
    return device


def _end_sessions(keys: Iterable[str]) -> None:
    # By the key itself: a key that was renewed has no row of allauth's until the next sign-in.
    for key in filter(None, keys):
        SESSIONS().delete(key)
        UserSession.objects.filter(session_key=key).delete()


def _tell(reader: int, keys: Iterable[str], why: Ending) -> None:
    # After commit: a pass issued before it would still find the old sign-in.
    ending = frozenset(keys)
    transaction.on_commit(
        lambda: access_changed.send(sender=Reader, reader=reader, ending=ending, why=why)
    )
