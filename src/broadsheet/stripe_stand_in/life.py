"""What happens by itself: trials and periods that end, retries, expiries, in their order."""

from typing import Any

from broadsheet.stripe_stand_in import (
    billing,
    checkout,
    invoicing,
    schedule,
    settling,
    subscription_changes,
    subscription_ends,
)
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]


def catch_up(world: World, until: int) -> None:
    """Lets everything happen that is due until a moment, each at its own time."""
    while found := world.store.first_due(until):
        doc, due = found
        with world.at(due):
            HAPPENS[doc["object"]](world, doc, due)


def _subscription(world: World, doc: Doc, due: int) -> None:
    pause = doc["pause_collection"]
    if doc["status"] == "incomplete":
        subscription_ends.expire(world, doc)
    elif doc["pending_update"] and doc["pending_update"]["expires_at"] <= due:
        subscription_changes.forget_pending(world, doc)
    elif pause and pause["resumes_at"] and pause["resumes_at"] <= due:
        doc["pause_collection"] = None
        world.change(doc, "customer.subscription.updated")
    elif doc["cancel_at"] and doc["cancel_at"] <= due:
        subscription_ends.end(world, doc, "cancellation_requested")
    elif schedule.period_end(doc) <= due:
        billing.renew(world, doc)
    else:
        doc["_warned"] = True
        world.save(doc)
        world.tell("customer.subscription.trial_will_end", doc)


def _invoice(world: World, doc: Doc, due: int) -> None:
    if doc["status"] == "draft":
        invoicing.finalize(world, doc)
        if doc["status"] == "paid":
            settling.follow(world, doc)
            return
    settling.settle(world, doc, invoicing.card_for(world, doc), by_itself=True)


def _session(world: World, doc: Doc, due: int) -> None:
    checkout.close(world, doc)


def _discount(world: World, doc: Doc, due: int) -> None:
    subscription_changes.drop_discount(world, doc["id"])
    subscription = world.find(doc["subscription"])
    if subscription and doc["id"] in subscription["discounts"]:
        subscription["discounts"].remove(doc["id"])
        world.change(subscription, "customer.subscription.updated")


HAPPENS = {
    "subscription": _subscription,
    "invoice": _invoice,
    "checkout.session": _session,
    "discount": _discount,
}
