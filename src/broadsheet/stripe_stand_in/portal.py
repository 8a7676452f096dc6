"""The customer portal as the API sees it, and what a customer does there."""

from typing import Any

from broadsheet.stripe_stand_in import (
    customers,
    errors,
    payment_methods,
    settling,
    subscriptions,
)
from broadsheet.stripe_stand_in.checkout import LOCALES
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]

REASONS = [
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
]


def create(world: World, params: Params) -> Doc:
    """POST /v1/billing_portal/sessions."""
    customer = customers.alive(world, params.required("customer"))
    ident = world.new_id("bps")
    if named := params.text("configuration"):
        world.get("billing_portal.configuration", named, "configuration")
    session = {
        "id": ident,
        "object": "billing_portal.session",
        "configuration": named or _default(world)["id"],
        "created": world.now(),
        "customer": customer["id"],
        "customer_account": None,
        "flow": _flow(params.inner("flow_data")),
        "livemode": False,
        "locale": params.choice("locale", LOCALES),
        "on_behalf_of": None,
        "return_url": params.text("return_url"),
        "url": f"{world.address}/p/session/{ident}",
    }
    return world.add(session, "billing_portal.session.created")


def _flow(params: Params) -> Doc | None:
    if not params:
        return None
    params.only({"type", "after_completion"})
    params.choice("type", ("payment_method_update",))
    after = params.inner("after_completion")
    kind = after.choice(
        "type", ("hosted_confirmation", "portal_homepage", "redirect"), "portal_homepage"
    )
    url = after.inner("redirect").required("return_url") if kind == "redirect" else None
    return {
        "after_completion": {
            "hosted_confirmation": {"custom_message": None}
            if kind == "hosted_confirmation"
            else None,
            "redirect": {"return_url": url} if url else None,
            "type": kind,
        },
        "subscription_cancel": None,
        "subscription_update": None,
        "subscription_update_confirm": None,
        "type": params.required("type"),
    }


def _default(world: World) -> Doc:
    for one in world.every("billing_portal.configuration"):
        if one["is_default"]:
            return one
    return world.add(_configuration(world, Params({}), default=True))


def configure(world: World, params: Params) -> Doc:
    """POST /v1/billing_portal/configurations."""
    made = _configuration(world, params, default=False)
    return world.add(made, "billing_portal.configuration.created")


def configurations(world: World, params: Params) -> list[Doc]:
    """GET /v1/billing_portal/configurations."""
    active, default = params.flag("active"), params.flag("is_default")
    return [
        one
        for one in world.every("billing_portal.configuration")
        if active in (None, one["active"]) and default in (None, one["is_default"])
    ]


def _configuration(world: World, params: Params, *, default: bool) -> Doc:
    features, profile = params.inner("features"), params.inner("business_profile")
    cancel = features.inner("subscription_cancel")

    def on(name: str) -> bool:
        return features.inner(name).flag("enabled") if name in features else default  # type: ignore[return-value]

    return {
        "id": world.new_id("bpc", 24),
        "object": "billing_portal.configuration",
        "active": True,
        "application": None,
        "business_profile": {
            "headline": profile.text("headline"),
            "privacy_policy_url": profile.text("privacy_policy_url"),
            "terms_of_service_url": profile.text("terms_of_service_url"),
        },
        "created": world.now(),
        "default_return_url": params.text("default_return_url"),
        "features": {
            "customer_update": {"allowed_updates": [], "enabled": False},
            "invoice_history": {"enabled": bool(on("invoice_history"))},
            "payment_method_update": {
                "enabled": bool(on("payment_method_update")),
                "payment_method_configuration": None,
            },
            "subscription_cancel": {
                "cancellation_reason": {"enabled": False, "options": REASONS},
                "enabled": bool(on("subscription_cancel")),
                "mode": cancel.choice("mode", ("at_period_end", "immediately"), "at_period_end"),
                "proration_behavior": "none",
            },
            "subscription_update": {
                "billing_cycle_anchor": None,
                "default_allowed_updates": [],
                "enabled": False,
                "proration_behavior": "none",
                "schedule_at_period_end": {"conditions": []},
                "trial_update_behavior": "end_trial",
            },
        },
        "is_default": default,
        "livemode": False,
        "login_page": {"enabled": False, "url": None},
        "metadata": params.metadata(),
        "name": params.text("name"),
        "updated": world.now(),
    }


def feature(world: World, session: Doc, name: str) -> bool:
    """Whether the session's configuration lets the customer do this."""
    configuration = world.get("billing_portal.configuration", session["configuration"])
    return bool(configuration["features"][name]["enabled"])


def change_card(world: World, customer: str, method: Doc) -> None:
    """A new default card; it pays at once what is owed. Raises Refused if it is declined."""
    if refusal := payment_methods.behaviour(method).now:
        raise errors.declined(errors.decline(refusal))
    payment_methods.keep(world, method, customer)
    doc = world.get("customer", customer)
    doc["invoice_settings"]["default_payment_method"] = method["id"]
    world.change(doc, "customer.updated")
    for subscription in world.every("subscription", customer):
        over = subscription["status"] in subscriptions.OVER
        if not over and subscription["default_payment_method"]:
            subscription["default_payment_method"] = method["id"]
            world.change(subscription, "customer.subscription.updated")
    settling.pay_what_is_owed(world, customer, method)


def cancel(world: World, customer: str, ident: str) -> None:
    """Cancels one of the customer's subscriptions at the end of its period."""
    subscription = _own(world, customer, ident)
    if not subscription["cancel_at_period_end"]:
        subscriptions.schedule_end(world, subscription)
        world.change(subscription, "customer.subscription.updated")


def resume(world: World, customer: str, ident: str) -> None:
    """Takes the cancellation back."""
    subscription = _own(world, customer, ident)
    subscriptions.go_on(subscription)
    world.change(subscription, "customer.subscription.updated")


def _own(world: World, customer: str, ident: str) -> Doc:
    subscription = world.get("subscription", ident)
    if subscription["customer"] != customer or subscription["status"] in subscriptions.OVER:
        raise errors.missing("subscription", ident)
    return subscription
