"""Reads Stripe's invoices and writes them down; what is written only ever moves forward."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from broadsheet.billing import giving, letters
from broadsheet.billing.mirror import PURCHASE
from broadsheet.billing.models import Customer, Invoice
from broadsheet.billing.standing import moment
from broadsheet.billing.till import asking, plain

ORDER = ("draft", "open", "uncollectible", "void", "paid")
"""An invoice's statuses, in the order in which they can follow each other. An older reading
that comes in later is known by its place here."""


def mirror(stripe_id: str) -> Invoice | None:
    """Read an invoice. None: its customer is not this paper's. Raises TillAway."""
    with asking("reading an invoice") as stripe:
        said = plain(stripe.v1.invoices.retrieve(stripe_id, {"expand": ["payments"]}))
        intent = _payment_intent(said)
        refunds = (
            stripe.v1.refunds.list({"payment_intent": intent, "limit": 100}).auto_paging_iter()
            if intent
            else []
        )
        refunded = sum(one.amount for one in refunds if one.status in ("succeeded", "pending"))
    return write(said, intent, refunded)


@transaction.atomic
def write(said: dict[str, Any], intent: str, refunded: int) -> Invoice | None:
    """Note a reading, and tell the reader what is new."""
    # One that we know is its customer's, also when Stripe knows them by another id by now.
    theirs = Q(invoices__stripe_id=said["id"]) | Q(stripe_id=said["customer"])
    known = Customer.objects.filter(theirs).order_by("pk").first()
    customer = Customer.objects.select_for_update().get(pk=known.pk) if known else None
    if customer is None or said["status"] in (None, "draft"):
        return None
    row, _ = Invoice.objects.select_for_update().get_or_create(
        stripe_id=said["id"],
        defaults={
            "customer": customer,
            "status": "open",
            "currency": said["currency"].upper(),
            "total": said["total"],
            "created_at": datetime.fromtimestamp(said["created"], UTC),
        },
    )
    was_paid, was_refunded = row.status == "paid" and row.paid > 0, row.refunded
    _note(row, said, intent, refunded)
    row.save()
    if row.paid and row.refunded >= row.paid:
        giving.give_back((said.get("metadata") or {}).get(PURCHASE, ""))
    if customer.reader is not None:
        if not was_paid and row.status == "paid" and row.paid > 0:
            letters.receipt(row, customer.reader)
        if row.refunded > was_refunded:
            letters.refund(row, customer.reader, row.refunded - was_refunded)
    return row


def _note(row: Invoice, said: dict[str, Any], intent: str, refunded: int) -> None:
    if ORDER.index(said["status"]) >= ORDER.index(row.status):
        row.status = said["status"]
        row.next_attempt_at = moment(said.get("next_payment_attempt"))
        row.total = said["total"]
    row.number = said.get("number") or row.number
    row.tax = sum(tax["amount"] for tax in said.get("total_taxes") or [])
    row.paid = max(row.paid, said["amount_paid"])
    row.refunded = max(row.refunded, refunded)
    row.lines = [_line(line) for line in said["lines"]["data"]]
    row.page = said.get("hosted_invoice_url") or row.page
    row.pdf = said.get("invoice_pdf") or row.pdf
    row.payment_intent = intent or row.payment_intent


def _line(line: dict[str, Any]) -> dict[str, Any]:
    period = line.get("period") or {}
    return {
        "text": line.get("description") or "",
        "amount": line["amount"],
        "start": period.get("start"),
        "end": period.get("end"),
    }


def _payment_intent(said: dict[str, Any]) -> str:
    for one in (said.get("payments") or {}).get("data", []):
        intent = one["payment"].get("payment_intent")
        if one["status"] == "paid" and intent:
            return str(intent)
    return ""
