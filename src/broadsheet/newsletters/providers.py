"""Providers that tell what became of mails by webhooks; django-anymail reads and verifies these."""

from typing import Any
from uuid import UUID

from anymail.signals import EventType, tracking
from django.dispatch import receiver
from django.utils import timezone

from broadsheet.newsletters.bounces import Kind, Report, heard
from broadsheet.newsletters.pressing import NAMED

KINDS = {
    EventType.DELIVERED: Kind.DELIVERED,
    EventType.COMPLAINED: Kind.COMPLAINED,
    EventType.UNSUBSCRIBED: Kind.LEFT,
}
PERMANENT = ("bounced", "invalid")
"""Reasons for a bounce that another mail would have too."""


@receiver(tracking)
def told(event: Any, **_: object) -> None:
    """A provider tells what became of a mail, named by the metadata we sent with it."""
    kind = KINDS.get(event.event_type)
    if event.event_type in (EventType.BOUNCED, EventType.REJECTED):
        kind = Kind.GONE if event.reject_reason in PERMANENT else Kind.BOUNCED
    name = str((event.metadata or {}).get(NAMED, ""))
    if kind is None or len(name) != 32:
        return
    try:
        mail = UUID(name)
    except ValueError:
        return
    heard(Report(mail, kind), timezone.now())
