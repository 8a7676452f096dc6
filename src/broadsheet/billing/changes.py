"""What a reader changes about what they pay: shown in money first, done at Stripe, read back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import stripe
from django.db import transaction
from django.utils import timezone

from broadsheet.billing import catalogue, mirror, undoing
from broadsheet.billing.models import Agreement, Offer, OfferUse
from broadsheet.billing.standing import BASE, moment
from broadsheet.billing.till import Declined, asking, plain, refusal
from broadsheet.subscriptions.models import Price

PREVIEW_AGE = timedelta(minutes=30)
"""How long a price that was shown is kept to."""


WITHDRAWAL = timedelta(days=14)
"""As the law of the European Union has it (directive 2011/83/EU, article 9)."""


class Stale(Exception):
    """What was shown is too old, or no longer true: it has to be shown again."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would cost. Amounts are in minor units."""

    today: int
    """To pay now; below zero: credited against what comes."""
    currency: str
    at: datetime
    """The moment it is reckoned for; the change is made as of that moment."""
    lines: tuple[tuple[str, int], ...]


def preview(agreement: Agreement, price: Price, seats: int, at: datetime) -> Preview:
    """What it would cost to go over to `price` with so many seats. Raises TillAway."""
    with asking("reckoning a change") as till:
        said = plain(
            till.v1.invoices.create_preview(
                {
                    "customer": agreement.customer.stripe_id,
                    "subscription": agreement.stripe_id,
                    "subscription_details": {
                        "items": _items(till, agreement, price, seats),
                        "proration_behavior": "always_invoice",
                        "proration_date": int(at.timestamp()),
                        "cancel_at_period_end": False,
                    },
                }  # type: ignore[arg-type]
            )
        )
    lines = tuple((line.get("description") or "", line["amount"]) for line in said["lines"]["data"])
    today = said["amount_due"] if said["total"] >= 0 else said["total"]
    return Preview(today, said["currency"].upper(), at, lines)


def change(agreement: Agreement, price: Price, seats: int, at: datetime, agreed: int) -> None:
    """Go over to `price` with so many seats, for the amount that was agreed to. A subscription
    that was about to end goes on. Raises Stale, Declined, TillAway."""
    if not timedelta() <= timezone.now() - at <= PREVIEW_AGE:
        raise Stale
    if preview(agreement, price, seats, at).today != agreed:
        raise Stale
    with asking("making a change") as till:
        params = {
            "items": _items(till, agreement, price, seats),
            "proration_behavior": "always_invoice",
            "proration_date": int(at.timestamp()),
            "payment_behavior": "error_if_incomplete",
            "cancel_at_period_end": False,
        }
        # Pressed twice, or sent again on a train: the same change is made once.
        key = f"change-{agreement.stripe_id}-{price.pk}-{seats}-{int(at.timestamp())}-{agreed}"
        try:
            till.v1.subscriptions.update(agreement.stripe_id, params, {"idempotency_key": key})  # type: ignore[arg-type]
        except stripe.InvalidRequestError as error:
            if error.code in ("subscription_payment_intent_requires_action", "resource_missing"):
                raise Declined(str(refusal("authentication_required"))) from error
            raise
    mirror.subscription(agreement.stripe_id)


def cancel(agreement: Agreement, reason: str = "") -> None:
    """Let it end when what is paid is used up. Raises TillAway."""
    details = {"cancellation_details": {"comment": reason[:500]}} if reason else {}
    _update(agreement, {"cancel_at_period_end": True, **details})


def keep(agreement: Agreement) -> None:
    """Take a cancellation back. Raises TillAway."""
    _update(agreement, {"cancel_at_period_end": False})


def may_withdraw(agreement: Agreement, now: datetime) -> bool:
    """Whether the days to think better of it are not over: then all that was paid goes back."""
    bought = agreement.subscription
    return bought is not None and now - bought.starts_at < WITHDRAWAL and agreement.amount > 0


def withdraw(agreement: Agreement) -> None:
    """End it now, and give back all that was paid for it, by the card it was paid with."""
    with transaction.atomic():
        undoing.withdraw_later(agreement.stripe_id)


def pause(agreement: Agreement, until: datetime) -> None:
    """Ask for no money until a day; readers read on until what is paid is used up."""
    paid_until = int(agreement.renews_at.timestamp()) if agreement.renews_at else ""
    _update(
        agreement,
        {
            "pause_collection": {"behavior": "void", "resumes_at": int(until.timestamp())},
            "metadata": {"broadsheet_paid_until": str(paid_until)},
        },
    )


def resume(agreement: Agreement) -> None:
    """End a pause now. Raises TillAway."""
    _update(agreement, {"pause_collection": "", "metadata": {"broadsheet_paid_until": ""}})


def stay(agreement: Agreement, offer: Offer) -> None:
    """Take up an offer instead of leaving. Raises TillAway."""
    coupon = catalogue.coupon(offer)
    _update(agreement, {"discounts": [{"coupon": coupon}], "cancel_at_period_end": False})
    OfferUse.objects.get_or_create(
        offer=offer, customer=agreement.customer, defaults={"at": timezone.now()}
    )


def renewal(agreement: Agreement) -> tuple[int, datetime | None]:
    """What is paid next, offers and tax included, in minor units, and when. Raises TillAway."""
    with asking("reckoning the next payment") as till:
        said = plain(
            till.v1.invoices.create_preview(
                {
                    "customer": agreement.customer.stripe_id or "",
                    "subscription": agreement.stripe_id,
                }
            )
        )
    return said["amount_due"], moment(said.get("next_payment_attempt") or said.get("period_end"))


def _update(agreement: Agreement, params: dict[str, Any]) -> None:
    with asking("changing a subscription") as till:
        till.v1.subscriptions.update(agreement.stripe_id, params)  # type: ignore[arg-type]
    mirror.subscription(agreement.stripe_id)


def _items(
    till: stripe.StripeClient, agreement: Agreement, price: Price, seats: int
) -> list[dict[str, Any]]:
    """Stripe's own words for: these items instead of those there are."""
    wanted = catalogue.items(price, seats)
    present = plain(till.v1.subscriptions.retrieve(agreement.stripe_id))["items"]["data"]
    roles = {item["price"]["metadata"].get("broadsheet_role", BASE): item["id"] for item in present}
    base, *further = wanted
    items: list[dict[str, Any]] = [{**base, **_known(roles.pop(BASE, None))}]
    seat = next(iter(roles.values()), None)
    if further:
        items.append({**further[0], **_known(seat)})
    elif seat:
        items.append({"id": seat, "deleted": True})
    return items


def _known(item: str | None) -> dict[str, str]:
    return {"id": item} if item else {}
