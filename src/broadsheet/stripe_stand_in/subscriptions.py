"""Subscriptions: begun, looked up, and cancelled by a request."""

from typing import Any

from broadsheet.stripe_stand_in import (
    billing,
    catalogue,
    customers,
    errors,
    invoicing,
    payment_methods,
    rebates,
    subscription_ends,
)
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.times import DAY
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]

OVER = {"canceled", "incomplete_expired"}
BEHAVIOURS = (
    "allow_incomplete",
    "default_incomplete",
    "error_if_incomplete",
    "pending_if_incomplete",
)


def new(world: World, customer: str, wanted: list[tuple[Doc, int, Doc]], **known: Any) -> Doc:
    """A subscription that is not written yet, to prices with quantities and metadata."""
    ident, now = world.new_id("sub", 24), world.now()
    subscription = {
        "id": ident,
        "object": "subscription",
        "application": None,
        "application_fee_percent": None,
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": now,
        "billing_cycle_anchor_config": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_schedules": [],
        "billing_thresholds": None,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": now,
        "currency": wanted[0][0]["currency"],
        "customer": customer,
        "customer_account": None,
        "days_until_due": None,
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {"account_tax_ids": None, "issuer": invoicing.SELF},
        "items": {
            "object": "list",
            "data": [new_item(world, ident, *one) for one in wanted],
            "has_more": False,
            "url": f"/v1/subscription_items?subscription={ident}",
        },
        "latest_invoice": None,
        "livemode": False,
        "metadata": {},
        "next_pending_invoice_item_invoice": None,
        "on_behalf_of": None,
        "pause_collection": None,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "pending_invoice_item_interval": None,
        "pending_setup_intent": None,
        "pending_update": None,
        "schedule": None,
        "start_date": now,
        "status": "incomplete",
        "test_clock": None,
        "transfer_data": None,
        "trial_end": None,
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": None,
        **known,
    }
    if subscription["automatic_tax"]["enabled"]:
        subscription["automatic_tax"]["liability"] = invoicing.SELF
    return subscription


