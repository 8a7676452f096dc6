"""What readers do with an issue: which links are followed, and who leaves by it."""

import hashlib
import hmac

from django.conf import settings
from django.utils import timezone

from broadsheet.newsletters.links import Mail
from broadsheet.newsletters.models import Click, Delivery, Recipient
from broadsheet.newsletters.pressing import is_ours
from broadsheet.settings.django import PAPER

LONGEST = 500

__all__ = ["is_ours", "note", "note_leaving"]


def note(mail: Mail, recipient: Recipient, url: str) -> None:
    """A link was followed: counted once for each mail, unless the paper or the reader does not
    want it counted."""
    if not (PAPER.newsletter_clicks and recipient.measured):
        return
    delivery = Delivery.objects.filter(issue=mail.issue, recipient=recipient).first()
    if delivery is None:
        return
    click = Click(
        issue_id=mail.issue,
        mail=_digest(delivery),
        address=url[:LONGEST],
        subject=delivery.subject or 0,
        at=timezone.now(),
    )
    Click.objects.bulk_create([click], ignore_conflicts=True)


def note_leaving(mail: Mail | None, recipient: Recipient) -> None:
    """Somebody left by the link in an issue."""
    if mail is not None:
        Delivery.objects.filter(issue=mail.issue, recipient=recipient).update(ended="left")


def _digest(delivery: Delivery) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, b"newsletter click " + delivery.key.bytes, hashlib.sha256).hexdigest()[:32]
