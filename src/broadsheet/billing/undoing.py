"""What is undone at Stripe in the background, until it is done: a second purchase, an agreement
whose account is gone. Each step may be repeated without harm."""

import logging
from contextlib import suppress
from typing import Any

import stripe
from django.db import transaction
from django.db.models import F, Q
from django.tasks import task
from django.utils import timezone

from broadsheet.billing import letters
from broadsheet.billing.models import Agreement, Customer, Undoing
from broadsheet.billing.till import TillAway, TillClosed, asking, plain
from broadsheet.subscriptions.models import Plan

logger = logging.getLogger(__name__)


def give_back_later(stripe_id: str) -> None:
    """End a subscription at once, and give back what was paid for it."""
    _later(stripe_id, Undoing.Kinds.GIVE_BACK)


def withdraw_later(stripe_id: str) -> None:
    """The same, because its reader thought better of it."""
    _later(stripe_id, Undoing.Kinds.WITHDRAWN)


def stop_later(stripe_id: str) -> None:
    """End a subscription at once; nothing is given back."""
    _later(stripe_id, Undoing.Kinds.STOP)


def forget_later(customer: str) -> None:
    """Delete a customer at Stripe, which ends their subscriptions; their invoices are kept."""
    _later(customer, Undoing.Kinds.FORGET)


def _later(stripe_id: str, kind: Undoing.Kinds) -> None:
    row, _ = Undoing.objects.get_or_create(
        stripe_id=stripe_id, kind=kind, defaults={"created_at": timezone.now()}
    )
    transaction.on_commit(lambda: undo.enqueue(row.pk), robust=True)


@task()
def undo(pk: int) -> None:
    """Carry one out. When Stripe is away it stays in the list, and `sweep` comes back to it."""
    row = Undoing.objects.filter(pk=pk, done_at=None).first()
    if row is None:
        return
    try:
        given_back = _carry_out(row)
    except (TillAway, TillClosed):
        logger.warning("%s could not be undone yet", row.stripe_id)
        return
    with transaction.atomic():
        if not Undoing.objects.filter(pk=pk, done_at=None).update(done_at=timezone.now()):
            return
        # Stripe's webhook tells the paper; if it does not, the sweep reads what is owed.
        Agreement.objects.filter(
            Q(stripe_id=row.stripe_id) | Q(customer__stripe_id=row.stripe_id), live=True
        ).update(asked=F("asked") + 1)
        if given_back is not None:
            _tell(given_back)


def sweep() -> None:
    """Try again what is left."""
    for pk in Undoing.objects.filter(done_at=None).values_list("pk", flat=True):
        undo.enqueue(pk)


def _carry_out(row: Undoing) -> dict[str, Any] | None:
    if row.kind != Undoing.Kinds.FORGET:
        said = _stop(row.stripe_id, refund=row.kind != Undoing.Kinds.STOP)
        # A refund is told by its invoice; that there were two subscriptions is told here.
        return said if row.kind == Undoing.Kinds.GIVE_BACK else None
    with asking("forgetting a customer") as till:
        try:
            till.v1.customers.delete(row.stripe_id)
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise
    return None


def _stop(stripe_id: str, *, refund: bool) -> dict[str, Any] | None:
    """The subscription that was stopped, and given back; None: there is nothing to tell."""
    with asking("ending a subscription") as till:
        try:
            said = plain(till.v1.subscriptions.retrieve(stripe_id))
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                return None
            raise
        if said["status"] not in ("canceled", "incomplete_expired"):
            # Asked twice, because the first answer was lost, Stripe says that there is none.
            with suppress(stripe.InvalidRequestError):
                till.v1.subscriptions.cancel(stripe_id, {"prorate": False, "invoice_now": False})
            said = plain(till.v1.subscriptions.retrieve(stripe_id))
        if said["status"] not in ("canceled", "incomplete_expired"):
            raise TillAway(stripe_id)
        if refund:
            said["given_back"] = _refund(till, said)
            return said
    return None


def _refund(till: stripe.StripeClient, said: dict[str, Any]) -> int:
    """Minor units that go back."""
    total = 0
    for invoice in till.v1.invoices.list({"subscription": said["id"]}).auto_paging_iter():
        paid = till.v1.invoice_payments.list({"invoice": invoice.id, "status": "paid"})
        for payment in paid.auto_paging_iter():
            intent = plain(payment)["payment"].get("payment_intent")
            if intent:
                total += _refund_payment(till, intent)
    return total


def _refund_payment(till: stripe.StripeClient, intent: str) -> int:
    try:
        till.v1.refunds.create(
            {"payment_intent": intent}, {"idempotency_key": f"give-back-{intent}"}
        )
    except stripe.InvalidRequestError as error:
        # By staff, or by us before we were killed.
        if error.code != "charge_already_refunded":
            raise
    refunds = till.v1.refunds.list({"payment_intent": intent, "limit": 100})
    return sum(one.amount for one in refunds if one.status in ("succeeded", "pending"))


def _tell(said: dict[str, Any]) -> None:
    customer = Customer.objects.filter(stripe_id=said["customer"]).first()
    if customer is None or customer.reader is None:
        return
    code = said["items"]["data"][0]["price"]["metadata"].get("broadsheet_plan", "")
    plan = Plan.objects.filter(code=code).first()
    name = plan.said(customer.reader.language)[0] if plan else code
    letters.paid_twice(customer.reader, name, said["given_back"], said["currency"])
