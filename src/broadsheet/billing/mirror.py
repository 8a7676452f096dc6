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
from stripe import InvalidRequestError

from broadsheet.billing import giving, inviting, letters, passing_on, undoing
from broadsheet.billing.models import Agreement, Customer, OfferUse, Purchase, Undoing
from broadsheet.billing.standing import Standing, read
from broadsheet.billing.till import asking, plain
from broadsheet.newsletters import clicks
from broadsheet.readers.models import Reader
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
            said = plain(
                stripe.v1.subscriptions.retrieve(stripe_id, {"expand": ["latest_invoice"]})
            )
        with transaction.atomic():
            # Whoever begins it has this row until all can see what was begun.
            purchase = _purchase(said) if number is None else None
            agreement = Agreement.objects.select_for_update().filter(stripe_id=stripe_id).first()
            if (agreement is None) != (number is None):
                continue  # begun meanwhile, perhaps on a later reading; or its row was lost
            if agreement is None or number is None:
                return _begin(said, purchase)
            if number >= agreement.told:
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
    open_still = Purchase.objects.filter(pk=purchase.pk, state=Purchase.States.OPEN)
    if purchase.customer.reader_id is None:
        open_still.update(details=giving.without_people(purchase.details))
    open_still.update(state=Purchase.States.LEFT, settled_at=timezone.now())


def owe_reading(stripe_id: str) -> None:
    """Note that a subscription is about to be changed at Stripe. Whoever changes it reads it
    afterwards; if they are killed before, or Stripe goes away, `read_what_is_owed` does."""
    _number(stripe_id)


def read_what_is_owed() -> None:
    """Read the subscriptions of which a reading was begun and never written. Raises TillAway."""
    for agreement in Agreement.objects.filter(asked__gt=F("told")):
        try:
            subscription(agreement.stripe_id)
        except InvalidRequestError:
            logger.warning("%s is not known to Stripe", agreement.stripe_id)
            Agreement.objects.filter(pk=agreement.pk).update(told=F("asked"))


def _number(stripe_id: str) -> int | None:
    """A number for the reading that begins now; None: there is nothing to write on yet."""
    with transaction.atomic():
        found = Agreement.objects.filter(stripe_id=stripe_id)
        if not found.update(asked=F("asked") + 1):
            return None
        return found.values_list("asked", flat=True).get()


def _standing(said: dict[str, Any], due_since: datetime | None) -> Standing:
    return read(said, due_since, timedelta(days=PAPER.grace_days))


def _purchase(said: dict[str, Any]) -> Purchase | None:
    token = (said.get("metadata") or {}).get(PURCHASE, "")
    return Purchase.objects.select_for_update().filter(token=token).first()


def _begin(said: dict[str, Any], purchase: Purchase | None) -> Agreement | None:
    # What was given back already stays so when Stripe says that it has ended.
    if purchase is None or purchase.state == Purchase.States.TWICE:
        return None
    standing = _standing(said, None)
    plan = _plan(standing, purchase)
    if plan is None or not standing.begun:
        return None
    # One process at a time begins something for this customer.
    customer = Customer.objects.select_for_update().get(pk=purchase.customer_id)
    reader = customer.reader
    if reader is None or (standing.live and customer.agreements.filter(live=True).exists()):
        # Paid at two tills; or the account was deleted while its owner stood at the till.
        _settle(purchase, Purchase.States.TWICE)
        undoing.give_back_later(said["id"])
        return None
    return _create(customer, reader, purchase, plan, said["id"], standing)


def _plan(standing: Standing, purchase: Purchase) -> Plan | None:
    found = Plan.objects.filter(code=standing.plan).first()
    if found is None and purchase.price is not None:
        return purchase.price.plan  # staff gave it another code meanwhile
    return found


