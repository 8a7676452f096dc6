"""The paper's prices as Stripe's: made when something is sold for the first time."""

import stripe

from broadsheet.billing.models import Offer
from broadsheet.billing.standing import BASE, SEAT
from broadsheet.billing.till import asking
from broadsheet.subscriptions.models import Plan, Price


def items(price: Price, seats: int) -> list[dict[str, object]]:
    """What a subscription with so many seats is made of: (price, quantity). Raises TillAway."""
    publish(price)
    wanted: list[dict[str, object]] = [{"price": price.stripe_price, "quantity": 1}]
    further = seats - price.plan.seats
    if further > 0:
        wanted.append({"price": price.stripe_seat_price, "quantity": further})
    return wanted


def publish(price: Price) -> None:
    """Have Stripe know a price and what goes with it. Safe to repeat."""
    if not price.stripe_price:
        price.stripe_price = _price(price, BASE, price.amount)
    if price.seat_amount is not None and not price.stripe_seat_price:
        price.stripe_seat_price = _price(price, SEAT, price.seat_amount)
    if price.intro_amount is not None and not price.stripe_intro_coupon:
        price.stripe_intro_coupon = _introduction(price)
    # Not save(): nobody's money changes by this.
    Price.objects.filter(pk=price.pk).update(
        stripe_price=price.stripe_price,
        stripe_seat_price=price.stripe_seat_price,
        stripe_intro_coupon=price.stripe_intro_coupon,
    )


def coupon(offer: Offer) -> str:
    """Stripe's coupon of an offer."""
    if not offer.stripe_coupon:
        repeating = {"duration": "repeating", "duration_in_months": offer.periods}
        with asking("making a coupon") as till:
            made = till.v1.coupons.create(
                {
                    "name": offer.code[:40],
                    "percent_off": offer.percent,
                    "metadata": {"broadsheet_offer": offer.code},
                    **(repeating if offer.periods else {"duration": "forever"}),
                }  # type: ignore[arg-type]
            )
        offer.stripe_coupon = made.id
        Offer.objects.filter(pk=offer.pk).update(stripe_coupon=made.id)
    return offer.stripe_coupon


def _price(price: Price, role: str, amount: int) -> str:
    with asking("making a price") as till:
        made = till.v1.prices.create(
            {
                "product": _product(till, price.plan),
                "currency": price.currency.lower(),
                "unit_amount": amount,
                "recurring": {"interval": price.period},
                "nickname": f"{price.plan.code} {role}",
                "metadata": {
                    "broadsheet_plan": price.plan.code,
                    "broadsheet_role": role,
                    "seats": str(price.plan.seats),
                },
            }
        )
    return made.id


def _product(till: stripe.StripeClient, plan: Plan) -> str:
    name = f"broadsheet-{plan.code}"
    try:
        till.v1.products.create({"id": name, "name": plan.said("en")[0]})
    except stripe.InvalidRequestError as error:
        if error.code != "resource_already_exists":
            raise
    return name


def _introduction(price: Price) -> str:
    assert price.intro_amount is not None  # asked for only then
    months = price.intro_periods * (12 if price.period == Price.Periods.YEAR else 1)
    with asking("making an introduction") as till:
        made = till.v1.coupons.create(
            {
                "name": f"{price.plan.said('en')[0]}"[:40],
                "amount_off": price.amount - price.intro_amount,
                "currency": price.currency.lower(),
                "duration": "repeating",
                "duration_in_months": months,
                "metadata": {"broadsheet_plan": price.plan.code},
            }
        )
    return made.id
