"""Changes of subscriptions, prorations to the second, cancellations, refunds."""

from typing import Any

import pytest
import stripe

from broadsheet.stripe_stand_in import StandIn, money
from tests.stripe_stand_in import shop


def halfway(till: StandIn, subscription: Any) -> int:
    """The middle of the running period, to the second."""
    item = shop.item(subscription)
    middle = (item.current_period_start + item.current_period_end) // 2
    till.advance_to(middle)
    return middle


def change(subscription: Any, sold: Any, **more: Any) -> dict[str, Any]:
    return {"items": [{"id": shop.item(subscription).id, "price": sold.id}], **more}


def expected(amount: int, subscription: Any, moment: int) -> int:
    item = shop.item(subscription)
    length = item.current_period_end - item.current_period_start
    return money.part(amount, item.current_period_end - moment, length)


def test_halves_are_rounded_away_from_zero() -> None:
    assert [money.part(one, 1, 2) for one in (1, 3, -1, -3)] == [1, 2, -1, -2]
    assert money.percentage(999, 12.5) == 125
    assert money.spread(100, [1, 1, 1]) == [33, 33, 34]


def test_an_upgrade_is_credited_and_charged_to_the_second(till: StandIn, sdk: Any) -> None:
    made, better = shop.subscription(sdk), shop.price(sdk, 1_900, name="Premium")
    moment = halfway(till, made)
    updated = sdk.subscriptions.update(
        made.id,
        change(
            made,
            better,
            proration_behavior="always_invoice",
            proration_date=moment,
            expand=["latest_invoice"],
        ),
    )
    invoice = updated.latest_invoice
    credit, charge = invoice.lines.data
    assert credit.amount == -expected(900, made, moment)
    assert charge.amount == expected(1_900, made, moment)
    assert credit.parent.subscription_item_details.proration
    assert credit.description.startswith("Unused time on Basic")
    assert charge.description.startswith("Remaining time on Premium")
    assert (invoice.status, invoice.billing_reason) == ("paid", "subscription_update")
    assert invoice.amount_paid == credit.amount + charge.amount
    assert shop.item(updated).current_period_end == shop.item(made).current_period_end
    [event] = [
        one
        for one in till.events("customer.subscription.updated")
        if "items" in one["data"]["previous_attributes"]
    ]
    old = event["data"]["previous_attributes"]["items"]["data"][0]
    assert old["price"]["unit_amount"] == 900


def test_a_preview_says_what_the_change_will_cost_and_changes_nothing(
    till: StandIn, sdk: Any
) -> None:
    made, better = shop.subscription(sdk), shop.price(sdk, 1_900, name="Premium")
    moment = halfway(till, made)
    before = len(till.events())
    details = change(made, better, proration_behavior="always_invoice", proration_date=moment)
    preview = sdk.invoices.create_preview(
        {"subscription": made.id, "subscription_details": details}
    )
    assert len(till.events()) == before
    assert shop.item(sdk.subscriptions.retrieve(made.id)).price.unit_amount == 900
    updated = sdk.subscriptions.update(made.id, {**details, "expand": ["latest_invoice"]})
    assert preview.amount_due == updated.latest_invoice.amount_paid
    assert [one.amount for one in preview.lines.data] == [
        one.amount for one in updated.latest_invoice.lines.data
    ]


def test_the_next_renewal_is_previewed(sdk: Any) -> None:
    made = shop.subscription(sdk)
    preview = sdk.invoices.create_preview({"subscription": made.id})
    assert (preview.total, preview.status) == (900, "draft")
    assert preview.lines.data[0].period.start == shop.item(made).current_period_end
    sdk.subscriptions.update(made.id, {"cancel_at_period_end": True})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.invoices.create_preview({"subscription": made.id})
    assert refused.value.code == "invoice_upcoming_none"


def test_a_new_subscription_is_previewed(sdk: Any) -> None:
    sold = shop.price(sdk)
    owner = shop.customer(sdk)
    preview = sdk.invoices.create_preview(
        {"customer": owner.id, "subscription_details": {"items": [{"price": sold.id}]}}
    )
    assert preview.amount_due == 900
    assert sdk.subscriptions.list().data == []


def test_a_downgrade_leaves_a_credit_that_is_used_at_the_renewal(till: StandIn, sdk: Any) -> None:
    made, less = shop.subscription(sdk, amount=1_900), shop.price(sdk, 900)
    moment = halfway(till, made)
    sdk.subscriptions.update(
        made.id,
        change(made, less, proration_behavior="always_invoice", proration_date=moment),
    )
    credit = expected(1_900, made, moment) - expected(900, made, moment)
    assert sdk.customers.retrieve(made.customer).balance == -credit
    till.advance(days=17)
    latest = sdk.invoices.list({"subscription": made.id}).data[0]
    assert (latest.total, latest.starting_balance, latest.ending_balance) == (900, -credit, 0)
    assert latest.amount_paid == 900 - credit
    assert sdk.customers.retrieve(made.customer).balance == 0


