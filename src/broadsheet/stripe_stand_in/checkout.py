"""Checkout sessions as the API sees them: made, looked up, listed, closed."""

from typing import Any

from broadsheet.stripe_stand_in import catalogue, checkout_totals, customers, errors, rebates
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.times import DAY, HOUR
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]

LOCALES = ("auto", "en", "en-GB", "es", "es-419", "de", "fr", "it", "pt", "pt-BR", "nl")
ONLY_WITH = {
    "subscription_data": "subscription",
    "payment_intent_data": "payment",
    "invoice_creation": "payment",
    "customer_creation": "payment",
}


def create(world: World, params: Params) -> Doc:
    """POST /v1/checkout/sessions."""
    mode = params.choice("mode", ("payment", "subscription"))
    if mode is None:
        raise errors.invalid("Missing required param: mode.", "mode", "parameter_missing")
    _check(params, mode)
    customer = params.text("customer")
    if customer:
        _check_customer(params, customers.alive(world, customer))
    session = _blank(world, params, mode)
    session["_items"] = [_item(world, one) for one in params.each("line_items")]
    _check_items(session, mode)
    session["currency"] = session["_items"][0]["price"]["currency"]
    wanted = rebates.wanted(world, params.each("discounts"), customer)
    session["_coupons"] = [[coupon["id"], code] for coupon, code in wanted]
    session["_data"] = {
        name: params.inner(name).values
        for name in ("subscription_data", "payment_intent_data", "customer_update")
    }
    checkout_totals.check(world, session)
    checkout_totals.reckon(world, session)
    world.add(session)
    return session


def _check(params: Params, mode: str) -> None:
    for name, needed in ONLY_WITH.items():
        if name in params and mode != needed:
            raise errors.invalid(f"You can not pass `{name}` in `{mode}` mode.", name)
    for one, other in (("allow_promotion_codes", "discounts"), ("customer", "customer_email")):
        if params.values.get(one) not in (None, "", "false") and params.values.get(other):
            raise errors.invalid(f"You may only specify one of these parameters: {one}, {other}.")
    params.required("success_url")
    params.choice("ui_mode", ("hosted_page", "hosted"))
    if not params.each("line_items"):
        raise errors.invalid(
            "Missing required param: line_items.", "line_items", "parameter_missing"
        )


def _check_customer(params: Params, customer: Doc) -> None:
    """What Stripe wants to be allowed to write to a customer who is known already."""
    updates = params.inner("customer_update")
    updates.only({"address", "name", "shipping"})
    if params.inner("tax_id_collection").flag("enabled") and updates.text("name") != "auto":
        raise errors.invalid(
            "Tax ID collection requires updating business name on the customer. To enable tax ID "
            "collection for an existing customer, please set `customer_update[name]` to `auto`."
        )
    taxed = params.inner("automatic_tax").flag("enabled")
    if taxed and not customer["address"] and updates.text("address") != "auto":
        raise errors.invalid(
            "Automatic tax calculation in Checkout requires a valid address on the Customer. Add "
            "a valid address to the Customer or set `customer_update[address]` to 'auto'.",
            None,
            "customer_tax_location_invalid",
        )


def _check_items(session: Doc, mode: str) -> None:
    recurring = [bool(one["price"]["recurring"]) for one in session["_items"]]
    if mode == "subscription" and not any(recurring):
        raise errors.invalid(
            "You must provide at least one recurring price in `subscription` mode when using "
            "prices.",
            "line_items",
        )
    if mode == "payment" and any(recurring):
        raise errors.invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to "
            "`subscription` mode or use only one-time prices.",
            "mode",
        )
    if len({one["price"]["currency"] for one in session["_items"]}) > 1:
        raise errors.invalid("All line items must have one currency.", "line_items")


def _item(world: World, params: Params) -> Doc:
    params.only({"price", "price_data", "quantity", "metadata"})
    price = catalogue.for_sale(world, params)
    quantity = params.number("quantity")
    if quantity is None:
        raise errors.invalid(
            "Quantity is required. Add `quantity` to your line item.",
            params.name("quantity"),
            "parameter_missing",
        )
    if quantity < 1:
        raise errors.invalid("Invalid positive integer", params.name("quantity"))
    product = world.get("product", price["product"])
    return {
        "id": world.new_id("li", 24),
        "object": "item",
        "adjustable_quantity": None,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": params.metadata(),
        "price": price,
        "quantity": quantity,
    }


def _expiry(world: World, params: Params) -> int:
    now, wanted = world.now(), params.number("expires_at")
    if wanted is None:
        return now + DAY
    if not now + HOUR // 2 - 60 <= wanted <= now + DAY + 60:
        raise errors.invalid(
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from "
            "Checkout Session creation.",
            "expires_at",
        )
    return wanted


