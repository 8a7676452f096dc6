"""Checkout: sessions, what they make, and what is refused."""

from typing import Any

import pytest
import stripe

from broadsheet.stripe_stand_in import NotPaid, StandIn, browser
from tests.stripe_stand_in import shop


def test_a_paid_session_leads_to_the_success_address(till: StandIn, sdk: Any) -> None:
    made = shop.session(sdk, shop.price(sdk), client_reference_id="reader-7")
    assert made.url.startswith(till.address)
    assert (made.status, made.payment_status, made.amount_total) == ("open", "unpaid", 900)
    assert till.pay(made.id) == shop.SUCCESS.replace("{CHECKOUT_SESSION_ID}", made.id)


def test_a_paid_session_has_made_a_subscription(till: StandIn, sdk: Any) -> None:
    made = shop.session(
        sdk,
        shop.price(sdk),
        metadata={"order": "1"},
        subscription_data={"metadata": {"reader": "7"}},
    )
    till.pay(made.id, email="luis@example.com")
    done = sdk.checkout.sessions.retrieve(
        made.id, {"expand": ["subscription.latest_invoice", "customer", "line_items"]}
    )
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert done.customer.email == "luis@example.com"
    assert done.subscription.status == "active"
    assert done.subscription.metadata.to_dict() == {"reader": "7"}
    assert done.subscription.default_payment_method
    assert done.subscription.latest_invoice.billing_reason == "subscription_create"
    assert done.subscription.latest_invoice.amount_paid == 900
    assert done.line_items.data[0].description == "Basic"
    assert done.metadata.to_dict() == {"order": "1"}
    [found] = sdk.checkout.sessions.list({"subscription": done.subscription.id}).data
    assert found.id == made.id


def test_the_events_of_a_sale_are_made(till: StandIn, sdk: Any) -> None:
    made = shop.session(sdk, shop.price(sdk))
    till.pay(made.id)
    types = [one["type"] for one in till.events()]
    for kind in (
        "customer.created",
        "payment_method.attached",
        "customer.subscription.created",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "payment_intent.succeeded",
        "charge.succeeded",
        "checkout.session.completed",
    ):
        assert kind in types


@pytest.mark.parametrize(
    ("card", "told"),
    [
        ("4000 0000 0000 0002", "declined"),
        ("4000 0000 0000 9995", "not enough money"),
        ("4242 4242 4242 4241", "number is not right"),
        ("4111 1111 1111 1111", "not a test card"),
    ],
)
def test_a_bad_card_is_refused_and_nothing_is_made(
    till: StandIn, sdk: Any, card: str, told: str
) -> None:
    made = shop.session(sdk, shop.price(sdk))
    with pytest.raises(NotPaid, match=told):
        till.pay(made.id, card)
    assert sdk.subscriptions.list().data == []
    assert sdk.checkout.sessions.retrieve(made.id).status == "open"
    till.pay(made.id)


def test_an_expired_card_is_refused(till: StandIn, sdk: Any) -> None:
    made = shop.session(sdk, shop.price(sdk))
    with pytest.raises(NotPaid, match="expired"):
        till.pay(made.id, expiry="01/20")


@pytest.mark.parametrize("card", ["4000002500003155", "4000000000003220"])
def test_three_d_secure_is_completed_or_failed(till: StandIn, sdk: Any, card: str) -> None:
    made = shop.session(sdk, shop.price(sdk))
    with pytest.raises(NotPaid, match="did not confirm"):
        till.pay(made.id, card, authenticate=False)
    till.pay(made.id, card)
    assert sdk.subscriptions.list().data[0].status == "active"


def test_paying_twice_charges_once(till: StandIn, sdk: Any) -> None:
    made = shop.session(sdk, shop.price(sdk))
    form = {"email": "a@example.com", "number": "4242424242424242", "expiry": "1/40", "cvc": "123"}
    first, second = (
        browser.ask(till.address, "POST", f"/c/pay/{made.id}", {"action": "pay", **form})
        for _ in range(2)
    )
    assert first == second
    assert first[0] == 303
    with pytest.raises(NotPaid, match="This has been paid"):
        till.pay(made.id)
    assert len(sdk.charges.list().data) == 1


def test_a_trial_costs_nothing_today(till: StandIn, sdk: Any) -> None:
    made = shop.session(sdk, shop.price(sdk), subscription_data={"trial_period_days": 14})
    assert made.amount_total == 0
    till.pay(made.id)
    [begun] = sdk.subscriptions.list().data
    assert begun.status == "trialing"
    assert begun.trial_end - begun.trial_start == 14 * 86_400
    assert shop.item(begun).current_period_end == begun.trial_end
    assert sdk.charges.list().data == []


