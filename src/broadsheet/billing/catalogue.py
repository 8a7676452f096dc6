"""The paper's prices as Stripe's: made when something is sold for the first time, and again when
staff have changed what it stands for. Those who pay keep the price they have."""

from collections.abc import Callable, Mapping
from typing import Any

import stripe

from broadsheet.billing.models import Offer
from broadsheet.billing.standing import BASE, SEAT
from broadsheet.billing.till import asking, plain
from broadsheet.subscriptions.models import Plan, Price


class NotSold(Exception):
    """So many seats of this plan have no price."""


def items(price: Price, seats: int) -> list[dict[str, object]]:
    """What a subscription with so many seats is made of: (price, quantity). Raises NotSold,
    TillAway."""
    further = seats - price.plan.seats
    if further > 0 and price.seat_amount is None:
        raise NotSold
    publish(price)
    wanted: list[dict[str, object]] = [{"price": price.stripe_price, "quantity": 1}]
    if further > 0:
        wanted.append({"price": price.stripe_seat_price, "quantity": further})
    return wanted


def publish(price: Price) -> None:
    """Have Stripe know a price and what goes with it. Safe to repeat."""
    before = (price.stripe_price, price.stripe_seat_price, price.stripe_intro_coupon)
    price.stripe_price = _price(price, BASE, price.amount, price.stripe_price)
    if price.seat_amount is not None:
        price.stripe_seat_price = _price(price, SEAT, price.seat_amount, price.stripe_seat_price)
    if price.intro_amount is not None:
        price.stripe_intro_coupon = _introduction(price, price.stripe_intro_coupon)
    after = (price.stripe_price, price.stripe_seat_price, price.stripe_intro_coupon)
    if after == before:
        return
    # Not save(): nobody's money changes by this. Not if staff were faster: then it is old already.
    money = {name: getattr(price, name) for name in (*Price.MONEY, "intro_periods")}
    Price.objects.filter(pk=price.pk, **money).update(
        stripe_price=price.stripe_price,
        stripe_seat_price=price.stripe_seat_price,
        stripe_intro_coupon=price.stripe_intro_coupon,
    )


def coupon(offer: Offer) -> str:
    """Stripe's coupon of an offer."""
    repeating = {"duration": "repeating", "duration_in_months": offer.periods}
    wanted = {
        "percent_off": offer.percent,
        "metadata": {"broadsheet_offer": offer.code},
        **(repeating if offer.periods else {"duration": "forever"}),
    }
    known = _coupon(offer.stripe_coupon, offer.code, wanted)
    if known != offer.stripe_coupon:
        offer.stripe_coupon = known
        Offer.objects.filter(pk=offer.pk).update(stripe_coupon=known)
    return known


def _price(price: Price, role: str, amount: int, known: str) -> str:
    wanted: dict[str, Any] = {
        "currency": price.currency.lower(),
        "unit_amount": amount,
        "metadata": {
            "broadsheet_plan": price.plan.code,
            "broadsheet_role": role,
            "seats": str(price.plan.seats),
        },
    }
    with asking("making a price") as till:
        if _is_still(lambda: till.v1.prices.retrieve(known), known, {**wanted, "active": True}):
            return known
        new = {
            **wanted,
            "product": _product(till, price.plan),
            "recurring": {"interval": price.period},
            "nickname": f"{price.plan.code} {role}",
        }
        return till.v1.prices.create(new).id  # type: ignore[arg-type]


def _product(till: stripe.StripeClient, plan: Plan) -> str:
    name = f"broadsheet-{plan.code}"
    try:
        till.v1.products.create({"id": name, "name": plan.said("en")[0]})
    except stripe.InvalidRequestError as error:
        if error.code != "resource_already_exists":
            raise
    return name


def _introduction(price: Price, known: str) -> str:
    assert price.intro_amount is not None  # asked for only then
    months = price.intro_periods * (12 if price.period == Price.Periods.YEAR else 1)
    wanted = {
        "amount_off": price.amount - price.intro_amount,
        "currency": price.currency.lower(),
        "duration": "repeating",
        "duration_in_months": months,
        "metadata": {"broadsheet_plan": price.plan.code},
    }
    return _coupon(known, price.plan.said("en")[0], wanted)


def _coupon(known: str, name: str, wanted: dict[str, Any]) -> str:
    with asking("making a coupon") as till:
        if _is_still(lambda: till.v1.coupons.retrieve(known), known, {**wanted, "valid": True}):
            return known
        return till.v1.coupons.create({**wanted, "name": name[:40]}).id  # type: ignore[arg-type]


def _is_still(read: Callable[[], Any], known: str, wanted: Mapping[str, Any]) -> bool:
    """Whether Stripe has it, and it says what it should: staff may have given a plan other seats
    or another code, retired a price at Stripe, or put the key of another account in."""
    if not known:
        return False
    try:
        said = plain(read())
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            return False
        raise
    return all(said.get(name) == value for name, value in wanted.items())
