"""Customers: who pays, with which card, and what balance they have."""

from typing import Any

from broadsheet.stripe_stand_in import errors, payment_methods, subscription_ends
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]

ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
PLAIN = ("name", "email", "phone", "description")


def new(world: World, **known: Any) -> Doc:
    """A customer that is not written yet."""
    return {
        "id": world.new_id("cus"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": world.now(),
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": None,
        "invoice_prefix": world.new_id("", 8)[1:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **known,
    }


def create(world: World, params: Params) -> Doc:
    """POST /v1/customers."""
    doc = new(world)
    _take(doc, params)
    world.add(doc, "customer.created")
    if method := params.text("payment_method"):
        attached = payment_methods.attach_to(world, method, doc["id"])
        if doc["invoice_settings"]["default_payment_method"] == method:
            doc["invoice_settings"]["default_payment_method"] = attached["id"]
            world.change(doc)
    return doc


def retrieve(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/customers/{id}."""
    return world.get("customer", ident)


def alive(world: World, ident: str, param: str | None = "customer") -> Doc:
    """A customer that has not been deleted."""
    doc = world.get("customer", ident, param)
    if doc.get("deleted"):
        raise errors.missing("customer", ident, param or "id")
    return doc


def update(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/customers/{id}."""
    doc = alive(world, ident, None)
    _take(doc, params)
    method = doc["invoice_settings"]["default_payment_method"]
    if method and world.get("payment_method", method, "payment_method")["customer"] != ident:
        raise errors.invalid(
            f"The customer does not have a payment method with the ID {method}. The payment "
            "method must be attached to the customer.",
            "invoice_settings[default_payment_method]",
            "resource_missing",
        )
    return world.change(doc, "customer.updated")


def delete(world: World, params: Params, ident: str) -> Doc:
    """DELETE /v1/customers/{id}: subscriptions end at once."""
    doc = alive(world, ident, None)
    for subscription in world.every("subscription", ident):
        if subscription["status"] not in {"canceled", "incomplete_expired"}:
            subscription_ends.end(world, subscription, "cancellation_requested")
    world.tell("customer.deleted", doc)
    gone = {"id": ident, "object": "customer", "deleted": True}
    world.save(gone)
    return gone


def listed(world: World, params: Params) -> list[Doc]:
    """GET /v1/customers."""
    email = params.text("email")
    return [doc for doc in world.every("customer") if email in (None, doc["email"])]


def _take(doc: Doc, params: Params) -> None:
    for name in PLAIN:
        if name in params:
            doc[name] = params.text(name)
    if doc["email"] and "@" not in doc["email"]:
        raise errors.invalid(f"Invalid email address: {doc['email']}", "email", "email_invalid")
    if "balance" in params:
        doc["balance"] = params.number("balance") or 0
    if "preferred_locales" in params:
        doc["preferred_locales"] = params.texts("preferred_locales")
    if "tax_exempt" in params:
        doc["tax_exempt"] = params.choice("tax_exempt", ("none", "exempt", "reverse"), "none")
    if "address" in params:
        doc["address"] = address(params.inner("address"))
    settings = params.inner("invoice_settings")
    settings.only({"default_payment_method"})
    if "default_payment_method" in settings:
        doc["invoice_settings"]["default_payment_method"] = settings.text("default_payment_method")
    doc["metadata"] = params.metadata(doc["metadata"])


def address(params: Params) -> Doc | None:
    """An address, or None if it was emptied."""
    params.only(ADDRESS)
    return {name: params.text(name) for name in ADDRESS} if params else None