def test_a_one_time_payment_makes_an_invoice_if_asked(till: StandIn, sdk: Any) -> None:
    made = sdk.checkout.sessions.create(
        {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 2,
                    "price_data": {
                        "currency": "eur",
                        "unit_amount": 1_250,
                        "product_data": {"name": "A month as a gift"},
                    },
                }
            ],
            "success_url": shop.SUCCESS,
            "customer_creation": "always",
            "payment_intent_data": {"metadata": {"gift": "1"}},
            "invoice_creation": {"enabled": True},
        }
    )
    till.pay(made.id)
    done = sdk.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent", "invoice"]})
    assert done.payment_intent.amount_received == 2_500
    assert done.payment_intent.metadata.to_dict() == {"gift": "1"}
    assert (done.invoice.status, done.invoice.total) == ("paid", 2_500)
    [paid] = sdk.invoice_payments.list({"invoice": done.invoice.id}).data
    assert paid.payment.payment_intent == done.payment_intent.id


def test_a_guest_pays_without_becoming_a_customer(till: StandIn, sdk: Any) -> None:
    made = shop.session(sdk, shop.price(sdk, 500, None))
    till.pay(made.id, email="guest@example.com")
    done = sdk.checkout.sessions.retrieve(made.id)
    assert done.customer is None
    assert done.customer_details.email == "guest@example.com"


def test_a_promotion_code_takes_something_off(till: StandIn, sdk: Any) -> None:
    coupon = sdk.coupons.create(
        {"percent_off": 50, "duration": "repeating", "duration_in_months": 3}
    )
    code = sdk.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "AUTUMN"}
    )
    made = shop.session(sdk, shop.price(sdk), allow_promotion_codes=True)
    with pytest.raises(NotPaid, match="not valid here"):
        till.pay(made.id, code="SPRING")
    till.pay(made.id, code="autumn")
    done = sdk.checkout.sessions.retrieve(
        made.id, {"expand": ["discounts.promotion_code", "subscription.discounts.source.coupon"]}
    )
    assert (done.amount_total, done.total_details.amount_discount) == (450, 450)
    assert done.discounts[0].promotion_code.code == "AUTUMN"
    assert done.subscription.discounts[0].source.coupon.percent_off == 50
    assert sdk.promotion_codes.retrieve(code.id).times_redeemed == 1


def test_codes_are_found_and_run_out(till: StandIn, sdk: Any) -> None:
    coupon = sdk.coupons.create({"amount_off": 300, "currency": "usd", "duration": "once"})
    promotion = {"type": "coupon", "coupon": coupon.id}
    made = sdk.promotion_codes.create({"promotion": promotion, "code": "ONE", "max_redemptions": 1})
    assert [one.id for one in sdk.promotion_codes.list({"code": "one"}).data] == [made.id]
    sold = shop.price(sdk)
    till.pay(shop.session(sdk, sold, discounts=[{"promotion_code": made.id}]).id)
    assert sdk.promotion_codes.list({"code": "ONE", "active": True}).data == []
    with pytest.raises(stripe.InvalidRequestError):
        shop.session(sdk, sold, discounts=[{"promotion_code": made.id}])


def test_a_session_expires_by_itself(till: StandIn, sdk: Any) -> None:
    made = shop.session(sdk, shop.price(sdk))
    till.advance(days=1, seconds=5)
    assert sdk.checkout.sessions.retrieve(made.id).status == "expired"
    assert till.events("checkout.session.expired")
    with pytest.raises(NotPaid, match="expired"):
        till.pay(made.id)


def test_a_session_is_expired_on_request_once(sdk: Any) -> None:
    made = shop.session(sdk, shop.price(sdk))
    assert sdk.checkout.sessions.expire(made.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        sdk.checkout.sessions.expire(made.id)


def test_a_known_customer_is_only_written_to_when_that_is_allowed(sdk: Any) -> None:
    sold, owner = shop.price(sdk), shop.customer(sdk)
    taxes = {"automatic_tax": {"enabled": True}, "tax_id_collection": {"enabled": True}}
    with pytest.raises(stripe.InvalidRequestError, match="customer_update"):
        shop.session(sdk, sold, customer=owner.id, **taxes)
    made = shop.session(
        sdk, sold, customer=owner.id, customer_update={"name": "auto", "address": "auto"}, **taxes
    )
    assert made.automatic_tax.enabled


def test_a_trial_ends_two_days_ahead_at_the_earliest(till: StandIn, sdk: Any) -> None:
    sold = shop.price(sdk)
    with pytest.raises(stripe.InvalidRequestError, match="at least 2 days"):
        shop.session(sdk, sold, subscription_data={"trial_end": till.now + 86_400})
    end = till.now + 3 * 86_400
    made = shop.session(sdk, sold, subscription_data={"trial_end": end})
    till.pay(made.id)
    assert sdk.subscriptions.list().data[0].trial_end == end


def test_parameters_of_the_other_mode_are_refused(sdk: Any) -> None:
    sold = shop.price(sdk)
    with pytest.raises(stripe.InvalidRequestError):
        shop.session(sdk, sold, payment_intent_data={"metadata": {"a": "b"}})
    with pytest.raises(stripe.InvalidRequestError):
        shop.session(sdk, sold, mode="payment")
    with pytest.raises(stripe.InvalidRequestError):
        shop.session(sdk, sold, customer="cus_x", customer_email="a@example.com")
