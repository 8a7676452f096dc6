"""From the plans page to Stripe's Checkout and back: one purchase at a time for each reader."""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import stripe
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from broadsheet.billing import catalogue, mirror, offers
from broadsheet.billing.models import Customer, Offer, Purchase
from broadsheet.billing.till import TillAway, asking, is_open, plain
from broadsheet.mail.post import address
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions.models import Price

LANGUAGES = {"en": "en", "es": "es"}
TABS = 5
"""How often a till is tried to be opened while other tabs of the same reader do the same."""


class SubscribedAlready(Exception):
    """The reader pays for a subscription; it can be changed instead."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants to buy."""

    price: Price
    seats: int
    offer: Offer | None = None
    kind: str = Purchase.Kinds.SUBSCRIPTION
    details: Mapping[str, Any] = field(default_factory=dict)
    """As in Purchase.details."""
    trial_ends_at: datetime | None = None
    """Nothing is paid before, and it is two days ahead; else the price's own trial, or, of a
    hand-over, at once."""

    def asks_for(self, purchase: Purchase) -> bool:
        """Whether a purchase that is under way is for the same, at the same price."""
        theirs = (purchase.price_id, purchase.seats, purchase.offer_id, purchase.details)
        offer = self.offer.pk if self.offer else None
        return theirs == (self.price.pk, self.seats, offer, self.kept)

    @property
    def kept(self) -> dict[str, Any]:
        """What the purchase is to remember, with the amount that its buyer was shown."""
        return {"amount": self.price.total(self.seats), **self.details}


def customer_of(reader: Reader) -> Customer:
    """The reader as Stripe knows them, made known if need be. Raises TillAway."""
    customer, _ = Customer.objects.get_or_create(reader=reader)
    if customer.stripe_id is None:
        _make_known(customer, reader)
    return customer


def _make_known(customer: Customer, reader: Reader) -> None:
    gone = customer.stripe_id
    # With another address it is another question, which Stripe refuses under the same key.
    question = hashlib.sha256(f"{reader.email} {gone}".encode()).hexdigest()[:16]
    with asking("making a customer") as till:
        made = till.v1.customers.create(
            {"email": reader.email, "metadata": {"broadsheet_reader": str(reader.pk)}},
            {"idempotency_key": f"customer-{customer.pk}-{reader.pk}-{question}"},
        )
    Customer.objects.filter(pk=customer.pk, stripe_id=gone).update(stripe_id=made.id)
    customer.refresh_from_db()


def begin(reader: Reader, order: Order) -> str:
    """An address at which the reader can pay.

    Whoever stands at the till already, in another tab perhaps, is led to the same till; for
    something else the first till is closed before. Raises SubscribedAlready, NoSuchOffer when
    the offer was used up meanwhile, TillAway, TillClosed.
    """
    customer = customer_of(reader)
    for _ in range(TABS):
        if order.kind != Purchase.Kinds.GIFT:
            _close_others(customer, order)
        purchase = _purchase(customer, order)
        # Another tab may have opened a till for something else in this moment.
        if order.kind != Purchase.Kinds.GIFT and not order.asks_for(purchase):
            continue
        try:
            if purchase.session_url or _open(purchase, order):
                return purchase.session_url
        except stripe.InvalidRequestError as error:
            if (error.code, error.param) != ("resource_missing", "customer"):
                raise
            _make_known(customer, reader)  # it was deleted at Stripe, or is another account's
            _give_up(purchase)
    raise TillAway("two tabs would not agree")


def settle(purchase: Purchase) -> Purchase:
    """Ask Stripe how a purchase ended. One that was left is asked for as well: somebody who kept
    its page may have paid after all. Raises TillAway."""
    unknown = purchase.state in (Purchase.States.OPEN, Purchase.States.LEFT)
    if unknown and purchase.session_id:
        mirror.session(purchase.session_id)
        purchase.refresh_from_db()
    return purchase


def _close_others(customer: Customer, order: Order) -> None:
    under_way = customer.purchases.filter(kind=order.kind, state=Purchase.States.OPEN)
    for purchase in under_way:
        if not order.asks_for(purchase) or _has_run_out(purchase):
            _close(purchase)
    if customer.agreements.filter(live=True).exists():
        raise SubscribedAlready


def _has_run_out(purchase: Purchase) -> bool:
    return settle(purchase).state != Purchase.States.OPEN


def _close(purchase: Purchase) -> None:
    """Close a till, so that it cannot be paid at any more; who has paid there has bought."""
    if purchase.session_id and purchase.state == Purchase.States.OPEN:
        _expire(purchase.session_id)
    _give_up(purchase)


