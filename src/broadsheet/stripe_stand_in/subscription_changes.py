"""Changes of subscriptions: plans and quantities with prorations, pauses, cancellations, trials."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from broadsheet.stripe_stand_in import (
    billing,
    errors,
    invoicing,
    lines,
    payment_methods,
    rebates,
    subscriptions,
)
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.schedule import INCOMPLETE_FOR
from broadsheet.stripe_stand_in.world import World, public

type Doc = dict[str, Any]

PRORATIONS = ("create_prorations", "always_invoice", "none")
WAITING = {
    "items",
    "proration_behavior",
    "proration_date",
    "payment_behavior",
    "billing_cycle_anchor",
    "trial_end",
    "discounts",
    "off_session",
    "expand",
}
"""Parameters that go with `pending_if_incomplete`."""
PAUSES = ("void", "keep_as_draft", "mark_uncollectible")
ITEM = {"id", "price", "price_data", "quantity", "deleted", "metadata", "clear_usage"}


@dataclass
class Change:
    """What a change is to be billed: proration lines, and whether a new period begins now."""

    moment: int
    behaviour: str
    prorations: list[Doc] = field(default_factory=list)
    anew: bool = False
    events: list[tuple[str, Doc]] = field(default_factory=list)


def update(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/subscriptions/{id}."""
    subscription = _changeable(world, ident)
    behaviour = params.choice("payment_behavior", subscriptions.BEHAVIOURS, "allow_incomplete")
    if behaviour == "pending_if_incomplete":
        return _update_when_paid(world, params, subscription)
    invoice = carry_out(world, params, subscription)
    subscription = world.get("subscription", ident)
    if invoice and invoice["status"] == "open" and behaviour != "default_incomplete":
        return _charge(world, subscription, invoice, behaviour)
    return subscription


def _changeable(world: World, ident: str) -> Doc:
    subscription = world.get("subscription", ident)
    if subscription["status"] in subscriptions.OVER:
        raise errors.invalid(
            "A canceled subscription can only update its cancellation_details and metadata."
        )
    return subscription


def _charge(world: World, subscription: Doc, invoice: Doc, behaviour: str | None) -> Doc:
    if invoicing.collect(world, invoice, invoicing.card_for(world, invoice), by_itself=True):
        return subscription
    if behaviour == "error_if_incomplete":
        raise errors.declined(subscriptions.refusal_of(world, invoice), keep=False)
    subscription["status"] = "past_due"
    return world.change(subscription, "customer.subscription.updated")


def carry_out(world: World, params: Params, subscription: Doc) -> Doc | None:
    """Makes the change and the invoice that it asks for, finalised but not charged."""
    change = apply(world, params, subscription)
    invoice = None
    if change.anew:
        new = [*change.prorations, *billing.period_lines(world, subscription)]
        invoice = billing.bill(world, subscription, new, "subscription_update")
    elif change.prorations and change.behaviour == "always_invoice":
        invoice = billing.bill(world, subscription, change.prorations, "subscription_update")
    elif change.prorations:
        subscription["_pending"] = [*subscription.get("_pending", []), *change.prorations]
    world.change(subscription, "customer.subscription.updated")
    for event, doc in change.events:
        world.tell(event, doc)
    if invoice:
        invoice["parent"]["subscription_details"]["subscription_proration_date"] = change.moment
        invoicing.finalize(world, invoice)
    return invoice


def apply(world: World, params: Params, subscription: Doc) -> Change:
    """Takes the parameters into a subscription that is still to be written."""
    change = Change(
        _moment(world, params, subscription),
        params.choice("proration_behavior", PRORATIONS, "create_prorations") or "",
    )
    _take_plain(world, params, subscription)
    _take_cancellation(params, subscription, world)
    _take_pause(params, subscription, change)
    _take_discounts(world, params, subscription)
    before = deepcopy(billing.items(subscription))
    changed = _take_items(world, params, subscription)
    _take_trial(world, params, subscription, change)
    if params.choice("billing_cycle_anchor", ("now", "unchanged")) == "now":
        change.anew = True
    _reckon(world, subscription, before, changed, change)
    return change


def _moment(world: World, params: Params, subscription: Doc) -> int:
    moment = params.number("proration_date")
    if moment is None:
        return world.now()
    item = billing.items(subscription)[0]
    if not item["current_period_start"] <= moment <= item["current_period_end"]:
        raise errors.invalid(
            "Invalid timestamp: must be within the current billing period.", "proration_date"
        )
    return moment