def _create(
    customer: Customer,
    reader: Reader,
    purchase: Purchase,
    plan: Plan,
    stripe_id: str,
    standing: Standing,
) -> Agreement | None:
    told = purchase.state == Purchase.States.PAID  # its row was lost, and is made again
    try:
        bought = (
            _orphaned(reader, purchase, standing) if told else _handed_over(purchase)
        ) or Subscription(owner=reader, starts_at=_begun(standing))
    except Refused:
        _settle(purchase, Purchase.States.LEFT)
        undoing.withdraw_later(stripe_id)
        return None
    _grant(bought, plan, standing)
    agreement = Agreement(customer=customer, subscription=bought, stripe_id=stripe_id)
    _note(agreement, standing)
    agreement.save()
    if not told:
        _welcome(purchase, bought, agreement)
    return agreement


def _welcome(purchase: Purchase, bought: Subscription, agreement: Agreement) -> None:
    """What happens once, when somebody has bought."""
    if purchase.offer is not None:
        OfferUse.objects.get_or_create(
            offer=purchase.offer, customer=purchase.customer, defaults={"at": timezone.now()}
        )
    _settle(purchase, Purchase.States.PAID)
    letters.welcome(bought, agreement)
    clicks.brought(purchase.details.get("issue"))
    inviting.invite(bought, str(purchase.details.get("invite", "")))
    _tell(Agreement(live=True), agreement, bought, "")  # what has happened to it since
    agreement.save(update_fields=["reminders"])


def _orphaned(reader: Reader, purchase: Purchase, standing: Standing) -> Subscription | None:
    """The subscription that was granted for this when its agreement was still known."""
    found = Subscription.objects.filter(owner=reader, agreement=None, gift=None)
    if purchase.kind == Purchase.Kinds.HANDOVER:
        return found.filter(ownership_offers=purchase.details.get("offer")).first()
    return found.filter(starts_at=_begun(standing)).first()


def _begun(standing: Standing) -> datetime:
    # Stripe's clock may be ahead of ours; whoever has paid does not wait for it.
    return min(standing.starts_at, timezone.now())


def _handed_over(purchase: Purchase) -> Subscription | None:
    """The subscription that changes hands by this purchase; its old agreement is let go.
    Raises NotOpen when the offer is over by now, or not what it was."""
    if purchase.kind != Purchase.Kinds.HANDOVER:
        return None
    offer = OwnershipOffer.objects.filter(pk=purchase.details.get("offer")).first()
    if offer is None or not passing_on.is_still_so(purchase, offer.subscription):
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
    bought = agreement.subscription or _granted_again(agreement, standing)
    if bought is not None:
        old_name = letters.named(bought, bought.owner) if bought.pk else ""
        plan = Plan.objects.filter(code=standing.plan).first() or bought.plan
        changed = (bought.plan_id, bought.seat_count) != (plan.pk, standing.seats)
        _grant(bought, plan, standing)
        agreement.subscription = bought
        if agreement.customer.reader_id is not None:
            _tell(was, agreement, bought, old_name if changed else "")
    agreement.save()


def _granted_again(agreement: Agreement, standing: Standing) -> Subscription | None:
    """What somebody pays for whose subscription is not there any more. None: nobody does, or it
    is let go, because it has another owner or was given back."""
    reader = agreement.customer.reader
    let_go = Undoing.objects.filter(stripe_id=agreement.stripe_id).exists()
    plan = Plan.objects.filter(code=standing.plan).first()
    if reader is None or plan is None or let_go or not standing.live:
        return None
    return Subscription(owner=reader, plan=plan, starts_at=_begun(standing))


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
    # Its owner is not ours to write: it may be changing hands in this moment.
    mine = ("plan", "seats_bought", "ends_at", "payment_due")
    bought.save(update_fields=mine if bought.pk else None)


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


def _tell(was: Agreement, now: Agreement, bought: Subscription, old_name: str) -> None:
    """Write of everything that is new since the reading before; of what is over, only that."""
    if not now.live:
        if was.live:
            letters.ended(bought)
        return
    if now.due_since and not was.due_since:
        now.reminders = 1
        letters.payment_failed(bought, now)
    if now.cancel_at and not was.cancel_at:
        letters.ending(bought)
    if now.paused and not was.paused:
        letters.paused(bought, now)
    if old_name:
        letters.plan_changed(bought, now, old_name)


def _settle(purchase: Purchase, state: Purchase.States) -> None:
    purchase.state = state
    purchase.settled_at = timezone.now()
    purchase.save(update_fields=["state", "settled_at"])
