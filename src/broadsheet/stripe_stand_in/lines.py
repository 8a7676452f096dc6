"""Lines of invoices: periods of subscriptions, prorations to the second, and single things."""

from datetime import UTC, datetime
from typing import Any

from broadsheet.stripe_stand_in import money, rebates
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]


def name_of(world: World, price: Doc) -> str:
    """What the price is for, in people's words."""
    product = world.find(price["product"])
    return str(product["name"]) if product else "Product"


def _line(world: World, price: Doc, amount: int, period: tuple[int, int], **known: Any) -> Doc:
    return {
        "id": world.new_id("il", 24),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": None,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        "quantity": 1,
        "quantity_decimal": "1",
        "subscription": None,
        "subtotal": amount,
        "taxes": [],
        **known,
    }


def _for_item(
    world: World,
    subscription: Doc,
    item: Doc,
    amount: int,
    period: tuple[int, int],
    description: str,
    *,
    proration: bool = False,
    credited: Doc | None = None,
) -> Doc:
    return _line(
        world,
        item["price"],
        amount,
        period,
        description=description,
        discountable=not proration,
        metadata=dict(subscription["metadata"]),
        parent={
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": proration,
                "proration_details": {"credited_items": credited} if proration else None,
                "subscription": subscription["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        quantity=item["quantity"],
        quantity_decimal=str(item["quantity"]),
        subscription=subscription["id"],
    )


def full(item: Doc) -> int:
    """What a whole period of the item costs before discounts."""
    return int(item["price"]["unit_amount"] * item["quantity"])


def whole_period(world: World, subscription: Doc, item: Doc) -> Doc:
    """The item's current period in full."""
    price, name = item["price"], name_of(world, item["price"])
    each = money.shown(price["unit_amount"], price["currency"])
    every = price["recurring"]
    often = (
        every["interval"]
        if every["interval_count"] == 1
        else (f"{every['interval_count']} {every['interval']}s")
    )
    period = (item["current_period_start"], item["current_period_end"])
    description = f"{item['quantity']} × {name} (at {each} / {often})"
    return _for_item(world, subscription, item, full(item), period, description)


def trial(world: World, subscription: Doc, item: Doc) -> Doc:
    """The trial, which costs nothing."""
    period = (item["current_period_start"], item["current_period_end"])
    description = f"Trial period for {name_of(world, item['price'])}"
    return _for_item(world, subscription, item, 0, period, description)


def unused(world: World, subscription: Doc, item: Doc, moment: int) -> list[Doc]:
    """Credits for the time that was billed and is not used: shares of what was really charged."""
    found = []
    for debit in item.get("_debits", []):
        start, end = debit["start"], debit["end"]
        if not start <= moment < end or not debit["net"]:
            continue
        amount = -money.part(debit["net"], end - moment, end - start)
        credited = (
            {"invoice": debit["invoice"], "invoice_line_items": [debit["line"]]}
            if debit["invoice"]
            else None
        )
        description = f"Unused time on {_several(world, item)} after {_day(moment)}"
        found.append(
            _for_item(
                world,
                subscription,
                item,
                amount,
                (moment, end),
                description,
                proration=True,
                credited=credited,
            )
        )
    return found


def remaining(world: World, subscription: Doc, item: Doc, moment: int) -> Doc:
    """The charge for the rest of the period, with the subscription's discounts taken off."""
    start, end = item["current_period_start"], item["current_period_end"]
    net = full(item)
    for ident in subscription["discounts"]:
        discount = world.get("discount", ident)
        coupon = world.get("coupon", discount["source"]["coupon"])
        net -= rebates.shares(coupon, [(net, item["price"]["product"])])[0]
    amount = money.part(net, end - moment, end - start)
    description = f"Remaining time on {_several(world, item)} after {_day(moment)}"
    return _for_item(world, subscription, item, amount, (moment, end), description, proration=True)


def single(world: World, price: Doc, quantity: int, metadata: Doc) -> Doc:
    """Something bought once."""
    now = world.now()
    return _line(
        world,
        price,
        price["unit_amount"] * quantity,
        (now, now),
        description=name_of(world, price),
        metadata=metadata,
        parent={
            "invoice_item_details": {
                "invoice_item": world.new_id("ii", 24),
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": None,
            },
            "subscription_item_details": None,
            "type": "invoice_item_details",
        },
        quantity=quantity,
        quantity_decimal=str(quantity),
    )


def _several(world: World, item: Doc) -> str:
    name = name_of(world, item["price"])
    return name if item["quantity"] == 1 else f"{item['quantity']} × {name}"


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%d %b %Y")
