"""A subscription changes hands: from when its new owner pays, and whether that is still true."""

from datetime import datetime, timedelta

from django.utils import timezone

from broadsheet.billing.models import Agreement, Purchase
from broadsheet.subscriptions.models import Subscription

SOONEST = timedelta(days=2, minutes=10)
"""Stripe lets a payment begin at once, or two days ahead, but not between."""
MOMENT = timedelta(minutes=5)
"""By so much two readings of the same end may differ."""
PAID_UNTIL = "paid_until"
"""Key of a purchase's details: what its buyer was not to pay, since the old owner had."""


def paid_until(old: Agreement, bought: Subscription) -> datetime | None:
    """Until when the old owner has paid; None: not at all."""
    if old.paused or not old.live:
        return bought.ends_at
    return old.due_since or old.renews_at


def begins_at(old: Agreement, bought: Subscription) -> datetime | None:
    """When the new owner begins to pay; None: at once, since nothing is paid.

    A day or two may be given in between, but only after something that was paid: else two readers
    could hand free days to and fro for ever.
    """
    paid, now = paid_until(old, bought), timezone.now()
    if paid is None or paid <= now:
        return None
    if paid < now + SOONEST:
        return None if old.trial_ends_at else now + SOONEST
    return paid


def promise(old: Agreement, bought: Subscription) -> dict[str, str]:
    """What a purchase is to remember for `is_still_so`."""
    paid = paid_until(old, bought)
    return {PAID_UNTIL: paid.isoformat() if paid else ""}


def is_still_so(purchase: Purchase, bought: Subscription) -> bool:
    """Whether the subscription is still what its new owner went to the till for. The old one may
    have had the money back meanwhile, or gone over to something smaller."""
    old, price = Agreement.objects.filter(subscription=bought).first(), purchase.price
    if purchase.seats > bought.seat_count:
        return False
    if price is not None and price.plan_id != bought.plan_id:
        return False
    promised = purchase.details.get(PAID_UNTIL)
    if not promised or datetime.fromisoformat(promised) <= timezone.now():
        return True  # it is paid for at the till
    paid = paid_until(old, bought) if old else None
    return paid is not None and datetime.fromisoformat(promised) <= paid + MOMENT
