"""What Stripe tells us: checked, kept, answered at once, and worked through in the background.

An event is a hint of what to read (see mirror.py), so repeated, late and reordered ones do no
harm, and one that fails is tried again.
"""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from django.db import transaction
from django.db.models import F
from django.tasks import task
from django.utils import timezone

from broadsheet.billing import invoices, mirror
from broadsheet.billing.models import Invoice, WebhookEvent
from broadsheet.billing.till import TillAway, TillClosed, is_live
from broadsheet.settings.django import PAPER

logger = logging.getLogger(__name__)

MOST_BYTES = 512 * 1024
"""Stripe's largest events are a tenth of this."""
TOLERANCE = 300
"""Seconds a signature is good for, as Stripe recommends against replays."""
PATIENCE = timedelta(minutes=1)
"""How old an event is before it counts as left behind."""
KEPT = timedelta(days=90)
ATTEMPTS = 20
NO_EVENT = (
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What is raised by reading something that is no event."""


PERSONAL = frozenset(
    {"address", "billing_details", "customer_address", "customer_details", "customer_email"}
    | {"customer_name", "customer_phone", "customer_shipping", "email", "name", "phone"}
    | {"receipt_email", "shipping", "shipping_details"}
)
"""Fields of Stripe's objects that tell of a person."""


class Forged(Exception):
    """The signature is missing, wrong or too old, or what is signed is no event."""


class OtherMode(Exception):
    """A test event at a paper with real money, or the other way round."""


def receive(body: bytes, signature: str) -> WebhookEvent:
    """Keep an event, once. Raises Forged and OtherMode; then nothing was kept."""
    said = _checked(body, signature)
    if said["livemode"] is not is_live():
        raise OtherMode
    with transaction.atomic():
        row, created = WebhookEvent.objects.get_or_create(
            stripe_id=said["id"],
            defaults={
                "type": said["type"],
                "payload": said,
                "created_at": datetime.fromtimestamp(said["created"], UTC),
                "received_at": timezone.now(),
            },
        )
        if created:
            transaction.on_commit(lambda: work_through.enqueue(row.pk), robust=True)
    return row


def without_people(said: Any) -> Any:
    """What Stripe said, without names, addresses and numbers of people: nothing here needs
    them, staff can read them at Stripe, and a deleted account must not live on in a log."""
    if isinstance(said, dict):
        return {name: without_people(value) for name, value in said.items() if name not in PERSONAL}
    if isinstance(said, list):
        return [without_people(value) for value in said]
    return said


def _checked(body: bytes, signature: str) -> dict[str, Any]:
    try:
        stripe.Webhook.construct_event(body, signature, PAPER.stripe_webhook_secret, TOLERANCE)
        said = json.loads(body)
        whole = (
            isinstance(said["id"], str)
            and isinstance(said["type"], str)
            and isinstance(said["data"]["object"], dict)
            and datetime.fromtimestamp(said["created"], UTC)
        )
    except (*NO_EVENT, stripe.SignatureVerificationError) as error:
        raise Forged from error
    if not whole:
        raise Forged
    return {"livemode": None, **said}


@task()
def work_through(pk: int) -> None:
    """Read what an event is about. When that fails, `sweep` comes back to it."""
    event = WebhookEvent.objects.filter(pk=pk, done_at=None).first()
    if event is None:
        return
    WebhookEvent.objects.filter(pk=pk).update(attempts=F("attempts") + 1)
    try:
        outcome = _read(event.type, event.payload["data"]["object"])
    except (TillAway, TillClosed):
        # Not the event's fault: an outage of an hour is not twenty attempts.
        WebhookEvent.objects.filter(pk=pk).update(attempts=F("attempts") - 1)
        _note(pk, "Stripe is away", done=False)
    except stripe.InvalidRequestError as error:
        # What is asked for is not there: of another account, or deleted since.
        _note(pk, f"not known to Stripe: {error.code or error}", done=True)
    except Exception as error:
        logger.exception("event %s could not be worked through", event.stripe_id)
        _note(pk, f"{type(error).__name__}: {error}", done=False)
    else:
        _note(pk, outcome, done=True)


def replay(event: WebhookEvent) -> None:
    """Work an event through once more."""
    WebhookEvent.objects.filter(pk=event.pk).update(done_at=None, attempts=0)
    work_through.enqueue(event.pk)


def sweep(now: datetime) -> None:
    """Events that were left behind are worked through; old ones are forgotten."""
    left = WebhookEvent.objects.filter(
        done_at=None, received_at__lt=now - PATIENCE, attempts__lt=ATTEMPTS
    )
    for pk in left.values_list("pk", flat=True)[:1000]:
        work_through.enqueue(pk)
    WebhookEvent.objects.filter(done_at__lt=now - KEPT).delete()


def _note(pk: int, outcome: str, *, done: bool) -> None:
    WebhookEvent.objects.filter(pk=pk).update(
        outcome=outcome[:200], done_at=timezone.now() if done else None
    )


def _read(kind: str, about: dict[str, Any]) -> str:
    for prefix, reading in READINGS:
        # What is only foretold, such as an invoice to come, has no id to read it by.
        if kind.startswith(prefix) and about.get("id"):
            return "read" if reading(about) else "not this paper's"
    return "nothing to read"


def _session(about: dict[str, Any]) -> object:
    return mirror.session(about["id"])


def _subscription(about: dict[str, Any]) -> object:
    return mirror.subscription(about["id"])


def _invoice(about: dict[str, Any]) -> object:
    invoice = invoices.mirror(about["id"])
    details = (about.get("parent") or {}).get("subscription_details") or {}
    if details.get("subscription"):
        mirror.subscription(details["subscription"])
    return invoice


def _payment(about: dict[str, Any]) -> object:
    intent = about.get("payment_intent")
    row = Invoice.objects.filter(payment_intent=intent).first() if intent else None
    return invoices.mirror(row.stripe_id) if row else None


READINGS: tuple[tuple[str, Callable[[dict[str, Any]], object]], ...] = (
    ("checkout.session.", _session),
    ("customer.subscription.", _subscription),
    ("invoice.", _invoice),
    ("charge.", _payment),
    ("refund.", _payment),
)
"""What to read, by the beginning of an event's type."""
