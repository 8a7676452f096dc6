"""Reads Stripe and writes down what it says. The one way by which payments change rights.

Whoever hears that something happened (a webhook, a browser that came back, a sweep, staff) only
says *what* to read. So it does not matter in which order they come, how often, or whether one of
them never does: the last reading says how it is.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from broadsheet.billing import giving, inviting, letters, undoing
from broadsheet.billing.models import Agreement, Customer, OfferUse, Purchase
from broadsheet.billing.standing import Standing, read
from broadsheet.billing.till import asking, plain
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions import handover
from broadsheet.subscriptions.models import OwnershipOffer, Plan, Subscription
from broadsheet.subscriptions.refusals import NotOpen, Refused

logger = logging.getLogger(__name__)

INSTANT = timedelta(seconds=1)
PURCHASE = "broadsheet_purchase"
"""Key of the metadata by which Stripe's objects name the purchase they came of."""


def subscription(stripe_id: str) -> Agreement | None:
    """Read a subscription. None: it is not this paper's, or was never begun. Raises TillAway,
    and stripe.InvalidRequestError when Stripe does not know it."""
    while True:
        number = _number(stripe_id)
        with asking("reading a subscription") as stripe:
            said = plain(stripe.v1.subscriptions.retrieve(stripe_id))
        with transaction.atomic():
            agreement = Agreement.objects.select_for_update().filter(stripe_id=stripe_id).first()
            if agreement is not None and number is None:
                continue  # another process began it meanwhile, perhaps on a later reading
            if agreement is None:
                return _begin(said)
            if number is not None and number >= agreement.told:
                _write(agreement, _standing(said, agreement.due_since), number)
            return agreement


def session(stripe_id: str) -> Purchase | None:
    """Read a session at Checkout, and settle its purchase. None: it is not this paper's."""
    with asking("reading a session") as stripe:
        said = plain(stripe.v1.checkout.sessions.retrieve(stripe_id))
    token = (said.get("metadata") or {}).get(PURCHASE, "")
    purchase = Purchase.objects.filter(token=token).first()
    if purchase is None:
        return None
    if said["status"] == "complete" and said["mode"] == "subscription":
        subscription(said["subscription"])
    elif said["status"] == "complete" and said["payment_status"] == "paid":
        giving.issue(purchase)
    elif said["status"] == "expired":
        _left(purchase)
    purchase.refresh_from_db()
    return purchase


def _left(purchase: Purchase) -> None:
    Purchase.objects.filter(pk=purchase.pk, state=Purchase.States.OPEN).update(
        state=Purchase.States.LEFT, settled_at=timezone.now()
    )


def _number(stripe_id: str) -> int | None:
    """A number for the reading that begins now; None: there is nothing to write on yet."""
    with transaction.atomic():
        found = Agreement.objects.filter(stripe_id=stripe_id)
        if not found.update(asked=F("asked") + 1):
            return None
        return found.values_list("asked", flat=True).get()


def _standing(said: dict[str, Any], due_since: datetime | None) -> Standing:
    return read(said, due_since, timedelta(days=PAPER.grace_days))


def _begin(said: dict[str, Any]) -> Agreement | None:
    standing = _standing(said, None)
    purchase = (
        Purchase.objects.select_for_update()
        .filter(token=said.get("metadata", {}).get(PURCHASE, ""))
        .first()
    )
    plan = Plan.objects.filter(code=standing.plan).first()
    if purchase is None or plan is None or not standing.begun:
        return None
    # One process at a time begins something for this customer.
    customer = Customer.objects.select_for_update().get(pk=purchase.customer_id)
    if standing.live and _has_another(customer, purchase):
        _settle(purchase, Purchase.States.TWICE)
        undoing.give_back_later(said["id"])
        return None
    return _create(customer, purchase, plan, said["id"], standing)


def _has_another(customer: Customer, purchase: Purchase) -> bool:
    # An account that was deleted while its owner stood at the till wants nothing any more.
    return customer.reader_id is None or customer.agreements.filter(live=True).exists()


