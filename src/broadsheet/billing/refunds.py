"""Money that goes back, by staff's decision."""

import logging

import stripe

from broadsheet.billing import invoices
from broadsheet.billing.models import Invoice
from broadsheet.billing.till import asking

logger = logging.getLogger(__name__)


class CannotRefund(Exception):
    """There is nothing to give back, or not so much."""


def refund(invoice: Invoice, amount: int, by: str) -> Invoice:
    """Give `amount` (minor units) of an invoice back; `by` is who decided, for the record.
    Raises CannotRefund, TillAway."""
    left = invoice.paid - invoice.refunded
    if not invoice.payment_intent or not 0 < amount <= left:
        raise CannotRefund
    with asking("refunding") as till:
        try:
            till.v1.refunds.create(
                {
                    "payment_intent": invoice.payment_intent,
                    "amount": amount,
                    "metadata": {"broadsheet_by": by},
                },
                # The same amount, of the same rest, twice by two hands: once.
                {"idempotency_key": f"refund-{invoice.stripe_id}-{invoice.refunded}-{amount}"},
            )
        except stripe.IdempotencyError:
            logger.info("%s: another hand was faster", invoice)
        except stripe.InvalidRequestError as error:
            raise CannotRefund from error
    return invoices.mirror(invoice.stripe_id) or invoice