def _blank(world: World, params: Params, mode: str) -> Doc:
    ident = world.new_id("cs_test", 58)
    subscribing = mode == "subscription"
    email = params.text("customer_email")
    taxed = params.inner("automatic_tax").flag("enabled") or False
    invoiced = params.inner("invoice_creation")
    return {
        "id": ident,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "after_expiration": None,
        "allow_promotion_codes": params.flag("allow_promotion_codes"),
        "automatic_tax": {
            "enabled": taxed,
            "liability": {"type": "self"} if taxed else None,
            "provider": "stripe" if taxed else None,
            "status": "requires_location_inputs" if taxed else None,
        },
        "billing_address_collection": params.choice(
            "billing_address_collection", ("auto", "required")
        ),
        "cancel_url": params.text("cancel_url"),
        "client_reference_id": params.text("client_reference_id"),
        "client_secret": None,
        "collected_information": None,
        "consent": None,
        "consent_collection": None,
        "created": world.now(),
        "currency_conversion": None,
        "custom_fields": [],
        "custom_text": {
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        "customer": params.text("customer"),
        "customer_account": None,
        "customer_creation": "always"
        if subscribing
        else params.choice("customer_creation", ("always", "if_required"), "if_required"),
        "customer_details": _details(email) if email else None,
        "customer_email": email,
        "expires_at": _expiry(world, params),
        "invoice": None,
        "invoice_creation": None
        if subscribing
        else {
            "enabled": invoiced.flag("enabled") or False,
            "invoice_data": _invoice_data(invoiced),
        },
        "livemode": False,
        "locale": params.choice("locale", LOCALES),
        "metadata": params.metadata(),
        "mode": mode,
        "origin_context": None,
        "payment_intent": None,
        "payment_link": None,
        "payment_method_collection": params.choice(
            "payment_method_collection",
            ("always", "if_required"),
            "always" if subscribing else "if_required",
        ),
        "payment_method_configuration_details": None,
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "permissions": None,
        "phone_number_collection": {"enabled": False},
        "recovered_from": None,
        "saved_payment_method_options": None,
        "setup_intent": None,
        "shipping_address_collection": None,
        "shipping_cost": None,
        "shipping_options": [],
        "status": "open",
        "submit_type": params.choice("submit_type", ("auto", "book", "donate", "pay", "subscribe")),
        "subscription": None,
        "success_url": params.text("success_url"),
        "tax_id_collection": {
            "enabled": params.inner("tax_id_collection").flag("enabled") or False,
            "required": "never",
        },
        "ui_mode": "hosted_page",
        "url": f"{world.address}/c/pay/{ident}",
        "wallet_options": None,
    }


def _details(email: str | None) -> Doc:
    return {
        "address": None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }


def _invoice_data(params: Params) -> Doc:
    data = params.inner("invoice_data")
    return {
        "account_tax_ids": None,
        "custom_fields": None,
        "description": data.text("description"),
        "footer": data.text("footer"),
        "issuer": None,
        "metadata": data.metadata(),
        "rendering_options": None,
    }


def retrieve(world: World, params: Params, ident: str) -> Doc:
    """GET /v1/checkout/sessions/{id}."""
    return world.get("checkout.session", ident)


def listed(world: World, params: Params) -> list[Doc]:
    """GET /v1/checkout/sessions."""
    subscription, status = params.text("subscription"), params.text("status")
    intent = params.text("payment_intent")
    return [
        one
        for one in world.every("checkout.session", params.text("customer"))
        if subscription in (None, one["subscription"])
        and status in (None, one["status"])
        and intent in (None, one["payment_intent"])
    ]


def line_items(world: World, params: Params, ident: str) -> list[Doc]:
    """GET /v1/checkout/sessions/{id}/line_items."""
    found: list[Doc] = world.get("checkout.session", ident)["_items"]
    return found


def expire(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/checkout/sessions/{id}/expire."""
    session = world.get("checkout.session", ident)
    if session["status"] != "open":
        raise errors.invalid(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of `{session['status']}`."
        )
    return close(world, session)


def update(world: World, params: Params, ident: str) -> Doc:
    """POST /v1/checkout/sessions/{id}: only its metadata."""
    session = world.get("checkout.session", ident)
    session["metadata"] = params.metadata(session["metadata"])
    return world.change(session)


def close(world: World, session: Doc) -> Doc:
    """Nobody can pay this session any more."""
    session |= {"status": "expired", "url": None}
    world.save(session)
    world.tell("checkout.session.expired", session)
    return session