def test_prorations_can_wait_for_the_renewal(till: StandIn, sdk: Any) -> None:
    made, better = shop.subscription(sdk), shop.price(sdk, 1_900)
    moment = halfway(till, made)
    sdk.subscriptions.update(made.id, change(made, better, proration_date=moment))
    assert len(sdk.invoices.list().data) == 1
    till.advance(days=17)
    latest = sdk.invoices.list().data[0]
    owed = expected(1_900, made, moment) - expected(900, made, moment)
    assert (len(latest.lines.data), latest.total) == (3, 1_900 + owed)


def test_a_change_without_prorations_costs_nothing_now(till: StandIn, sdk: Any) -> None:
    made, better = shop.subscription(sdk), shop.price(sdk, 1_900)
    halfway(till, made)
    sdk.subscriptions.update(made.id, change(made, better, proration_behavior="none"))
    till.advance(days=17)
    assert [one.total for one in sdk.invoices.list().data] == [1_900, 900]


def test_a_yearly_price_begins_a_new_period_at_once(till: StandIn, sdk: Any) -> None:
    made, yearly = shop.subscription(sdk), shop.price(sdk, 7_900, "year")
    moment = halfway(till, made)
    updated = sdk.subscriptions.update(made.id, change(made, yearly, expand=["latest_invoice"]))
    assert abs(updated.billing_cycle_anchor - moment) < 5
    assert len(updated.latest_invoice.lines.data) == 2
    assert updated.latest_invoice.lines.data[1].amount == 7_900
    assert updated.latest_invoice.status == "paid"


def test_quantities_items_and_deletions_are_prorated(till: StandIn, sdk: Any) -> None:
    made, extra = shop.subscription(sdk), shop.price(sdk, 300, name="Puzzles")
    halfway(till, made)
    more = sdk.subscriptions.update(
        made.id,
        {
            "items": [{"id": shop.item(made).id, "quantity": 3}, {"price": extra.id}],
            "proration_behavior": "always_invoice",
            "expand": ["latest_invoice"],
        },
    )
    assert len(more.latest_invoice.lines.data) == 3
    fewer = sdk.subscriptions.update(
        made.id,
        {
            "items": [{"id": more["items"].data[1].id, "deleted": True}],
            "proration_behavior": "always_invoice",
            "expand": ["latest_invoice"],
        },
    )
    [credit] = fewer.latest_invoice.lines.data
    assert credit.amount == -more.latest_invoice.lines.data[2].amount


def test_a_change_that_cannot_be_paid_is_refused_when_asked_so(till: StandIn, sdk: Any) -> None:
    made, better = shop.subscription(sdk), shop.price(sdk, 1_900)
    _bad_card(sdk, made)
    halfway(till, made)
    with pytest.raises(stripe.CardError) as refused:
        sdk.subscriptions.update(
            made.id,
            change(
                made,
                better,
                proration_behavior="always_invoice",
                payment_behavior="error_if_incomplete",
            ),
        )
    assert refused.value.http_status == 402
    assert refused.value.error.decline_code == "generic_decline"
    assert shop.item(sdk.subscriptions.retrieve(made.id)).price.unit_amount == 900
    assert len(sdk.invoices.list().data) == 1


def _bad_card(sdk: Any, subscription: Any) -> None:
    method = sdk.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": subscription.customer}
    )
    sdk.subscriptions.update(subscription.id, {"default_payment_method": method.id})


def test_a_change_can_wait_until_it_is_paid(till: StandIn, sdk: Any) -> None:
    made, better = shop.subscription(sdk), shop.price(sdk, 1_900)
    _bad_card(sdk, made)
    halfway(till, made)
    waiting = sdk.subscriptions.update(
        made.id,
        change(
            made,
            better,
            proration_behavior="always_invoice",
            payment_behavior="pending_if_incomplete",
        ),
    )
    assert shop.item(waiting).price.unit_amount == 900
    assert waiting.pending_update.subscription_items[0].price.unit_amount == 1_900
    good = sdk.payment_methods.attach("pm_card_visa", {"customer": made.customer})
    sdk.invoices.pay(waiting.latest_invoice, {"payment_method": good.id})
    done = sdk.subscriptions.retrieve(made.id)
    assert (done.pending_update, shop.item(done).price.unit_amount) == (None, 1_900)
    assert till.events("customer.subscription.pending_update_applied")


def test_a_change_that_waits_may_not_change_more_than_what_is_billed(sdk: Any) -> None:
    made = shop.subscription(sdk)
    params = {"payment_behavior": "pending_if_incomplete", "metadata": {"a": "b"}}
    with pytest.raises(stripe.InvalidRequestError, match="metadata"):
        sdk.subscriptions.update(made.id, params)


def test_a_waiting_change_is_forgotten_after_23_hours(till: StandIn, sdk: Any) -> None:
    made, better = shop.subscription(sdk), shop.price(sdk, 1_900)
    _bad_card(sdk, made)
    halfway(till, made)
    wanted = change(
        made,
        better,
        proration_behavior="always_invoice",
        payment_behavior="pending_if_incomplete",
    )
    waiting = sdk.subscriptions.update(made.id, wanted)
    till.advance(days=1)
    kept = sdk.subscriptions.retrieve(made.id)
    assert (kept.pending_update, shop.item(kept).price.unit_amount) == (None, 900)
    assert sdk.invoices.retrieve(waiting.latest_invoice).status == "void"


