"""Cards that customers keep."""

from typing import Any

from broadsheet.stripe_stand_in import cards, errors
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]

YEARS_GOOD = 10 * 365 * 86_400


def new(world: World, number: str, month: int = 0, year: int = 0, **who: Any) -> Doc:
    """A card as an object that is not written yet; without a month it is good for ten years."""
    behaviour = cards.CARDS[number]
    far = world.now() + YEARS_GOOD
    year = year or 1970 + far // 31_556_952
    return {
        "id": world.new_id("pm", 24),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": dict.fromkeys(("city", "country", "line1", "line2"))
            | {"postal_code": None, "state": None},
            "email": who.get("email"),
            "name": who.get("name"),
            "phone": None,
            "tax_id": None,
        },
        "card": {
            "brand": behaviour.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "US",
            "display_brand": behaviour.brand,
            "exp_month": month or 12,
            "exp_year": year,
            "fingerprint": f"demonstration{number[-4:]}",
            "funding": "credit",
            "generated_from": None,
            "last4": number[-4:],
            "networks": {"available": [behaviour.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": world.now(),
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
        "_number": number,
    }


def behaviour(method: Doc) -> cards.Behaviour:
    """How this card behaves."""
    return cards.CARDS[method["_number"]]


def attach_to(world: World, ident: str, customer: str) -> Doc:
    """Attaches a card, or a new copy of a test card such as `pm_card_visa`."""
    if ident in cards.TEST_IDS:
        method = new(world, cards.TEST_IDS[ident])
    else:
        method = world.get("payment_method", ident)
    if method["customer"] not in (None, customer):
        raise errors.invalid(
            "The payment method you provided has already been attached to a customer."
        )
    if refusal := behaviour(method).now:
        raise errors.declined(errors.decline(refusal))
    if method["customer"] == customer:
        return method
    return keep(world, method, customer)


def keep(world: World, method: Doc, customer: str) -> Doc:
    """Writes a card as this customer's."""
    method["customer"] = customer
    return world.add(method, "payment_method.attached")


def create(world: World, params: Params) -> Doc:
    """POST /v1/payment_methods, for test card numbers and tokens only."""
    params.choice("type", ("card",))
    card = params.inner("card")
    number = cards.digits(card.text("number") or "")
    if token := card.text("token"):
        number = cards.TEST_IDS.get(token.replace("tok_", "pm_card_", 1), "")
    if number not in cards.CARDS:
        raise errors.declined(errors.decline("generic_decline"))
    who = params.inner("billing_details")
    method = new(
        world,
        number,
        card.number("exp_month") or 0,
        card.number("exp_year") or 0,
        name=who.text("name"),
        email=who.text("email"),
    )
    method["metadata"] = params.metadata()
    return world.add(method)


def attach(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/payment_methods/{id}/attach."""
    customer = world.get("customer", params.required("customer"), "customer")
    return attach_to(world, ident, customer["id"])


def detach(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/payment_methods/{id}/detach: nobody's default any more."""
    method = retrieve(world, params, ident)
    owner = method["customer"]
    if owner is None:
        raise errors.invalid("The payment method you provided is not attached to a customer.")
    customer = world.get("customer", owner)
    if customer["invoice_settings"]["default_payment_method"] == ident:
        customer["invoice_settings"]["default_payment_method"] = None
        world.change(customer, "customer.updated")
    for subscription in world.every("subscription", owner):
        if subscription["default_payment_method"] == ident:
            subscription["default_payment_method"] = None
            world.change(subscription, "customer.subscription.updated")
    method["customer"] = None
    return world.change(method, "payment_method.detached")


def retrieve(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/payment_methods/{id}."""
    return world.get("payment_method", ident)


def listed(world: World, params: Params, customer: str | None = None) -> list[Doc]:
    """GET /v1/payment_methods and /v1/customers/{id}/payment_methods."""
    params.choice("type", ("card",))
    owner = customer or params.required("customer")
    world.get("customer", owner, None if customer else "customer")
    return world.every("payment_method", owner)


def for_charge(world: World, subscription: Doc | None, customer: Doc) -> Doc | None:
    """The card that is charged: the subscription's own, or else the customer's default."""
    own = subscription and subscription["default_payment_method"]
    return world.find(own or customer["invoice_settings"]["default_payment_method"])


def listed_of(world: World, params: Params, customer: str) -> list[Doc]:
    """GET /v1/customers/{id}/payment_methods."""
    return listed(world, params, customer)