def _take_plain(world: World, params: Params, subscription: Doc) -> None:
    subscription["metadata"] = params.metadata(subscription["metadata"])
    if "description" in params:
        subscription["description"] = params.text("description")
    if params.cleared("default_payment_method"):
        subscription["default_payment_method"] = None
    elif method := params.text("default_payment_method"):
        found = world.get("payment_method", method, "default_payment_method")
        if found["customer"] != subscription["customer"]:
            raise errors.invalid(
                f"The customer does not have a payment method with the ID {method}.",
                "default_payment_method",
                "resource_missing",
            )
        subscription["default_payment_method"] = method
    taxed = params.inner("automatic_tax").flag("enabled")
    if taxed is not None:
        subscription["automatic_tax"]["enabled"] = taxed
        subscription["automatic_tax"]["liability"] = invoicing.SELF if taxed else None


def _take_cancellation(params: Params, subscription: Doc, world: World) -> None:
    at_end = params.flag("cancel_at_period_end")
    if at_end and not subscription["cancel_at_period_end"]:
        subscriptions.schedule_end(world, subscription)
    elif at_end is False or params.cleared("cancel_at"):
        subscriptions.go_on(subscription)
    when = params.text("cancel_at")
    if when in {"min_period_end", "max_period_end"}:
        ends = [item["current_period_end"] for item in billing.items(subscription)]
        when = str(min(ends) if when == "min_period_end" else max(ends))
    if when:
        subscription |= {"cancel_at": int(when), "canceled_at": world.now()}
        subscription["cancellation_details"]["reason"] = "cancellation_requested"
    subscriptions.take_details(subscription, params)


def _take_pause(params: Params, subscription: Doc, change: Change) -> None:
    if params.cleared("pause_collection"):
        subscription["pause_collection"] = None
    elif pause := params.inner("pause_collection"):
        pause.only({"behavior", "resumes_at"})
        pause.required("behavior")
        subscription["pause_collection"] = {
            "behavior": pause.choice("behavior", PAUSES),
            "resumes_at": pause.number("resumes_at"),
        }


def _take_discounts(world: World, params: Params, subscription: Doc) -> None:
    if "discounts" not in params:
        return
    kept = [one.text("discount") for one in params.each("discounts") if one.text("discount")]
    for ident in subscription["discounts"]:
        if ident not in kept:
            drop_discount(world, ident)
    new = [one for one in params.each("discounts") if not one.text("discount")]
    for coupon, code in rebates.wanted(world, new, subscription["customer"]):
        made = rebates.redeem(
            world, coupon, code, subscription["customer"], subscription=subscription["id"]
        )
        kept.append(made["id"])
    subscription["discounts"] = kept


def drop_discount(world: World, ident: str) -> None:
    """A discount that is over."""
    discount = world.get("discount", ident)
    discount["_over"] = True
    world.save(discount)
    world.tell("customer.discount.deleted", discount)


def _take_items(world: World, params: Params, subscription: Doc) -> set[str]:
    """Ids of items that are charged otherwise than before."""
    changed: set[str] = set()
    items = billing.items(subscription)
    for one in params.each("items"):
        one.only(ITEM)
        ident = one.text("id")
        if ident is None:
            item = subscriptions.new_item(
                world, subscription["id"], *subscriptions.wanted_item(world, one)
            )
            item |= {
                name: items[0][name] for name in ("current_period_start", "current_period_end")
            }
            items.append(item)
            changed.add(item["id"])
            continue
        found = next((item for item in items if item["id"] == ident), None)
        if found is None:
            raise errors.missing("subscription_item", ident, one.name("id"), status=400)
        if one.flag("deleted"):
            items.remove(found)
            changed.add(ident)
        elif _change_item(world, one, found):
            changed.add(ident)
    if not items:
        raise errors.invalid("A subscription must have at least one item.", "items")
    subscriptions.check_together([item["price"] for item in items])
    if items[0]["price"]["currency"] != subscription["currency"]:
        raise errors.invalid("The currency of a subscription cannot be changed.", "items")
    return changed


def _change_item(world: World, params: Params, item: Doc) -> bool:
    before = (item["price"]["id"], item["quantity"])
    item["metadata"] = params.metadata(item["metadata"])
    if "price" in params or "price_data" in params:
        item["price"] = subscriptions.wanted_item(world, params)[0]
    quantity = params.number("quantity")
    item["quantity"] = item["quantity"] if quantity is None else quantity
    return before != (item["price"]["id"], item["quantity"])


def _take_trial(world: World, params: Params, subscription: Doc, change: Change) -> None:
    if "trial_end" not in params:
        return
    end = subscriptions.trial_end(world, params)
    if end is None:
        if subscription["status"] == "trialing":
            subscription |= {"trial_end": world.now(), "status": "active"}
            change.anew = True
        return
    if subscription["status"] != "trialing" and change.behaviour != "none":
        for item in billing.items(subscription):
            change.prorations += lines.unused(world, subscription, item, change.moment)
    start = subscription["trial_start"]
    subscriptions.set_trial(world, subscription, end)
    subscription["trial_start"] = start or world.now()
    billing.start_period(subscription, world.now(), end)


