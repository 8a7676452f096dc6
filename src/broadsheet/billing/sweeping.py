"""What is looked after every minute: whatever a crash, an outage or a lost browser left behind."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import stripe
from django.db import transaction
from django.tasks import task
from django.utils import timezone

from broadsheet.billing import (
    changes,
    checkout,
    giving,
    invoices,
    letters,
    mirror,
    undoing,
    webhooks,
)
from broadsheet.billing.models import Agreement, Purchase
from broadsheet.billing.till import TillAway, asking, is_open

logger = logging.getLogger(__name__)

AT_THE_TILL = timedelta(minutes=2)
"""How long a browser may take to come back before we ask Stripe ourselves."""
SESSION_LASTS = timedelta(hours=25)
"""Stripe closes a session after a day; one that was never opened is over then too."""
LATELY = timedelta(days=3)
"""Sessions and invoices of so many days are compared daily; subscriptions always, all of them."""
REMINDERS = (timedelta(days=3), timedelta(days=7), timedelta(days=12))
"""After the first failure, which is told at once."""


@task()
def sweep() -> None:
    """Settle what is left. Stripe being away stops it until the next minute; anything else that
    goes wrong with one thing does not keep the others waiting."""
    now = timezone.now()
    giving.deliver()
    if not is_open():
        return
    for step in STEPS:
        try:
            step(now)
        except TillAway:
            logger.warning("Stripe is away; what is left to settle waits")
            return
        except Exception:
            logger.exception("%s could not be finished", step.__name__)


@task()
def compare() -> None:
    """Once a day: what was missed in spite of everything is mended, and logged."""
    if not is_open():
        return
    try:
        mended = reconcile(timezone.now() - LATELY)
    except TillAway:
        logger.warning("Stripe is away; it is compared with tomorrow")
        return
    for line in mended:
        logger.warning("mended, missed before: %s", line)


def settle_purchases(now: datetime) -> None:
    """Purchases whose browser never came back, and whose webhook perhaps never will."""
    open_since = Purchase.objects.filter(
        state=Purchase.States.OPEN, created_at__lt=now - AT_THE_TILL
    )
    for purchase in open_since:
        _settle(purchase)
    open_since.filter(session_id="", created_at__lt=now - SESSION_LASTS).update(
        state=Purchase.States.LEFT, settled_at=now
    )


def _settle(purchase: Purchase) -> None:
    try:
        checkout.settle(purchase)
    except TillAway:
        raise
    except Exception:
        logger.exception("purchase %s could not be settled", purchase.pk)


def remind(now: datetime) -> None:
    """Write again to those whose payment is due. Stripe is asked before: whoever has paid in this
    moment, or has nothing any more, is not reminded. Raises TillAway."""
    for agreement in Agreement.objects.filter(live=True).exclude(due_since=None):
        due = 1 + sum(_since(agreement, now) >= after for after in REMINDERS)
        if agreement.reminders < due and _is_due(agreement):
            _remind(agreement, due)


def _is_due(agreement: Agreement) -> bool:
    if not _exists(agreement):
        return False
    agreement.refresh_from_db()
    return agreement.due_since is not None and agreement.subscription is not None


def _since(agreement: Agreement, now: datetime) -> timedelta:
    return now - (agreement.due_since or now)


@transaction.atomic
def _remind(agreement: Agreement, number: int) -> None:
    taken = Agreement.objects.filter(pk=agreement.pk, reminders__lt=number)
    if taken.update(reminders=number) and agreement.subscription is not None:
        letters.payment_failed(agreement.subscription, agreement)


def read_what_is_owed(now: datetime) -> None:
    """Read what was about to change when we were killed, or Stripe went away."""
    mirror.read_what_is_owed()


def undo_what_is_left(now: datetime) -> None:
    """Try again what could not be undone at Stripe."""
    undoing.sweep()


STEPS: tuple[Callable[[datetime], None], ...] = (
    remind,
    settle_purchases,
    read_what_is_owed,
    changes.resume_what_is_due,
    webhooks.sweep,
    undo_what_is_left,
)
"""Of the sweep, one by one: what goes wrong in one does not keep the others waiting."""


def reconcile(since: datetime) -> list[str]:
    """Compare everything with Stripe and mend what was missed; what was mended, in words.

    Reads all subscriptions, and sessions and invoices made since `since`. Raises TillAway.
    """
    before = _known()
    with asking("reconciling") as till:
        at = int(since.timestamp())
        subscriptions = [
            one.id
            for one in till.v1.subscriptions.list(
                {"status": "all", "limit": 100}
            ).auto_paging_iter()
        ]
        sessions = [
            one.id
            for one in till.v1.checkout.sessions.list(
                {"created": {"gte": at}, "limit": 100}
            ).auto_paging_iter()
        ]
        bills = [
            one.id
            for one in till.v1.invoices.list(
                {"created": {"gte": at}, "limit": 100}
            ).auto_paging_iter()
        ]
    for session in sessions:
        mirror.session(session)
    for subscription in subscriptions:
        mirror.subscription(subscription)
    for bill in bills:
        invoices.mirror(bill)
    missing = Agreement.objects.filter(live=True).exclude(stripe_id__in=subscriptions)
    lost = [f"{one.stripe_id}: Stripe does not know it" for one in missing if not _exists(one)]
    return _differences(before, _known()) + lost


def _exists(agreement: Agreement) -> bool:
    try:
        mirror.subscription(agreement.stripe_id)
    except stripe.InvalidRequestError:
        return False
    return True


def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    for one in Agreement.objects.select_related("subscription__plan"):
        bought = one.subscription
        held = bought and f"{bought.plan.code} for {bought.seat_count} until {bought.ends_at}"
        known[one.stripe_id] = f"{one.status}, {held}"
    for purchase in Purchase.objects.exclude(session_id=""):
        known[purchase.session_id] = purchase.state
    return known


def _differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [
        f"{key}: {before.get(key, 'not known')} -> {now}"
        for key, now in sorted(after.items())
        if before.get(key) != now
    ]
