"""What happens by itself as time goes by."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from broadsheet.stripe_stand_in import StandIn, Terms
from broadsheet.stripe_stand_in.times import add_months, next_boundary
from tests.stripe_stand_in import shop
from tests.stripe_stand_in.conftest import client
from tests.stripe_stand_in.shapes import Shapes


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def types(till: StandIn, after: int) -> list[str]:
    return [one["type"] for one in till.events()[after:]]


def test_a_month_counts_from_the_anchor() -> None:
    anchor = at("2027-01-31T10:00")
    february = next_boundary(anchor, "month", 1, anchor)
    assert february == at("2027-02-28T10:00")
    assert next_boundary(anchor, "month", 1, february) == at("2027-03-31T10:00")
    assert add_months(at("2028-01-31T10:00"), 1) == at("2028-02-29T10:00")
    assert next_boundary(at("2028-02-29T00:00"), "year", 1, at("2028-02-29T00:00")) == at(
        "2029-02-28T00:00"
    )


def test_a_subscription_renews(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk)
    end = shop.item(made).current_period_end
    before = len(till.events())
    till.advance_to(end + 60)
    renewed = sdk.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert shop.item(renewed).current_period_start == end
    assert renewed.latest_invoice.status == "draft"
    till.advance(3_700)
    invoice = sdk.invoices.retrieve(renewed.latest_invoice.id)
    assert (invoice.status, invoice.billing_reason, invoice.amount_paid) == (
        "paid",
        "subscription_cycle",
        900,
    )
    told = types(till, before)
    for kind in (
        "invoice.created",
        "customer.subscription.updated",
        "invoice.finalized",
        "payment_intent.succeeded",
        "invoice.paid",
    ):
        assert kind in told
    updated = next(e for e in till.events("customer.subscription.updated")[::-1])
    assert updated["created"] == end
    assert updated["data"]["previous_attributes"]["latest_invoice"] == made.latest_invoice


def test_a_year_of_renewals_is_caught_up_in_order(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk)
    till.advance(days=366)
    invoices = sdk.invoices.list({"subscription": made.id, "limit": 100}).data
    assert len(invoices) == 13
    moments = [one["created"] for one in till.events()]
    assert moments == sorted(moments)


def test_a_trial_ends_with_a_warning_three_days_before(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk, trial_period_days=14)
    till.advance(days=11, seconds=5)
    [warned] = till.events("customer.subscription.trial_will_end")
    assert warned["created"] == made.trial_end - 3 * 86_400
    till.advance(days=3, seconds=3_700)
    begun = sdk.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert begun.status == "active"
    assert begun.billing_cycle_anchor == made.trial_end
    assert begun.latest_invoice.amount_paid == 900
    statuses = [
        one["data"]["previous_attributes"].get("status")
        for one in till.events("customer.subscription.updated")
    ]
    assert "trialing" in statuses


def test_a_failed_renewal_is_retried_after_3_5_and_7_days_and_then_cancelled(
    till: StandIn, sdk: Any
) -> None:
    made = shop.subscription(sdk, trial_period_days=1)
    _worse_card(sdk, made)
    till.advance(days=1, seconds=3_700)
    late = sdk.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (late.status, late.latest_invoice.status) == ("past_due", "open")
    assert late.latest_invoice.next_payment_attempt - till.now > 2.9 * 86_400
    assert sdk.customers.retrieve(made.customer).delinquent
    for days, attempts, status in ((3, 2, "past_due"), (5, 3, "past_due"), (7, 4, "canceled")):
        till.advance(days=days)
        late = sdk.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
        assert (late.status, late.latest_invoice.attempt_count) == (status, attempts)
    assert late.cancellation_details.reason == "payment_failed"
    assert len(till.events("invoice.payment_failed")) == 4
    assert till.events("customer.subscription.deleted")


def _worse_card(sdk: Any, subscription: Any) -> None:
    method = sdk.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": subscription.customer}
    )
    sdk.customers.update(
        subscription.customer, {"invoice_settings": {"default_payment_method": method.id}}
    )


def test_the_last_retry_can_leave_it_unpaid_instead(till: StandIn, sdk: Any) -> None:
    till.terms.after_retries = "unpaid"
    made = shop.subscription(sdk, trial_period_days=1)
    _worse_card(sdk, made)
    till.advance(days=20)
    assert sdk.subscriptions.retrieve(made.id).status == "unpaid"


def test_a_retry_succeeds_with_a_better_card(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk, trial_period_days=1)
    _worse_card(sdk, made)
    till.advance(days=2)
    good = sdk.payment_methods.attach("pm_card_visa", {"customer": made.customer})
    sdk.subscriptions.update(made.id, {"default_payment_method": good.id})
    assert sdk.subscriptions.retrieve(made.id).status == "past_due"
    till.advance(days=3)
    assert sdk.subscriptions.retrieve(made.id).status == "active"


def test_a_card_that_asks_again_needs_an_action(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk, card="pm_card_authenticationRequired", trial_period_days=1)
    till.advance(days=1, seconds=3_700)
    assert till.events("invoice.payment_action_required")
    assert sdk.subscriptions.retrieve(made.id).status == "past_due"


def test_a_subscription_ends_with_its_period_when_told_to(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk)
    told = sdk.subscriptions.update(made.id, {"cancel_at_period_end": True})
    assert told.cancel_at == shop.item(told).current_period_end
    taken_back = sdk.subscriptions.update(made.id, {"cancel_at_period_end": False})
    assert (taken_back.cancel_at, taken_back.canceled_at) == (None, None)
    sdk.subscriptions.update(made.id, {"cancel_at_period_end": True})
    till.advance(days=32)
    ended = sdk.subscriptions.retrieve(made.id)
    assert (ended.status, ended.ended_at) == ("canceled", told.cancel_at)
    assert len(sdk.invoices.list({"subscription": made.id}).data) == 1
    assert sdk.subscriptions.list({"customer": made.customer}).data == []
    assert len(sdk.subscriptions.list({"customer": made.customer, "status": "all"}).data) == 1


def test_a_pause_voids_invoices_until_it_resumes(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk)
    resumes = till.now + 45 * 86_400
    paused = sdk.subscriptions.update(
        made.id, {"pause_collection": {"behavior": "void", "resumes_at": resumes}}
    )
    assert (paused.status, paused.pause_collection.behavior) == ("active", "void")
    till.advance(days=32)
    [void] = sdk.invoices.list({"subscription": made.id, "status": "void"}).data
    assert void.billing_reason == "subscription_cycle"
    till.advance(days=31)
    resumed = sdk.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert resumed.pause_collection is None
    assert resumed.latest_invoice.status == "paid"


def test_a_pause_is_cleared_on_request(sdk: Any) -> None:
    made = shop.subscription(sdk)
    sdk.subscriptions.update(made.id, {"pause_collection": {"behavior": "keep_as_draft"}})
    assert sdk.subscriptions.update(made.id, {"pause_collection": ""}).pause_collection is None


def test_a_coupon_for_three_months_runs_out(till: StandIn, sdk: Any) -> None:
    coupon = sdk.coupons.create(
        {"percent_off": 25, "duration": "repeating", "duration_in_months": 3}
    )
    made = shop.subscription(sdk, discounts=[{"coupon": coupon.id}])
    till.advance(days=130)
    totals = [one.total for one in sdk.invoices.list({"subscription": made.id}).data]
    assert totals[::-1] == [675, 675, 675, 900, 900]
    assert till.events("customer.discount.created")
    assert till.events("customer.discount.deleted")


def test_a_coupon_for_once_is_used_once(till: StandIn, sdk: Any) -> None:
    coupon = sdk.coupons.create({"amount_off": 400, "currency": "usd", "duration": "once"})
    made = shop.subscription(sdk, discounts=[{"coupon": coupon.id}])
    till.advance(days=32)
    totals = [one.total for one in sdk.invoices.list({"subscription": made.id}).data]
    assert totals[::-1] == [500, 900]


def test_a_first_payment_that_is_not_made_expires(till: StandIn, sdk: Any) -> None:
    made = shop.subscription(sdk, card="pm_card_chargeCustomerFail")
    assert made.status == "incomplete"
    till.advance(days=1)
    ended = sdk.subscriptions.retrieve(made.id, {"expand": ["latest_invoice"]})
    assert (ended.status, ended.latest_invoice.status) == ("incomplete_expired", "void")


def test_a_restart_goes_on_with_the_file(tmp_path: Path, shapes: Shapes) -> None:
    file = tmp_path / "till.sqlite3"
    with StandIn(file) as till:
        made = shop.subscription(client(till, shapes))
        till.advance(days=10)
        now = till.now
    with StandIn(file, terms=Terms(draft_for=0)) as till:
        assert till.now >= now
        sdk = client(till, shapes)
        assert sdk.subscriptions.retrieve(made.id).status == "active"
        till.advance(days=22)
        [latest, _] = sdk.invoices.list({"subscription": made.id}).data
        assert latest.status == "paid"


@pytest.mark.parametrize("days", [0.5, 40])
def test_events_are_found_by_type_and_time(till: StandIn, sdk: Any, days: float) -> None:
    shop.subscription(sdk)
    begun = till.now
    till.advance(days=days)
    sdk.customers.create({"name": "Later"})
    found = sdk.events.list({"type": "customer.created", "created": {"gte": begun + 1_000}}).data
    assert [one.data.object["name"] for one in found] == ["Later"]
    assert sdk.events.retrieve(found[0].id).type == "customer.created"