def test_a_change_that_cannot_be_paid_leaves_it_past_due_by_default(
    till: StandIn, sdk: Any
) -> None:
    made, better = shop.subscription(sdk), shop.price(sdk, 1_900)
    _bad_card(sdk, made)
    halfway(till, made)
    late = sdk.subscriptions.update(
        made.id, change(made, better, proration_behavior="always_invoice")
    )
    assert late.status == "past_due"
    assert shop.item(late).price.unit_amount == 1_900


def test_a_trial_is_ended_and_lengthened(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk, trial_period_days=14)
    longer = sdk.subscriptions.update(made.id, {"trial_end": made.trial_end + 86_400})
    assert longer.trial_end == made.trial_end + 86_400
    ended = sdk.subscriptions.update(made.id, {"trial_end": "now", "expand": ["latest_invoice"]})
    assert (ended.status, ended.latest_invoice.amount_paid) == ("active", 900)


def test_a_cancellation_is_previewed_and_credited(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk)
    moment = halfway(till, made)
    preview = sdk.invoices.create_preview(
        {
            "subscription": made.id,
            "subscription_details": {
                "cancel_now": True,
                "proration_behavior": "always_invoice",
                "proration_date": moment,
            },
        }
    )
    assert preview.total == -expected(900, made, moment)
    ended = sdk.subscriptions.cancel(made.id, {"prorate": True, "invoice_now": True})
    assert ended.status == "canceled"
    credit = sdk.customers.retrieve(made.customer).balance
    assert abs(credit - preview.total) <= 1
    with pytest.raises(stripe.InvalidRequestError):
        sdk.subscriptions.cancel(made.id)


def test_a_discount_is_part_of_what_is_credited(till: StandIn, sdk: Any) -> None:
    coupon = sdk.coupons.create({"percent_off": 50, "duration": "forever"})
    made = shop.subscription(sdk, discounts=[{"coupon": coupon.id}])
    better = shop.price(sdk, 1_900)
    moment = halfway(till, made)
    preview = sdk.invoices.create_preview(
        {
            "subscription": made.id,
            "subscription_details": change(
                made, better, proration_behavior="always_invoice", proration_date=moment
            ),
        }
    )
    assert [one.amount for one in preview.lines.data] == [
        -expected(450, made, moment),
        expected(950, made, moment),
    ]


def test_a_subscription_without_a_card_is_refused(sdk: Any) -> None:
    owner, sold = sdk.customers.create({}), shop.price(sdk)
    wanted = {"customer": owner.id, "items": [{"price": sold.id}]}
    with pytest.raises(stripe.InvalidRequestError, match="no attached payment source"):
        sdk.subscriptions.create(wanted)
    made = sdk.subscriptions.create({**wanted, "payment_behavior": "default_incomplete"})
    assert made.status == "incomplete"


def test_a_card_that_is_declined_cannot_be_attached(sdk: Any) -> None:
    owner = sdk.customers.create({})
    with pytest.raises(stripe.CardError) as refused:
        sdk.payment_methods.attach("pm_card_chargeDeclined", {"customer": owner.id})
    assert refused.value.code == "card_declined"


def test_cards_are_listed_and_detached(sdk: Any) -> None:
    owner = shop.customer(sdk)
    [card] = sdk.payment_methods.list({"customer": owner.id}).data
    assert (card.card.last4, card.card.brand) == ("4242", "visa")
    assert sdk.payment_methods.detach(card.id).customer is None
    assert sdk.payment_methods.list({"customer": owner.id}).data == []


def test_a_refund_is_for_a_part_and_then_for_the_rest(till: StandIn, sdk: Any) -> None:
    shop.subscription(sdk)
    [charge] = sdk.charges.list().data
    part = sdk.refunds.create({"payment_intent": charge.payment_intent, "amount": 400})
    assert (part.status, part.amount) == ("succeeded", 400)
    with pytest.raises(stripe.InvalidRequestError, match="greater than"):
        sdk.refunds.create({"charge": charge.id, "amount": 501})
    sdk.refunds.create({"charge": charge.id})
    charge = sdk.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert charge.refunded
    assert [one.amount for one in charge.refunds.data] == [500, 400]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_already_refunded"
    assert len(till.events("charge.refunded")) == 2
    assert len(sdk.refunds.list({"charge": charge.id}).data) == 2


def test_an_open_invoice_is_paid_on_request(sdk: Any) -> None:
    made = shop.subscription(sdk, card="pm_card_chargeCustomerFail")
    with pytest.raises(stripe.CardError):
        sdk.invoices.pay(made.latest_invoice)
    good = sdk.payment_methods.attach("pm_card_visa", {"customer": made.customer})
    assert sdk.invoices.pay(made.latest_invoice, {"payment_method": good.id}).status == "paid"
    assert sdk.subscriptions.retrieve(made.id).status == "active"
    with pytest.raises(stripe.InvalidRequestError, match="already paid"):
        sdk.invoices.pay(made.latest_invoice)