def new_item(world: World, subscription: str, price: Doc, quantity: int, metadata: Doc) -> Doc:
    """An item that is not written yet; its period is still to be set."""
    return {
        "id": world.new_id("si"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": world.now(),
        "discounts": [],
        "metadata": metadata,
        "price": price,
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def wanted_item(world: World, params: Params) -> tuple[Doc, int, Doc]:
    """Price, quantity and metadata of an item parameter."""
    price = catalogue.for_sale(world, params)
    if not price["recurring"]:
        raise errors.invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices "
            "with `type=recurring`.",
            params.name("price"),
        )
    quantity = params.number("quantity")
    return price, 1 if quantity is None else quantity, params.metadata()


def check_together(prices: list[Doc]) -> None:
    """One currency and one rhythm for all items."""
    if len({one["currency"] for one in prices}) > 1:
        raise errors.invalid("All prices on a subscription must be in one currency.", "items")
    rhythms = {(one["recurring"]["interval"], one["recurring"]["interval_count"]) for one in prices}
    if len(rhythms) > 1:
        raise errors.invalid("The stand-in bills all items in one rhythm.", "items")


def set_trial(world: World, subscription: Doc, end: int) -> None:
    """A trial until then, which is also the first period."""
    subscription |= {
        "trial_start": world.now(),
        "trial_end": end,
        "billing_cycle_anchor": end,
        "status": "trialing",
        "_warned": False,
    }


def trial_end(world: World, params: Params) -> int | None:
    """When a trial that is asked for ends."""
    days = params.number("trial_period_days")
    if days:
        return world.now() + days * DAY
    if params.text("trial_end") == "now":
        return None
    end = params.number("trial_end")
    if end is not None and end <= world.now():
        raise errors.invalid("Invalid timestamp: must be in the future", params.name("trial_end"))
    return end


def begin(
    world: World,
    subscription: Doc,
    coupons: list[tuple[Doc, str | None]],
    session: str | None = None,
    extra: list[Doc] | None = None,
) -> Doc:
    """Writes a new subscription with its discounts and its first invoice, finalised, not paid.

    `extra` are lines for what is bought once with it.
    """
    subscription["discounts"] = [
        rebates.redeem(
            world,
            coupon,
            code,
            subscription["customer"],
            subscription=subscription["id"],
            checkout_session=session,
        )["id"]
        for coupon, code in coupons
    ]
    trialing = subscription["status"] == "trialing"
    billing.start_period(subscription, world.now(), subscription["trial_end"] if trialing else None)
    lines = [*billing.period_lines(world, subscription), *(extra or [])]
    invoice = billing.bill(world, subscription, lines, "subscription_create")
    world.save(subscription)
    invoicing.finalize(world, invoice)
    if not trialing and invoice["status"] == "paid":
        subscription["status"] = "active"
    world.save(subscription)
    return invoice


def create(world: World, params: Params) -> Doc:
    """POST /v1/subscriptions."""
    customer = customers.alive(world, params.required("customer"))
    wanted = [wanted_item(world, one) for one in params.each("items")]
    if not wanted:
        raise errors.invalid("Missing required param: items.", "items", "parameter_missing")
    check_together([price for price, _, _ in wanted])
    behaviour = params.choice("payment_behavior", BEHAVIOURS, "allow_incomplete")
    subscription = new(
        world,
        customer["id"],
        wanted,
        metadata=params.metadata(),
        description=params.text("description"),
        default_payment_method=_method(world, params, customer),
        cancel_at_period_end=False,
        automatic_tax={
            "disabled_reason": None,
            "enabled": params.inner("automatic_tax").flag("enabled") or False,
            "liability": None,
        },
    )
    end = trial_end(world, params)
    if end:
        set_trial(world, subscription, end)
    card = payment_methods.for_charge(world, subscription, customer)
    coupons = rebates.wanted(world, params.each("discounts"), customer["id"])
    invoice = begin(world, subscription, coupons)
    if params.flag("cancel_at_period_end"):
        schedule_end(world, subscription)
    if invoice["status"] == "open" and card is None and behaviour != "default_incomplete":
        raise errors.invalid(
            "This customer has no attached payment source or default payment method. Please "
            "consider adding a default payment method.",
            None,
            "resource_missing",
        )
    world.save(subscription)
    world.tell("customer.subscription.created", subscription)
    if invoice["status"] == "open" and behaviour != "default_incomplete":
        _first_payment(world, subscription, invoice, card, behaviour)
    return subscription


def _method(world: World, params: Params, customer: Doc) -> str | None:
    ident = params.text("default_payment_method")
    if ident:
        method = world.get("payment_method", ident, "default_payment_method")
        if method["customer"] != customer["id"]:
            raise errors.invalid(
                f"The customer does not have a payment method with the ID {ident}.",
                "default_payment_method",
                "resource_missing",
            )
    return ident


def _first_payment(
    world: World, subscription: Doc, invoice: Doc, card: Doc | None, behaviour: str | None
) -> None:
    if invoicing.collect(world, invoice, card, by_itself=False):
        subscription["status"] = "active"
        world.change(subscription, "customer.subscription.updated")
    elif behaviour == "error_if_incomplete":
        raise errors.declined(refusal_of(world, invoice), keep=False)


def refusal_of(world: World, invoice: Doc) -> Doc:
    """Why an invoice could not be paid, as an error."""
    intent = invoicing.intent_of(world, invoice)
    error = intent and intent["last_payment_error"]
    if error:
        return {name: value for name, value in error.items() if name != "payment_method"}
    return errors.decline("authentication_required")


def schedule_end(world: World, subscription: Doc) -> None:
    """Cancels at the end of the period that is running."""
    subscription |= {
        "cancel_at_period_end": True,
        "cancel_at": billing.items(subscription)[0]["current_period_end"],
        "canceled_at": world.now(),
    }
    subscription["cancellation_details"]["reason"] = "cancellation_requested"


def go_on(subscription: Doc) -> None:
    """Takes back a cancellation that has not happened yet."""
    subscription |= {"cancel_at_period_end": False, "cancel_at": None, "canceled_at": None}
    subscription["cancellation_details"] = {"comment": None, "feedback": None, "reason": None}


def retrieve(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/subscriptions/{id}."""
    return world.get("subscription", ident)


def listed(world: World, params: Params) -> list[Doc]:
    """GET /v1/subscriptions: without those that ended, unless they are asked for."""
    status, price = params.text("status"), params.text("price")
    found = world.every("subscription", params.text("customer"))
    if status == "ended":
        found = [one for one in found if one["status"] in OVER]
    elif status is None:
        found = [one for one in found if one["status"] not in OVER]
    elif status != "all":
        found = [one for one in found if one["status"] == status]
    return [
        one
        for one in found
        if price is None or any(item["price"]["id"] == price for item in billing.items(one))
    ]


def cancel(world: World, params: Params, ident: str) -> Doc:
    """DELETE /v1/subscriptions/{id}: ends it at once."""
    subscription = world.get("subscription", ident)
    if subscription["status"] in OVER:
        raise errors.missing("subscription", ident)
    take_details(subscription, params)
    return subscription_ends.end(
        world,
        subscription,
        "cancellation_requested",
        prorate=params.flag("prorate") or False,
        invoice_now=params.flag("invoice_now") or False,
    )


def take_details(subscription: Doc, params: Params) -> None:
    """Why the reader cancels."""
    details = params.inner("cancellation_details")
    details.only({"comment", "feedback"})
    for name in ("comment", "feedback"):
        if name in details:
            subscription["cancellation_details"][name] = details.text(name)
