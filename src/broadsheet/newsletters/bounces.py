"""What became of mails, as mail servers and providers tell it: reports are read, and believed only
of mails that we sent.

Bounces are RFC 3464's, complaints RFC 5965's; both carry the headers of the mail they are about,
and in these the Message-ID that names our row. Whoever does not know it can make nobody leave.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from enum import StrEnum
from typing import Any
from uuid import UUID

from broadsheet.newsletters.joining import leave, refuse
from broadsheet.newsletters.models import Delivery, Recipient

OURS = re.compile(r"^message-id:\s*<?([0-9a-f]{32})@", re.IGNORECASE | re.MULTILINE)
GONE = ("5.1.1", "5.1.2", "5.1.3", "5.1.10", "5.2.1")
"""Statuses (RFC 3463) of mailboxes that are not there, or no longer used."""


class Kind(StrEnum):
    """What a report says."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    """It did not arrive, this time."""
    GONE = "gone"
    """It did not arrive, and nothing will."""
    COMPLAINED = "complained"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one mail."""

    mail: UUID
    kind: Kind


def read(message: EmailMessage) -> Report | None:
    """The report in a mail that came to us; None if it is something else."""
    kind, mail = _said(message), _about(message)
    return Report(mail, kind) if kind is not None and mail is not None else None


def heard(report: Report, now: datetime) -> bool:
    """Note it, and act by it; False: it is about no mail of ours. A second time it does nothing."""
    delivery = (
        Delivery.objects.filter(key=report.mail)
        .select_related("recipient", "issue__newsletter")
        .first()
    )
    if delivery is None:
        return False
    if delivery.ended != Kind.COMPLAINED:  # nothing is told after it that counts for more
        Delivery.objects.filter(pk=delivery.pk).update(
            ended=Kind.BOUNCED if report.kind is Kind.GONE else report.kind
        )
    recipient = delivery.recipient
    match report.kind:
        case Kind.GONE if not recipient.refused:
            refuse(recipient, Recipient.Refused.BOUNCED, now)
        case Kind.COMPLAINED if recipient.refused != Recipient.Refused.COMPLAINED:
            refuse(recipient, Recipient.Refused.COMPLAINED, now)
        case Kind.LEFT:
            leave(recipient, delivery.issue.newsletter, "")
        case _:
            pass
    return True


def _said(message: EmailMessage) -> Kind | None:
    for part in message.walk():
        match part.get_content_type():
            case "message/feedback-report":
                fields = _fields(part)
                return Kind.COMPLAINED if fields.get("feedback-type") in COMPLAINTS else None
            case "message/delivery-status":
                fields = _fields(part)
                if fields.get("action") == "failed":
                    return Kind.GONE if fields.get("status", "") in GONE else Kind.BOUNCED
                return Kind.DELIVERED if fields.get("action") == "delivered" else None
    return None


COMPLAINTS = ("abuse", "fraud", "other")


def _fields(part: EmailMessage) -> dict[str, str]:
    # The first block is the whole report's, the others are each recipient's.
    blocks: Any = part.get_payload()
    found: dict[str, str] = {}
    for block in blocks if isinstance(blocks, list) else []:
        for name, value in block.items():
            found.setdefault(name.lower(), str(value).split(";")[0].strip().lower())
    if not found:  # parsed as text
        for line in str(blocks).splitlines():
            name, sep, value = line.partition(":")
            if sep:
                found.setdefault(name.strip().lower(), value.split(";")[0].strip().lower())
    return found


def _about(message: EmailMessage) -> UUID | None:
    for part in message.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            text = part.as_string()
            if named := OURS.search(text):
                return UUID(named[1])
    return None