@transaction.atomic
def _purchase(customer: Customer, order: Order) -> Purchase:
    # Two tabs at once: the second waits here, and finds the first one's.
    Customer.objects.select_for_update().get(pk=customer.pk)
    fields = {
        "price": order.price,
        "seats": order.seats,
        "offer": order.offer,
        "details": order.kept,
        "created_at": timezone.now(),
    }
    if order.kind == Purchase.Kinds.GIFT:
        return Purchase.objects.create(customer=customer, kind=order.kind, **fields)
    under_way = customer.purchases.filter(kind=order.kind, state=Purchase.States.OPEN).first()
    if under_way is not None:
        return under_way
    if order.offer is not None:
        offers.keep_one(order.offer, customer)
    return Purchase.objects.create(customer=customer, kind=order.kind, **fields)


def _open(purchase: Purchase, order: Order) -> bool:
    """Open the till. False: this purchase is over by now, and another is to be begun."""
    # Killed after Stripe has answered and before that is written down, the same key finds the
    # same session again. With other parameters (a day later, in another language) it does not.
    # Then that session stays behind with its purchase, so that whoever pays there has bought.
    try:
        made = _ask_for_session(purchase, order)
    except stripe.IdempotencyError:
        _give_up(purchase)
        return False
    purchase.session_id, purchase.session_url = made["id"], made["url"]
    still = Purchase.objects.filter(pk=purchase.pk, state=Purchase.States.OPEN)
    if still.update(session_id=made["id"], session_url=made["url"]):
        return True
    # Closed by another tab while Stripe was making the session: nobody is to pay there.
    Purchase.objects.filter(pk=purchase.pk).update(session_id=made["id"])
    _expire(made["id"])
    return False


def _give_up(purchase: Purchase) -> None:
    Purchase.objects.filter(pk=purchase.pk, state=Purchase.States.OPEN, session_id="").update(
        state=Purchase.States.LEFT, settled_at=timezone.now()
    )


def _expire(session_id: str) -> None:
    # When it is paid or has run out already, the reading that follows tells.
    with suppress(stripe.InvalidRequestError), asking("closing a till") as till:
        till.v1.checkout.sessions.expire(session_id)
    mirror.session(session_id)


def _ask_for_session(purchase: Purchase, order: Order) -> dict[str, Any]:
    params = _session(purchase, order)
    with asking("opening a till") as till:
        return plain(
            till.v1.checkout.sessions.create(
                params,  # type: ignore[arg-type]
                {"idempotency_key": f"purchase-{purchase.token}"},
            )
        )


def _session(purchase: Purchase, order: Order) -> dict[str, Any]:
    metadata = {mirror.PURCHASE: purchase.token}
    session: dict[str, Any] = {
        "customer": purchase.customer.stripe_id,
        "client_reference_id": purchase.token,
        "metadata": metadata,
        "locale": LANGUAGES.get(get_language() or "en", "auto"),
        "success_url": address(f"/subscribe/done/{purchase.token}/"),
        "cancel_url": address(f"/subscribe/left/{purchase.token}/"),
    }
    if order.kind == Purchase.Kinds.GIFT:
        return session | _payment(purchase, metadata)
    first = not purchase.customer.agreements.exists()
    session |= {
        "mode": "subscription",
        "line_items": catalogue.items(order.price, order.seats),
        "subscription_data": {"metadata": metadata, **_trial(order, first=first)},
    }
    discount = _discount(order, first=first)
    # Codes made at Stripe can be typed at the till; it takes one discount.
    session |= (
        {"discounts": [{"coupon": discount}]} if discount else {"allow_promotion_codes": True}
    )
    return session | _tax()


def _tax() -> dict[str, Any]:
    if not PAPER.stripe_tax:
        return {}
    return {
        "automatic_tax": {"enabled": True},
        "tax_id_collection": {"enabled": True},
        "customer_update": {"address": "auto", "name": "auto"},
    }


def _payment(purchase: Purchase, metadata: dict[str, str]) -> dict[str, Any]:
    details = purchase.details
    return _tax() | {
        "mode": "payment",
        "invoice_creation": {"enabled": True, "invoice_data": {"metadata": metadata}},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": details["currency"].lower(),
                    "unit_amount": details["amount"],
                    "product_data": {"name": details["title"]},
                },
            }
        ],
    }


def _trial(order: Order, *, first: bool) -> dict[str, int]:
    if order.trial_ends_at is not None:
        return {"trial_end": int(order.trial_ends_at.timestamp())}
    if order.kind == Purchase.Kinds.HANDOVER:
        return {}
    # Free days and introductions are for those who come for the first time.
    days = order.price.trial_days if first else 0
    return {"trial_period_days": days} if days else {}


def _discount(order: Order, *, first: bool) -> str:
    # Stripe takes one discount; a code the reader knows goes before the introduction.
    if order.offer is not None:
        return catalogue.coupon(order.offer)
    introduced = first and order.kind == Purchase.Kinds.SUBSCRIPTION
    return order.price.stripe_intro_coupon if introduced else ""


def can_be_bought(price: Price, seats: int) -> bool:
    """Whether this is on offer: the plan, so many seats, and a till to pay at."""
    plan = price.plan
    further = seats - plan.seats
    return (
        is_open()
        and plan.on_offer
        and plan.seats_allowed(seats)
        and (further == 0 or price.seat_amount is not None)
    )
