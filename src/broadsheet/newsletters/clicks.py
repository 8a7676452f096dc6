"""What readers do with an issue: which links are followed, and who leaves by it."""

import hashlib
import hmac
from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.db.models import F
from django.utils import timezone

from broadsheet.newsletters.links import Mail
from broadsheet.newsletters.models import Click, Delivery, Issue, Recipient
from broadsheet.settings.django import PAPER

LONGEST = 500
COOKIE = "bs_letter"
"""Says in a browser from which issue its reader came, to count a subscription there."""
COOKIE_AGE = 7 * 86400
ISSUES = signing.Signer(salt="broadsheet.newsletters.came-from")


def came_from(issue: int) -> str:
    """The cookie's value."""
    return ISSUES.sign(str(issue))


def issue_in(cookies: Mapping[str, str]) -> int | None:
    """The issue a browser's reader came from lately, by its cookie."""
    try:
        return int(ISSUES.unsign(cookies.get(COOKIE, "")[:100]))
    except (signing.BadSignature, ValueError):
        return None


def brought(issue: object) -> None:
    """Somebody who came from an issue has subscribed."""
    if isinstance(issue, int):
        Issue.objects.filter(pk=issue).update(subscriptions=F("subscriptions") + 1)


def is_counted(recipient: Recipient) -> bool:
    """Whether what this reader does with an issue is counted: the paper and they want it so."""
    return PAPER.newsletter_clicks and recipient.measured


def note(mail: Mail, recipient: Recipient, url: str) -> None:
    """A link was followed: counted once for each mail, where it may be."""
    if not is_counted(recipient):
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