def _reckon(
    world: World, subscription: Doc, before: list[Doc], changed: set[str], change: Change
) -> None:
    """Prorations of the changed items; a new rhythm begins a new period."""
    items = billing.items(subscription)
    rhythm = [item["price"]["recurring"] for item in (before[0], items[0])]
    trialing = subscription["status"] == "trialing"
    if not trialing and any(
        rhythm[0][name] != rhythm[1][name] for name in ("interval", "interval_count")
    ):
        change.anew = True
    if change.anew:
        changed = {item["id"] for item in [*before, *items]}
    if change.behaviour != "none" and not trialing:
        for item in before:
            if item["id"] in changed:
                change.prorations += lines.unused(world, subscription, item, change.moment)
    if change.anew:
        subscription["billing_cycle_anchor"] = change.moment
        billing.start_period(subscription, change.moment)
    elif change.behaviour != "none" and not trialing:
        _charge_rest(world, subscription, changed, change)


def _charge_rest(world: World, subscription: Doc, changed: set[str], change: Change) -> None:
    for item in billing.items(subscription):
        if item["id"] in changed:
            line = lines.remaining(world, subscription, item, change.moment)
            change.prorations.append(line)
            item["_debits"] = [billing.debit_of(line, line["amount"], None)]


def _update_when_paid(world: World, params: Params, subscription: Doc) -> Doc:
    """Carries the change out if it can be paid for, and otherwise keeps it for 23 hours."""
    ident = subscription["id"]
    for name in params.values:
        if name not in WAITING:
            raise errors.invalid(
                f"When `payment_behavior` is set to `pending_if_incomplete`, `{name}` may not be "
                "updated.",
                name,
            )
    with world.rehearsal() as rehearsal:
        invoice = carry_out(world, params, subscription)
        rehearsal.keep = (
            invoice is None
            or invoice["status"] == "paid"
            or invoicing.collect(world, invoice, invoicing.card_for(world, invoice))
        )
    if rehearsal.keep:
        return world.get("subscription", ident)
    assert invoice
    return _keep_for_later(world, params, invoice, subscription, ident)


def _keep_for_later(world: World, params: Params, rehearsed: Doc, changed: Doc, ident: str) -> Doc:
    subscription = world.get("subscription", ident)
    customer = world.get("customer", subscription["customer"])
    new = [{**one, "discount_amounts": []} for one in rehearsed["lines"]["data"]]
    invoice = invoicing.compose(
        world, customer, subscription, new, "subscription_update", rehearsed["discounts"]
    )
    world.add(invoice, "invoice.created")
    subscription |= {
        "latest_invoice": invoice["id"],
        "pending_update": {
            "billing_cycle_anchor": None,
            "expires_at": world.now() + INCOMPLETE_FOR,
            "subscription_items": [public(item) for item in billing.items(changed)],
            "trial_end": None,
            "trial_from_plan": None,
        },
        "_update": {**params.values, "proration_behavior": "none"},
    }
    world.change(subscription, "customer.subscription.updated")
    invoicing.finalize(world, invoice)
    card = payment_methods.for_charge(world, subscription, customer)
    invoicing.collect(world, invoice, card)
    return world.get("subscription", ident)


def apply_pending(world: World, invoice: Doc) -> None:
    """Carries out a change that was waiting for this invoice to be paid."""
    subscription = world.find(invoicing.subscription_of(invoice))
    if not subscription or not subscription["pending_update"]:
        return
    if subscription["latest_invoice"] != invoice["id"]:
        return
    params = Params(subscription.pop("_update"))
    subscription["pending_update"] = None
    apply(world, params, subscription)
    charged = _charged(invoice)
    for item in billing.items(subscription):
        if line := charged.get(item["id"]):
            item["_debits"] = [billing.debit_of(line, line["amount"], invoice["id"])]
    world.change(subscription, "customer.subscription.updated")
    world.tell("customer.subscription.pending_update_applied", subscription)


def _charged(invoice: Doc) -> dict[str, Doc]:
    """What was charged, by the item that it was charged for."""
    return {
        line["parent"]["subscription_item_details"]["subscription_item"]: line
        for line in invoice["lines"]["data"]
        if line["amount"] > 0
    }


def forget_pending(world: World, subscription: Doc) -> None:
    """A change that was not paid for in time is not made."""
    invoice = world.find(subscription["latest_invoice"])
    if invoice and invoice["status"] == "open":
        invoicing.void(world, invoice)
    subscription["pending_update"] = None
    subscription.pop("_update", None)
    world.change(subscription, "customer.subscription.updated")
    world.tell("customer.subscription.pending_update_expired", subscription)
