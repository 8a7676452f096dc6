"""Invoices as they are asked for: one, many, their lines and payments, and previews."""

from typing import Any

from broadsheet.stripe_stand_in import (
    billing,
    customers,
    errors,
    invoicing,
    rebates,
    subscription_changes,
    subscription_ends,
    subscriptions,
)
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]

DETAILS = {
    "items",
    "proration_behavior",
    "proration_date",
    "cancel_now",
    "cancel_at",
    "cancel_at_period_end",
    "trial_end",
    "billing_cycle_anchor",
}


def retrieve(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/invoices/{id}."""
    return world.get("invoice", ident)


def listed(world: World, params: Params) -> list[Doc]:
    """GET /v1/invoices."""
    subscription, status = params.text("subscription"), params.text("status")
    return [
        one
        for one in world.every("invoice", params.text("customer"))
        if subscription in (None, invoicing.subscription_of(one))
        and status in (None, one["status"])
    ]


def lines(world: World, params: Params, ident: str) -> list[Doc]:
    """GET /v1/invoices/{id}/lines."""
    found: list[Doc] = world.get("invoice", ident)["lines"]["data"]
    return found


def payments(world: World, params: Params) -> list[Doc]:
    """GET /v1/invoice_payments."""
    invoice, status = params.text("invoice"), params.text("status")
    named = params.inner("payment").text("payment_intent")
    return [
        one
        for one in world.every("invoice_payment")
        if invoice in (None, one["invoice"])
        and status in (None, one["status"])
        and named in (None, one["payment"]["payment_intent"])
    ]


def retrieve_payment(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/invoice_payments/{id}."""
    return world.get("invoice_payment", ident)


def preview(world: World, params: Params) -> Doc:
    """POST /v1/invoices/create_preview: what would be billed, of which nothing stays."""
    details = params.inner("subscription_details")
    details.only(DETAILS)
    with world.rehearsal():
        if ident := params.text("subscription"):
            subscription = world.get("subscription", ident, "subscription")
            invoice = _of_change(world, params, details, subscription)
        else:
            invoice = _of_new(world, params, details)
        invoice["id"] = f"upcoming_{invoice['id']}"
        for line in invoice["lines"]["data"]:
            line["invoice"] = invoice["id"]
        invoice |= {
            "status": "draft",
            "number": None,
            "hosted_invoice_url": None,
            "invoice_pdf": None,
            "auto_advance": False,
            "ending_balance": min(invoice["total"] + invoice["starting_balance"], 0),
        }
    return invoice


def _of_change(world: World, params: Params, details: Params, subscription: Doc) -> Doc:
    if subscription["status"] in subscriptions.OVER:
        raise _nothing(subscription["customer"])
    if details.flag("cancel_now"):
        return _of_end(world, details, subscription)
    wanted = {name: value for name, value in details.values.items() if name != "cancel_now"}
    if "discounts" in params:
        wanted["discounts"] = params.values["discounts"]
    change = subscription_changes.apply(world, Params(wanted, details.at), subscription)
    subscription |= {"_pending": [*subscription.get("_pending", []), *change.prorations]}
    if change.anew:
        new = billing.period_lines(world, subscription)
        return billing.bill(world, subscription, new, "subscription_update")
    if change.behaviour == "always_invoice" and change.prorations:
        subscription["_pending"] = change.prorations
        invoice = billing.bill(world, subscription, [], "subscription_update")
        parent = invoice["parent"]["subscription_details"]
        parent["subscription_proration_date"] = change.moment
        return invoice
    return _next(world, subscription)


def _of_end(world: World, details: Params, subscription: Doc) -> Doc:
    moment = details.number("proration_date") or world.now()
    behaviour = details.choice(
        "proration_behavior", subscription_changes.PRORATIONS, "create_prorations"
    )
    with world.at(moment):
        subscription_ends.end(world, subscription, None, prorate=behaviour != "none")
    if not subscription.get("_pending"):
        raise _nothing(subscription["customer"])
    return billing.bill(world, subscription, [], "upcoming")


def _next(world: World, subscription: Doc) -> Doc:
    """The next renewal, as if it came now."""
    end = billing.items(subscription)[0]["current_period_end"]
    over = subscription["cancel_at"] and subscription["cancel_at"] <= end
    if over and not subscription.get("_pending"):
        raise _nothing(subscription["customer"])
    with world.at(end):
        subscription["status"] = "active"
        _end_discounts(world, subscription, end)
        new = []
        if not over:
            billing.start_period(subscription, end)
            new = billing.period_lines(world, subscription)
        invoice = billing.bill(world, subscription, new, "upcoming")
    invoice["next_payment_attempt"] = end + world.terms.draft_for
    return invoice


def _end_discounts(world: World, subscription: Doc, moment: int) -> None:
    subscription["discounts"] = [
        ident
        for ident in subscription["discounts"]
        if (world.get("discount", ident)["end"] or moment + 1) > moment
    ]


def _of_new(world: World, params: Params, details: Params) -> Doc:
    ident = params.text("customer")
    customer = customers.alive(world, ident) if ident else world.add(customers.new(world))
    wanted = [subscriptions.wanted_item(world, one) for one in details.each("items")]
    if not wanted:
        raise _nothing(customer["id"])
    subscriptions.check_together([price for price, _, _ in wanted])
    subscription = subscriptions.new(world, customer["id"], wanted)
    if end := subscriptions.trial_end(world, details):
        subscriptions.set_trial(world, subscription, end)
    coupons = rebates.wanted(world, params.each("discounts"), customer["id"])
    return subscriptions.begin(world, subscription, coupons)


def _nothing(customer: str) -> errors.Refused:
    refused = errors.invalid(
        f"No upcoming invoices for customer: {customer}", None, "invoice_upcoming_none"
    )
    refused.status = 404
    return refused
