"""Answers as they are sent: without private parts, and with what `expand[]` asks for."""

from collections.abc import Callable
from typing import Any

from broadsheet.stripe_stand_in import errors, invoicing, rebates
from broadsheet.stripe_stand_in.world import World, public

type Doc = dict[str, Any]

DEEPEST = 4
GONE = ("id", "object", "deleted")
"""All that is answered for an object that was deleted."""


def shown(world: World, doc: Doc) -> Doc:
    """One object as it is answered."""
    if doc.get("deleted") and len(doc) == len(GONE):
        return dict(doc)
    if doc.get("object") == "coupon":
        rebates.fresh_coupon(world, doc)
    elif doc.get("object") == "promotion_code":
        rebates.fresh_code(world, doc)
    return {name: value for name, value in public(doc).items() if name != "deleted"}


def page(
    docs: list[Doc], url: str, limit: int = 10, after: str | None = None, before: str | None = None
) -> Doc:
    """A list's page; `after` and `before` are ids between which it lies."""
    idents = [doc["id"] for doc in docs]
    for ident, name in ((after, "starting_after"), (before, "ending_before")):
        if ident is not None and ident not in idents:
            raise errors.missing("object", ident, name, status=400)
    if before is not None:
        end = idents.index(before)
        start = max(end - limit, 0)
        return _list(docs[start:end], url, more=start > 0)
    start = idents.index(after) + 1 if after else 0
    return _list(docs[start : start + limit], url, more=len(docs) > start + limit)


def _list(docs: list[Doc], url: str, *, more: bool) -> Doc:
    return {"object": "list", "data": docs, "has_more": more, "url": url}


def _lines_of_session(world: World, doc: Doc) -> Doc:
    found = world.get("checkout.session", doc["id"])["_items"]
    url = f"/v1/checkout/sessions/{doc['id']}/line_items"
    return page([shown(world, one) for one in found], url)


def _payments_of_invoice(world: World, doc: Doc) -> Doc:
    found = invoicing.payments_of(world, doc["id"])
    return page([shown(world, one) for one in found], "/v1/invoice_payments")


def _refunds_of_charge(world: World, doc: Doc) -> Doc:
    found = [one for one in world.every("refund") if one["charge"] == doc["id"]]
    return page([shown(world, one) for one in found], f"/v1/charges/{doc['id']}/refunds")


def _subscriptions_of_customer(world: World, doc: Doc) -> Doc:
    found = [
        shown(world, one)
        for one in world.every("subscription", doc["id"])
        if one["status"] not in {"canceled", "incomplete_expired"}
    ]
    return page(found, f"/v1/customers/{doc['id']}/subscriptions")


def _nothing(world: World, doc: Doc) -> Doc:
    return page([], f"/v1/customers/{doc['id']}")


def _secret(world: World, doc: Doc) -> Doc | None:
    intent = invoicing.intent_of(world, doc)
    return intent and {"client_secret": intent["client_secret"], "type": "payment_intent"}


INCLUDED: dict[tuple[str, str], Callable[[World, Doc], Doc | None]] = {
    ("checkout.session", "line_items"): _lines_of_session,
    ("invoice", "payments"): _payments_of_invoice,
    ("invoice", "confirmation_secret"): _secret,
    ("charge", "refunds"): _refunds_of_charge,
    ("customer", "subscriptions"): _subscriptions_of_customer,
    ("customer", "tax_ids"): _nothing,
    ("customer", "sources"): _nothing,
}
"""Parts that are only answered when they are asked for."""


def expand(world: World, doc: Doc, path: str) -> None:
    """Puts an object in the place of its id, along a path of names."""
    names = path.split(".")
    if len(names) > DEEPEST + (names[0] == "data"):
        raise errors.invalid(
            f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}",
            "expand",
        )
    _along(world, doc, names, path)


def _along(world: World, inner: Any, names: list[str], path: str) -> None:
    if isinstance(inner, list):
        for one in inner:
            _along(world, one, names, path)
        return
    if not names or not isinstance(inner, dict):
        return
    name, rest = names[0], names[1:]
    included = INCLUDED.get((str(inner.get("object")), name))
    if included and name not in inner:
        inner[name] = included(world, inner)
    if name not in inner:
        raise errors.invalid(f"This property cannot be expanded ({path}).", "expand")
    value = inner[name]
    if isinstance(value, list):
        value = inner[name] = [_replaced(world, one) for one in value]
    else:
        value = inner[name] = _replaced(world, value)
        if not rest and isinstance(value, str | int | bool):
            raise errors.invalid(f"This property cannot be expanded ({path}).", "expand")
    _along(world, value, rest, path)


def _replaced(world: World, value: Any) -> Any:
    found = world.find(value) if isinstance(value, str) else None
    return shown(world, found) if found else value
