"""What a checkout session costs, today and later."""

from typing import Any

from broadsheet.stripe_stand_in import errors, rebates, subscriptions
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.times import DAY
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]

SUBSCRIPTION_DATA = {
    "trial_period_days",
    "trial_end",
    "metadata",
    "description",
    "trial_settings",
}
PAYMENT_DATA = {"metadata", "description", "setup_future_usage", "receipt_email"}


def data(session: Doc, name: str) -> Params:
    """Parameters that were given for what the session will make."""
    return Params(session["_data"][name], name)


def check(world: World, session: Doc) -> None:
    """Refuses what could not be carried out later."""
    asked = data(session, "subscription_data")
    asked.only(SUBSCRIPTION_DATA)
    data(session, "payment_intent_data").only(PAYMENT_DATA)
    end = asked.number("trial_end")
    if end is not None and end < world.now() + 2 * DAY:
        raise errors.invalid(
            "The `trial_end` date has to be at least 2 days in the future.",
            asked.name("trial_end"),
        )


def trial(world: World, session: Doc) -> int | None:
    """When the trial ends, if the session were paid now."""
    asked = data(session, "subscription_data")
    end = asked.number("trial_end")
    if end is not None:
        return end if end > world.now() else None
    return subscriptions.trial_end(world, asked)


def reckon(world: World, session: Doc) -> None:
    """Sets the amounts of the session and of its items, as they are due today."""
    items = session["_items"]
    trialing = trial(world, session) is not None
    gross = [
        0
        if trialing and one["price"]["recurring"]
        else one["price"]["unit_amount"] * one["quantity"]
        for one in items
    ]
    off = _taken_off(world, session, gross)
    for item, amount, less in zip(items, gross, off, strict=True):
        item |= {
            "amount_subtotal": amount,
            "amount_discount": less,
            "amount_tax": 0,
            "amount_total": amount - less,
        }
    session |= {
        "amount_subtotal": sum(gross),
        "amount_total": sum(gross) - sum(off),
        "total_details": {
            "amount_discount": sum(off),
            "amount_shipping": 0,
            "amount_tax": 0,
        },
        "discounts": [
            {"coupon": None if code else coupon, "promotion_code": code}
            for coupon, code in session["_coupons"]
        ],
    }


def _taken_off(world: World, session: Doc, gross: list[int]) -> list[int]:
    left = list(gross)
    products = [one["price"]["product"] for one in session["_items"]]
    for ident, _ in session["_coupons"]:
        off = rebates.shares(world.get("coupon", ident), list(zip(left, products, strict=True)))
        left = [one - less for one, less in zip(left, off, strict=True)]
    return [one - rest for one, rest in zip(gross, left, strict=True)]


def later(world: World, session: Doc) -> tuple[int, bool]:
    """What a regular period costs after today, and whether a discount is still taken off it."""
    items = [one for one in session["_items"] if one["price"]["recurring"]]
    gross = [one["price"]["unit_amount"] * one["quantity"] for one in items]
    products = [one["price"]["product"] for one in items]
    left = list(gross)
    waiting = trial(world, session) is not None
    for ident, _ in session["_coupons"]:
        coupon = world.get("coupon", ident)
        if coupon["duration"] == "forever" or (waiting and coupon["duration"] == "once"):
            off = rebates.shares(coupon, list(zip(left, products, strict=True)))
            left = [one - less for one, less in zip(left, off, strict=True)]
    return sum(left), left != gross


def use_code(world: World, session: Doc, text: str) -> bool:
    """Takes a promotion code that the reader typed; False if it is refused."""
    subtotal = sum(one["price"]["unit_amount"] * one["quantity"] for one in session["_items"])
    codes = [
        one
        for one in world.every("promotion_code")
        if one["code"].casefold() == text.strip().casefold()
        and rebates.usable(world, one, session["customer"], subtotal)
    ]
    if not session["allow_promotion_codes"] or not codes:
        return False
    coupon = world.get("coupon", codes[0]["promotion"]["coupon"])
    if coupon["currency"] not in (None, session["currency"]):
        return False
    session["_coupons"] = [[coupon["id"], codes[0]["id"]]]
    reckon(world, session)
    world.save(session)
    return True


def drop_codes(world: World, session: Doc) -> None:
    """Takes typed codes away again."""
    if session["allow_promotion_codes"]:
        session["_coupons"] = []
        reckon(world, session)
        world.save(session)
