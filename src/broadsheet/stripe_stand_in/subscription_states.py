"""What a payment, or its failure, makes of a subscription."""

from typing import Any

from broadsheet.stripe_stand_in import invoicing, subscription_ends
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]

OWING = {"past_due", "unpaid"}


def after_paid(world: World, invoice: Doc) -> None:
    """Who has paid reads on."""
    subscription = world.find(invoicing.subscription_of(invoice))
    if subscription is None:
        return
    if subscription["status"] == "incomplete" or (
        subscription["status"] in OWING and not _owes(world, subscription)
    ):
        trialing = (subscription["trial_end"] or 0) > world.now()
        subscription["status"] = "trialing" if trialing else "active"
        world.change(subscription, "customer.subscription.updated")


def _owes(world: World, subscription: Doc) -> bool:
    return any(
        one["status"] == "open" and invoicing.subscription_of(one) == subscription["id"]
        for one in world.every("invoice", subscription["customer"])
    )


def after_failed(world: World, invoice: Doc, *, by_itself: bool) -> None:
    """Past due, and after the last retry what the account's terms say."""
    subscription = world.find(invoicing.subscription_of(invoice))
    if subscription is None or subscription["status"] not in {"active", "trialing", "past_due"}:
        return
    if subscription["pending_update"]:
        return
    last = by_itself and invoice["next_payment_attempt"] is None
    if last and world.terms.after_retries == "canceled":
        subscription_ends.end(world, subscription, "payment_failed")
        return
    subscription["status"] = world.terms.after_retries if last else "past_due"
    world.change(subscription, "customer.subscription.updated")
