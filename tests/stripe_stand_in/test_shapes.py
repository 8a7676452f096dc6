"""Every kind of object and of error has the shape that Stripe publishes."""

from contextlib import suppress
from typing import Any

import stripe

from broadsheet.stripe_stand_in import StandIn
from tests.stripe_stand_in import shop
from tests.stripe_stand_in.conftest import client
from tests.stripe_stand_in.shapes import Shapes

KINDS = {
    "billing_portal.configuration",
    "billing_portal.session",
    "charge",
    "checkout.session",
    "coupon",
    "customer",
    "deleted_coupon",
    "deleted_customer",
    "error api_error",
    "error card_error",
    "error idempotency_error",
    "error invalid_request_error",
    "event",
    "invoice",
    "invoice_payment",
    "item",
    "line_item",
    "payment_intent",
    "payment_method",
    "price",
    "product",
    "promotion_code",
    "refund",
    "subscription",
    "webhook_endpoint",
}


def test_every_kind_is_as_published(till: StandIn, shapes: Shapes) -> None:
    shapes.seen.clear()
    sdk = client(till, shapes)
    coupon = sdk.coupons.create({"percent_off": 10, "duration": "once"})
    promotion = {"type": "coupon", "coupon": coupon.id}
    sdk.promotion_codes.create({"promotion": promotion, "code": "TEN"})
    paid = shop.session(sdk, shop.price(sdk), allow_promotion_codes=True)
    till.pay(paid.id, code="ten")
    sdk.checkout.sessions.line_items.list(paid.id)
    made = shop.subscription(sdk, discounts=[{"coupon": coupon.id}])
    sdk.subscriptions.retrieve(made.id, {"expand": ["customer", "default_payment_method"]})
    sdk.subscriptions.list({"expand": ["data.latest_invoice.payments", "data.discounts"]})
    sdk.invoices.list()
    sdk.invoices.line_items.list(made.latest_invoice)
    sdk.invoice_payments.list({"invoice": made.latest_invoice})
    [charge, _] = sdk.charges.list({"expand": ["data.payment_intent"]}).data
    sdk.payment_intents.list()
    sdk.refunds.create({"charge": charge.id})
    sdk.billing_portal.sessions.create({"customer": made.customer})
    sdk.billing_portal.configurations.list()
    sdk.webhook_endpoints.create({"url": "https://example.com", "enabled_events": ["*"]})
    assert sdk.coupons.delete(coupon.id).deleted
    with suppress(stripe.InvalidRequestError):
        sdk.coupons.retrieve(coupon.id)
    _errors(till, sdk, made.customer)
    sdk.customers.delete(made.customer)
    sdk.events.list({"limit": 100})
    assert shapes.seen >= KINDS


def _errors(till: StandIn, sdk: Any, customer: str) -> None:
    with suppress(stripe.CardError):
        sdk.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer})
    for name in "AB":
        with suppress(stripe.IdempotencyError):
            sdk.customers.create({"name": name}, {"idempotency_key": "one"})
    with suppress(stripe.InvalidRequestError):
        sdk.customers.retrieve("cus_nobody")
    till.fail_next()
    with suppress(stripe.APIError):
        sdk.customers.list()


def test_a_wrong_shape_is_found(shapes: Shapes) -> None:
    wrong = {"object": "coupon", "id": 1, "livemode": None, "surprise": True}
    problems = " ".join(shapes.problems(wrong))
    for words in ("not of type string", "may not be null", "surprise is unknown", "created is"):
        assert words in problems
