"""Subscriptions that end."""

from typing import Any

from broadsheet.stripe_stand_in import billing, invoicing, lines
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]


def end(
    world: World,
    subscription: Doc,
    reason: str | None,
    *,
    prorate: bool = False,
    invoice_now: bool = False,
) -> Doc:
    """Ends a subscription at once; unused time is credited if asked for."""
    now = world.now()
    if prorate:
        credit = [
            line
            for item in billing.items(subscription)
            for line in lines.unused(world, subscription, item, now)
        ]
        subscription["_pending"] = [*subscription.get("_pending", []), *credit]
    subscription |= {"status": "canceled", "ended_at": now, "pending_update": None}
    subscription["canceled_at"] = subscription["canceled_at"] or now
    details = subscription["cancellation_details"]
    details["reason"] = details["reason"] or reason
    _stop_asking(world, subscription)
    if invoice_now and subscription.get("_pending"):
        invoice = billing.bill(world, subscription, [], "subscription_update")
        invoicing.finalize(world, invoice)
        if invoice["status"] == "open":
            invoicing.collect(world, invoice, invoicing.card_for(world, invoice))
    world.save(subscription)
    world.tell("customer.subscription.deleted", subscription)
    return subscription


def _stop_asking(world: World, subscription: Doc) -> None:
    for invoice in world.every("invoice", subscription["customer"]):
        mine = invoicing.subscription_of(invoice) == subscription["id"]
        if mine and invoice["status"] in {"draft", "open"}:
            invoice |= {"auto_advance": False, "next_payment_attempt": None}
            world.change(invoice, "invoice.updated")


def expire(world: World, subscription: Doc) -> None:
    """The first payment was not made in time."""
    invoice = world.find(subscription["latest_invoice"])
    if invoice and invoice["status"] == "open":
        invoicing.void(world, invoice)
    subscription |= {"status": "incomplete_expired", "ended_at": world.now()}
    world.change(subscription, "customer.subscription.updated")
