"""The API's doors: which address does what, and which parameters it knows."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from broadsheet.stripe_stand_in import (
    catalogue,
    checkout,
    customers,
    errors,
    expand,
    invoice_answers,
    notices,
    payment_methods,
    payments,
    portal,
    rebates,
    settling,
    subscription_changes,
    subscriptions,
)
from broadsheet.stripe_stand_in.forms import Params
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]

LISTING = "limit starting_after ending_before created"
ALWAYS = {"expand"}
MOST = 100


@dataclass(frozen=True)
class Door:
    """An address with the function behind it; `many` answers with a list."""

    method: str
    address: str
    does: Callable[..., Any]
    knows: frozenset[str]
    many: bool

    def fits(self, method: str, path: str) -> tuple[str, ...] | None:
        """Ids in the path, or None if this is another door."""
        pattern = re.sub(r"\{\}", "([^/]+)", self.address)
        found = re.fullmatch(f"/v1/{pattern}", path) if method == self.method else None
        return found.groups() if found else None


def _one(method: str, address: str, does: Callable[..., Doc], knows: str = "") -> Door:
    return Door(method, address, does, frozenset(knows.split()) | ALWAYS, many=False)


def _many(address: str, does: Callable[..., list[Doc]], knows: str = "") -> Door:
    known = f"{knows} {LISTING}"
    return Door("GET", address, does, frozenset(known.split()) | ALWAYS, many=True)


CUSTOMER = (
    "name email phone description balance preferred_locales tax_exempt address metadata "
    "invoice_settings"
)
PRODUCT = "name description tax_code statement_descriptor unit_label url active metadata"
PRICE = "nickname active lookup_key transfer_lookup_key metadata tax_behavior"
NEW_PRICE = "product product_data unit_amount unit_amount_decimal currency recurring"
COUPON = (
    "id percent_off amount_off currency duration duration_in_months max_redemptions redeem_by "
    "name metadata applies_to"
)
CODE = "promotion code customer active max_redemptions expires_at restrictions metadata"
SESSION = (
    "mode line_items discounts allow_promotion_codes automatic_tax tax_id_collection customer "
    "customer_email customer_update customer_creation client_reference_id metadata "
    "subscription_data payment_intent_data invoice_creation success_url cancel_url expires_at "
    "locale ui_mode payment_method_collection payment_method_types submit_type currency "
    "billing_address_collection"
)
CHANGE = (
    "items proration_behavior proration_date payment_behavior cancel_at_period_end cancel_at "
    "pause_collection discounts trial_end default_payment_method metadata description "
    "automatic_tax cancellation_details billing_cycle_anchor off_session"
)
BEGIN = (
    "customer items payment_behavior trial_end trial_period_days default_payment_method "
    "discounts metadata description automatic_tax cancel_at_period_end off_session"
)
METHOD = "type card billing_details metadata"
REFUND = "payment_intent charge amount reason metadata"
ENDPOINT = "url enabled_events description metadata api_version"

DOORS = (
    _one("POST", "customers", customers.create, f"{CUSTOMER} payment_method"),
    _many("customers", customers.listed, "email"),
    _one("GET", "customers/{}", customers.retrieve),
    _one("POST", "customers/{}", customers.update, CUSTOMER),
    _one("DELETE", "customers/{}", customers.delete),
    _many("customers/{}/payment_methods", payment_methods.listed_of, "type"),
    _one("POST", "products", catalogue.create_product, f"{PRODUCT} id default_price_data"),
    _many("products", catalogue.list_products, "active ids"),
    _one("GET", "products/{}", catalogue.retrieve_product),
    _one("POST", "products/{}", catalogue.update_product, f"{PRODUCT} default_price"),
    _one("POST", "prices", catalogue.create_price, f"{PRICE} {NEW_PRICE}"),
    _many("prices", catalogue.list_prices, "active lookup_keys product type currency"),
    _one("GET", "prices/{}", catalogue.retrieve_price),
    _one("POST", "prices/{}", catalogue.update_price, PRICE),
    _one("POST", "coupons", rebates.create_coupon, COUPON),
    _many("coupons", rebates.list_coupons),
    _one("GET", "coupons/{}", rebates.retrieve_coupon),
    _one("POST", "coupons/{}", rebates.update_coupon, "name metadata"),
    _one("DELETE", "coupons/{}", rebates.delete_coupon),
    _one("POST", "promotion_codes", rebates.create_code, CODE),
    _many("promotion_codes", rebates.list_codes, "code active customer coupon"),
    _one("GET", "promotion_codes/{}", rebates.retrieve_code),
    _one("POST", "promotion_codes/{}", rebates.update_code, "active metadata"),
    _one("POST", "checkout/sessions", checkout.create, SESSION),
    _many("checkout/sessions", checkout.listed, "subscription customer status payment_intent"),
    _one("GET", "checkout/sessions/{}", checkout.retrieve),
    _one("POST", "checkout/sessions/{}", checkout.update, "metadata"),
    _one("POST", "checkout/sessions/{}/expire", checkout.expire),
    _many("checkout/sessions/{}/line_items", checkout.line_items),
    _one("POST", "subscriptions", subscriptions.create, BEGIN),
    _many("subscriptions", subscriptions.listed, "customer status price"),
    _one("GET", "subscriptions/{}", subscriptions.retrieve),
    _one("POST", "subscriptions/{}", subscription_changes.update, CHANGE),
    _one(
        "DELETE",
        "subscriptions/{}",
        subscriptions.cancel,
        "prorate invoice_now cancellation_details",
    ),
    _one(
        "POST",
        "invoices/create_preview",
        invoice_answers.preview,
        "customer subscription subscription_details discounts",
    ),
    _many("invoices", invoice_answers.listed, "customer subscription status"),
    _one("GET", "invoices/{}", invoice_answers.retrieve),
    _many("invoices/{}/lines", invoice_answers.lines),
    _one("POST", "invoices/{}/pay", settling.pay, "payment_method off_session"),
    _one("POST", "invoices/{}/finalize", settling.finalize),
    _one("POST", "invoices/{}/void", settling.void),
    _many("invoice_payments", invoice_answers.payments, "invoice status payment"),
    _one("GET", "invoice_payments/{}", invoice_answers.retrieve_payment),
    _many("payment_intents", payments.list_intents, "customer"),
    _one("GET", "payment_intents/{}", payments.retrieve_intent),
    _many("charges", payments.list_charges, "customer payment_intent"),
    _one("GET", "charges/{}", payments.retrieve_charge),
    _one("POST", "refunds", payments.create_refund, REFUND),
    _many("refunds", payments.list_refunds, "payment_intent charge"),
    _one("GET", "refunds/{}", payments.retrieve_refund),
    _one("POST", "payment_methods", payment_methods.create, METHOD),
    _many("payment_methods", payment_methods.listed, "customer type"),
    _one("GET", "payment_methods/{}", payment_methods.retrieve),
    _one("POST", "payment_methods/{}/attach", payment_methods.attach, "customer"),
    _one("POST", "payment_methods/{}/detach", payment_methods.detach),
    _one(
        "POST",
        "billing_portal/sessions",
        portal.create,
        "customer return_url flow_data configuration locale",
    ),
    _one(
        "POST",
        "billing_portal/configurations",
        portal.configure,
        "features business_profile default_return_url metadata name",
    ),
    _many("billing_portal/configurations", portal.configurations, "active is_default"),
    _many("events", notices.listed, "type types"),
    _one("GET", "events/{}", notices.retrieve),
    _one("POST", "webhook_endpoints", notices.create_endpoint, ENDPOINT),
    _many("webhook_endpoints", notices.list_endpoints),
)


def answer(world: World, method: str, path: str, params: Params) -> Doc:
    """Finds the door, refuses parameters that it does not know, and answers."""
    for door in DOORS:
        idents = door.fits(method, path)
        if idents is not None:
            params.only(door.knows)
            found = door.does(world, params, *idents)
            return _page(world, path, params, found) if door.many else expand.shown(world, found)
    raise errors.unknown_address(method, path)


def _page(world: World, path: str, params: Params, docs: list[Doc]) -> Doc:
    limit = params.number("limit")
    limit = 10 if limit is None else limit
    if not 1 <= limit <= MOST:
        raise errors.invalid("Invalid integer: must be between 1 and 100", "limit")
    docs = [doc for doc in docs if _created(params, doc)]
    found = expand.page(
        docs, path, limit, params.text("starting_after"), params.text("ending_before")
    )
    found["data"] = [expand.shown(world, doc) for doc in found["data"]]
    return found


def _created(params: Params, doc: Doc) -> bool:
    if "created" not in params:
        return True
    at = doc["created"]
    if isinstance(params.values["created"], str):
        return bool(at == params.number("created"))
    limits = params.inner("created")
    limits.only({"gt", "gte", "lt", "lte"})
    wanted = {name: limits.number(name) for name in limits.values}
    tests = {
        "gt": lambda one: at > one,
        "gte": lambda one: at >= one,
        "lt": lambda one: at < one,
        "lte": lambda one: at <= one,
    }
    return all(one is None or tests[name](one) for name, one in wanted.items())