def _create(
    customer: Customer, purchase: Purchase, plan: Plan, stripe_id: str, standing: Standing
) -> Agreement | None:
    reader = customer.reader
    if reader is None:
        return None
    try:
        bought = _handed_over(purchase) or Subscription(owner=reader, starts_at=_begun(standing))
    except Refused:
        _settle(purchase, Purchase.States.LEFT)
        undoing.stop_later(stripe_id)
        return None
    _grant(bought, plan, standing)
    agreement = Agreement(customer=customer, subscription=bought, stripe_id=stripe_id)
    _note(agreement, standing)
    agreement.save()
    if purchase.offer is not None:
        OfferUse.objects.get_or_create(
            offer=purchase.offer, customer=customer, defaults={"at": timezone.now()}
        )
    _settle(purchase, Purchase.States.PAID)
    letters.welcome(bought, agreement)
    inviting.invite(bought, str(purchase.details.get("invite", "")))
    return agreement


def _begun(standing: Standing) -> datetime:
    # Stripe's clock may be ahead of ours; whoever has paid does not wait for it.
    return min(standing.starts_at, timezone.now())


def _handed_over(purchase: Purchase) -> Subscription | None:
    """The subscription that changes hands by this purchase; its old agreement is let go.
    Raises NotOpen when the offer is over by now."""
    if purchase.kind != Purchase.Kinds.HANDOVER:
        return None
    offer = OwnershipOffer.objects.filter(pk=purchase.details.get("offer")).first()
    if offer is None:
        raise NotOpen
    taken = handover.transfer(offer, timezone.now())
    old = Agreement.objects.filter(subscription=taken).first()
    if old is not None:
        Agreement.objects.filter(pk=old.pk).update(subscription=None)
        undoing.stop_later(old.stripe_id)
    return taken


def _write(agreement: Agreement, standing: Standing, number: int) -> None:
    was = Agreement.objects.get(pk=agreement.pk)
    _note(agreement, standing)
    agreement.told = number
    if not standing.due_since:
        agreement.reminders = 0
    bought = agreement.subscription
    if bought is not None:
        old_name = letters.named(bought, bought.owner)
        plan = Plan.objects.filter(code=standing.plan).first() or bought.plan
        changed = (bought.plan_id, bought.seat_count) != (plan.pk, standing.seats)
        _grant(bought, plan, standing)
        if agreement.customer.reader_id is not None:
            _tell(was, agreement, bought, standing, old_name if changed else "")
    agreement.save()


def _grant(bought: Subscription, plan: Plan, standing: Standing) -> None:
    """What was paid becomes a right. Saved only when it changes: saving makes passes old."""
    ends = standing.ends_at
    if ends is not None:
        ends = max(ends, bought.starts_at + INSTANT)
    wanted = (plan.pk, standing.seats, ends, standing.due_since is not None)
    if bought.pk and wanted == (
        bought.plan_id,
        bought.seats_bought,
        bought.ends_at,
        bought.payment_due,
    ):
        return
    bought.plan, bought.seats_bought, bought.ends_at, bought.payment_due = plan, *wanted[1:]
    bought.save()


def _note(agreement: Agreement, standing: Standing) -> None:
    agreement.status = standing.status
    agreement.live = standing.live
    agreement.currency = standing.currency
    agreement.period = standing.period
    agreement.amount = standing.amount
    agreement.renews_at = standing.renews_at
    agreement.trial_ends_at = standing.trial_ends_at
    agreement.cancel_at = standing.cancel_at
    agreement.due_since = standing.due_since
    agreement.paused = standing.paused
    agreement.paused_until = standing.paused_until


def _tell(
    was: Agreement, now: Agreement, bought: Subscription, standing: Standing, old_name: str
) -> None:
    if was.live and not now.live:
        letters.ended(bought)
    elif now.due_since and not was.due_since:
        now.reminders = 1
        letters.payment_failed(bought, now)
    elif now.cancel_at and not was.cancel_at:
        letters.ending(bought)
    elif now.paused and not was.paused:
        letters.paused(bought, now)
    elif old_name:
        letters.plan_changed(bought, now, old_name)


def _settle(purchase: Purchase, state: Purchase.States) -> None:
    purchase.state = state
    purchase.settled_at = timezone.now()
    purchase.save(update_fields=["state", "settled_at"])
