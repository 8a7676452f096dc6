"""Subscriptions' periods, and the invoices that are made for them."""

from typing import Any

from broadsheet.stripe_stand_in import invoicing, lines
from broadsheet.stripe_stand_in.times import next_boundary
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]


def items(subscription: Doc) -> list[Doc]:
    """The subscription's items."""
    found: list[Doc] = subscription["items"]["data"]
    return found


def start_period(subscription: Doc, start: int, end: int | None = None) -> None:
    """Lets all items begin a period; its end is the next boundary counted from the anchor."""
    for item in items(subscription):
        every = item["price"]["recurring"]
        item["_previous_start"] = item.get("current_period_start", start)
        item["current_period_start"] = start
        item["current_period_end"] = end or next_boundary(
            subscription["billing_cycle_anchor"], every["interval"], every["interval_count"], start
        )
        item["_debits"] = []


def period_lines(world: World, subscription: Doc) -> list[Doc]:
    """Lines for the current period of all items."""
    line = lines.trial if subscription["status"] == "trialing" else lines.whole_period
    return [line(world, subscription, item) for item in items(subscription)]


def bill(world: World, subscription: Doc, new: list[Doc], reason: str) -> Doc:
    """A draft of these lines and those that were waiting, written and told of.

    The subscription itself is changed, and still to be written by the caller.
    """
    waiting = subscription.get("_pending", [])
    customer = world.get("customer", subscription["customer"])
    invoice = invoicing.compose(
        world, customer, subscription, waiting + new, reason, subscription["discounts"]
    )
    world.add(invoice, "invoice.created")
    subscription["_pending"] = []
    subscription["latest_invoice"] = invoice["id"]
    _remember_debits(subscription, invoice)
    _use_up(world, subscription, invoice)
    return invoice


def _remember_debits(subscription: Doc, invoice: Doc) -> None:
    by_id = {item["id"]: item for item in items(subscription)}
    for line in invoice["lines"]["data"]:
        details = line["parent"]["subscription_item_details"]
        item = by_id.get(details["subscription_item"]) if details else None
        if item is None or line["amount"] <= 0:
            continue
        for debit in item.setdefault("_debits", []):
            if debit["line"] == line["id"]:
                debit["invoice"] = invoice["id"]
                break
        else:
            net = line["amount"] - sum(one["amount"] for one in line["discount_amounts"])
            item["_debits"].append(debit_of(line, net, invoice["id"]))


def debit_of(line: Doc, net: int, invoice: str | None) -> Doc:
    """What was charged for a time, to be credited if the time is not used."""
    return {**line["period"], "net": net, "line": line["id"], "invoice": invoice}


def _use_up(world: World, subscription: Doc, invoice: Doc) -> None:
    """Takes off discounts that are for one invoice, once they have taken something off one."""
    spent = {one["discount"] for one in invoice["total_discount_amounts"] if one["amount"]}
    for ident in [one for one in subscription["discounts"] if one in spent]:
        discount = world.get("discount", ident)
        coupon = world.get("coupon", discount["source"]["coupon"])
        if coupon["duration"] == "once":
            subscription["discounts"].remove(ident)
            discount["_over"] = True
            world.save(discount)


def renew(world: World, subscription: Doc) -> None:
    """Begins the next period and makes its invoice, which stays a draft for an hour."""
    start_period(subscription, items(subscription)[0]["current_period_end"])
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    invoice = bill(world, subscription, period_lines(world, subscription), "subscription_cycle")
    world.change(subscription, "customer.subscription.updated")
    paused = subscription["pause_collection"]
    if paused:
        _put_aside(world, invoice, paused["behavior"])
    elif subscription["status"] == "unpaid":
        invoice["auto_advance"] = False
        world.save(invoice)
    else:
        invoice["automatically_finalizes_at"] = world.now() + world.terms.draft_for
        world.save(invoice)


def _put_aside(world: World, invoice: Doc, behaviour: str) -> None:
    invoice["auto_advance"] = False
    world.save(invoice)
    if behaviour == "void":
        invoicing.void(world, invoice)
    elif behaviour == "mark_uncollectible":
        invoicing.void(world, invoice, "uncollectible")
