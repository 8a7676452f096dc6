"""The ways to Stripe's customer portal: for cards, and for everything it offers."""

from typing import Any

from broadsheet.billing.models import Customer
from broadsheet.billing.till import asking
from broadsheet.mail.post import address


def for_card(customer: Customer, back: str) -> str:
    """An address at which the card can be changed, and nothing else. Raises TillAway."""
    flow = {
        "type": "payment_method_update",
        "after_completion": {"type": "redirect", "redirect": {"return_url": address(back)}},
    }
    return _session(customer, back, {"flow_data": flow})


def whole(customer: Customer, back: str) -> str:
    """An address of the customer's portal. Raises TillAway."""
    return _session(customer, back, {})


def _session(customer: Customer, back: str, more: dict[str, Any]) -> str:
    params = {"customer": customer.stripe_id, "return_url": address(back), **more}
    with asking("opening the portal") as till:
        return till.v1.billing_portal.sessions.create(params).url  # type: ignore[arg-type]
