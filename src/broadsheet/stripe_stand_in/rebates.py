"""Coupons, the codes that readers type for them, and the discounts that come of them."""

from typing import Any

from broadsheet.stripe_stand_in import errors, money
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.times import add_months
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]


def create_coupon(world: World, params: Params) -> Doc:
    """POST /v1/coupons."""
    ident = params.text("id") or world.new_id("", 8)[1:]
    if world.find(ident):
        raise errors.invalid("Coupon already exists.", "id", "resource_already_exists")
    percent = params.text("percent_off")
    amount = params.number("amount_off")
    if (percent is None) == (amount is None):
        raise errors.invalid("You must pass either percent_off or amount_off.")
    if percent is not None and not 0 < float(percent) <= 100:
        raise errors.invalid("Invalid percent_off: must be between 0 and 100", "percent_off")
    duration = params.choice("duration", ("once", "repeating", "forever"), "once")
    months = params.number("duration_in_months")
    if (duration == "repeating") != (months is not None):
        raise errors.invalid(
            "duration_in_months goes with repeating, and only with it.", "duration_in_months"
        )
    coupon = {
        "id": ident,
        "object": "coupon",
        "amount_off": amount,
        "created": world.now(),
        "currency": params.required("currency").lower() if amount is not None else None,
        "duration": duration,
        "duration_in_months": months,
        "livemode": False,
        "max_redemptions": params.number("max_redemptions"),
        "metadata": params.metadata(),
        "name": params.text("name"),
        "percent_off": float(percent) if percent else None,
        "redeem_by": params.number("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
        "_products": params.inner("applies_to").texts("products"),
    }
    return world.add(coupon, "coupon.created")


def fresh_coupon(world: World, coupon: Doc) -> Doc:
    """The coupon with what the clock says of it."""
    used_up = coupon["max_redemptions"] is not None and (
        coupon["times_redeemed"] >= coupon["max_redemptions"]
    )
    late = coupon["redeem_by"] is not None and coupon["redeem_by"] <= world.now()
    coupon["valid"] = not (used_up or late or coupon.get("deleted"))
    return coupon


def retrieve_coupon(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/coupons/{id}."""
    coupon = world.get("coupon", ident)
    if coupon.get("deleted"):
        raise errors.missing("coupon", ident)
    return fresh_coupon(world, coupon)


def update_coupon(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/coupons/{id}: only its name and metadata."""
    coupon = retrieve_coupon(world, params, ident)
    if "name" in params:
        coupon["name"] = params.text("name")
    coupon["metadata"] = params.metadata(coupon["metadata"])
    return world.change(coupon, "coupon.updated")


def delete_coupon(world: World, params: Params, ident: str) -> Doc:
    """DELETE /v1/coupons/{id}: who has the discount keeps it."""
    coupon = world.get("coupon", ident)
    world.save({**coupon, "deleted": True})
    world.tell("coupon.deleted", {**coupon, "valid": False})
    return {"id": ident, "object": "coupon", "deleted": True}


def list_coupons(world: World, params: Params) -> list[Doc]:
    """GET /v1/coupons."""
    return [fresh_coupon(world, one) for one in world.every("coupon")]


def create_code(world: World, params: Params) -> Doc:
    """POST /v1/promotion_codes."""
    promotion = params.inner("promotion")
    promotion.choice("type", ("coupon",))
    coupon = world.get("coupon", promotion.required("coupon"), "promotion[coupon]")
    code = params.text("code") or world.new_id("", 8)[1:].upper()
    customer = params.text("customer")
    if customer:
        world.get("customer", customer, "customer")
    for other in list_codes(world, Params({"code": code, "active": "true"})):
        if other["customer"] in (None, customer):
            raise errors.invalid(
                f"An active promotion code with `code: {code}` already exists.", "code"
            )
    limits = params.inner("restrictions")
    made = {
        "id": world.new_id("promo", 24),
        "object": "promotion_code",
        "active": params.flag("active") is not False,
        "code": code,
        "created": world.now(),
        "customer": customer,
        "customer_account": None,
        "expires_at": params.number("expires_at"),
        "livemode": False,
        "max_redemptions": params.number("max_redemptions"),
        "metadata": params.metadata(),
        "promotion": {"coupon": coupon["id"], "type": "coupon"},
        "restrictions": {
            "first_time_transaction": limits.flag("first_time_transaction") or False,
            "minimum_amount": limits.number("minimum_amount"),
            "minimum_amount_currency": limits.text("minimum_amount_currency"),
        },
        "times_redeemed": 0,
    }
    return world.add(made, "promotion_code.created")


def fresh_code(world: World, code: Doc) -> Doc:
    """The promotion code with what the clock says of it."""
    used_up = code["max_redemptions"] is not None and (
        code["times_redeemed"] >= code["max_redemptions"]
    )
    late = code["expires_at"] is not None and code["expires_at"] <= world.now()
    coupon = fresh_coupon(world, world.get("coupon", code["promotion"]["coupon"]))
    code["active"] = code["active"] and coupon["valid"] and not used_up and not late
    return code


def retrieve_code(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/promotion_codes/{id}."""
    return fresh_code(world, world.get("promotion_code", ident))


def update_code(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/promotion_codes/{id}."""
    code = world.get("promotion_code", ident)
    active = params.flag("active")
    code["active"] = code["active"] if active is None else active
    code["metadata"] = params.metadata(code["metadata"])
    return world.change(code, "promotion_code.updated")


def list_codes(world: World, params: Params) -> list[Doc]:
    """GET /v1/promotion_codes; codes are the same in capitals and small letters."""
    code, active, customer = params.text("code"), params.flag("active"), params.text("customer")
    coupon = params.text("coupon")
    return [
        one
        for one in (fresh_code(world, each) for each in world.every("promotion_code"))
        if (code is None or one["code"].casefold() == code.casefold())
        and active in (None, one["active"])
        and customer in (None, one["customer"])
        and coupon in (None, one["promotion"]["coupon"])
    ]


def usable(world: World, code: Doc, customer: str | None, subtotal: int) -> bool:
    """Whether this customer may use the code for this amount."""
    limits = code["restrictions"]
    if not fresh_code(world, code)["active"] or code["customer"] not in (None, customer):
        return False
    if limits["minimum_amount"] and subtotal < limits["minimum_amount"]:
        return False
    if limits["first_time_transaction"] and customer:
        return not any(one["paid"] for one in world.every("charge", customer))
    return True


def wanted(
    world: World, params: list[Params], customer: str | None
) -> list[tuple[Doc, str | None]]:
    """Coupon and promotion code of each element of a `discounts` parameter."""
    found = []
    for one in params:
        one.only({"coupon", "promotion_code", "discount"})
        code = one.text("promotion_code")
        if code:
            promotion = world.get("promotion_code", code, one.name("promotion_code"))
            if not usable(world, promotion, customer, 1 << 40):
                raise errors.invalid(
                    "This promotion code cannot be redeemed because it is not active or not for "
                    "this customer.",
                    one.name("promotion_code"),
                )
            coupon = world.get("coupon", promotion["promotion"]["coupon"])
        else:
            coupon = world.get("coupon", one.required("coupon"), one.name("coupon"))
        if not fresh_coupon(world, coupon)["valid"]:
            raise errors.invalid(
                f"Coupon expired: {coupon['id']}", one.name("coupon"), "coupon_expired"
            )
        found.append((coupon, code))
    return found


def redeem(
    world: World, coupon: Doc, code: str | None, customer: str | None, **where: str | None
) -> Doc:
    """A discount, written; the coupon and its code count one redemption more."""
    coupon["times_redeemed"] += 1
    world.change(coupon, "coupon.updated")
    if code:
        promotion = world.get("promotion_code", code)
        promotion["times_redeemed"] += 1
        world.change(promotion, "promotion_code.updated")
    discount = new_discount(world, coupon, code, customer, **where)
    return world.add(discount, "customer.discount.created" if where.get("subscription") else None)


def new_discount(
    world: World, coupon: Doc, code: str | None, customer: str | None, **where: str | None
) -> Doc:
    """A discount that is not written yet."""
    start, months = world.now(), coupon["duration_in_months"]
    return {
        "id": world.new_id("di", 24),
        "object": "discount",
        "checkout_session": where.get("checkout_session"),
        "customer": customer,
        "customer_account": None,
        "end": add_months(start, months) if months else None,
        "invoice": where.get("invoice"),
        "invoice_item": None,
        "promotion_code": code,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": start,
        "subscription": where.get("subscription"),
        "subscription_item": None,
    }


def shares(coupon: Doc, amounts: list[tuple[int, str]]) -> list[int]:
    """What a coupon takes off each of some amounts; each comes with its product."""
    products = coupon.get("_products")
    eligible = [
        max(amount, 0) if not products or product in products else 0 for amount, product in amounts
    ]
    if coupon["percent_off"] is not None:
        whole = money.percentage(sum(eligible), coupon["percent_off"])
    else:
        whole = min(coupon["amount_off"], sum(eligible))
    return money.spread(whole, eligible)
