"""What was missed, lost or changed elsewhere is found by comparing everything with Stripe."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from broadsheet.billing import sweeping
from broadsheet.billing.models import Agreement, Customer, Invoice, Purchase
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions import seating
from broadsheet.subscriptions.models import Plan, Seat, Subscription
from tests.billing.conftest import (
    Till,
    agreement_of,
    at_stripe,
    buy,
    go_to_the_till,
    letters_to,
    price,
    reads,
    sdk,
    signed_in,
    subscription_of,
)


def reconcile() -> list[str]:
    return sweeping.reconcile(timezone.now() - timedelta(days=90))


@pytest.fixture
def agreement(till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader) -> Agreement:
    bought = buy(till, nora, price(plans["group"]))
    seating.seat(luis, subscription_of(nora))
    return bought


def test_when_nothing_was_missed_nothing_is_mended(till: Till, agreement: Agreement) -> None:
    assert reconcile() == []


def test_a_purchase_of_which_nobody_told_is_found(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    till.stripe.pay(go_to_the_till(nora, price(plans["group"])).session_id)
    till.lose()
    mended = reconcile()
    assert any("open -> paid" in line for line in mended)
    assert reads(nora)
    assert sorted(letters_to(nora)) == ["receipt", "welcome"]
    assert reconcile() == []


def test_what_was_changed_in_stripe_s_dashboard_is_found(
    till: Till, agreement: Agreement, nora: Reader, plans: dict[str, Plan]
) -> None:
    sdk().v1.subscriptions.update(agreement.stripe_id, {"cancel_at_period_end": True})
    till.lose()
    assert reconcile()
    assert subscription_of(nora).ends_at == agreement.renews_at


def test_a_renewal_and_its_invoice_that_were_missed_are_found(
    till: Till, agreement: Agreement, nora: Reader
) -> None:
    till.advance(days=32)
    till.lose()
    reconcile()
    assert Invoice.objects.count() == 2
    assert agreement_of(nora).renews_at > timezone.now()  # type: ignore[operator]
    assert letters_to(nora).count("receipt") == 2


def test_an_end_that_was_missed_is_found(
    till: Till, agreement: Agreement, nora: Reader, luis: Reader
) -> None:
    sdk().v1.subscriptions.cancel(agreement.stripe_id)
    till.lose()
    till.advance(seconds=5)
    reconcile()
    assert (reads(nora), reads(luis)) == (False, False)
    assert letters_to(nora).count("ended") == 1


def test_an_agreement_whose_row_was_lost_is_made_again_for_the_same_subscription(
    till: Till, agreement: Agreement, nora: Reader, luis: Reader
) -> None:
    bought = subscription_of(nora)
    agreement.delete()
    reconcile()
    assert agreement_of(nora).subscription == bought == subscription_of(nora)
    assert Seat.objects.filter(reader=nora).count() == 1
    assert reads(luis)
    assert letters_to(nora).count("welcome") == 1


def test_a_subscription_whose_row_was_lost_is_granted_again(
    till: Till, agreement: Agreement, nora: Reader
) -> None:
    Subscription.objects.all().delete()
    assert not reads(nora)
    reconcile()
    assert reads(nora)
    assert subscription_of(nora).seat_count == 5
    assert letters_to(nora).count("welcome") == 1


def test_invoices_whose_rows_were_lost_are_read_again(till: Till, agreement: Agreement) -> None:
    Invoice.objects.all().delete()
    reconcile()
    assert Invoice.objects.get().paid == 3500


def test_a_subscription_that_stripe_does_not_know_is_told_of(
    till: Till, agreement: Agreement
) -> None:
    Agreement.objects.update(stripe_id="sub_of_another_account")
    assert any("Stripe does not know it" in line for line in reconcile())


@pytest.mark.parametrize(
    "sold",
    [
        {"unit_amount": 100, "recurring": {"interval": "week"}},
        {"unit_amount": 100, "recurring": {"interval": "day"}, "metadata": {"broadsheet_plan": ""}},
    ],
)
def test_what_somebody_else_made_in_the_same_account_is_nobody_s_right(
    till: Till, agreement: Agreement, nora: Reader, luis: Reader, sold: dict[str, Any]
) -> None:
    customer = str(Customer.objects.get(reader=nora).stripe_id)
    product = sdk().v1.products.create({"name": "Tea towels"})
    tea = sdk().v1.prices.create({"product": product.id, "currency": "usd", **sold})  # type: ignore[typeddict-item]
    sdk().v1.subscriptions.create(
        {
            "customer": customer,
            "items": [{"price": tea.id, "quantity": 3}],
            "default_payment_method": str(at_stripe(agreement)["default_payment_method"]),
        }
    )
    till.tell()
    assert reconcile() == []
    assert Subscription.objects.get() == agreement.subscription
    assert subscription_of(nora).seat_count == 5


def test_a_customer_deleted_in_stripe_s_dashboard_ends_what_they_paid(
    till: Till, agreement: Agreement, nora: Reader
) -> None:
    sdk().v1.customers.delete(str(agreement.customer.stripe_id))
    client = signed_in(nora)
    for address in ("/account/subscription/", "/account/invoices/", "/plans/"):
        assert client.get(address).status_code == 200
    for button in ("card", "portal"):
        assert client.post(f"/account/{button}/").status_code in (302, 503)
    till.tell()
    till.advance(seconds=5)
    assert not reads(nora)


def test_and_they_can_buy_again(till: Till, agreement: Agreement, nora: Reader) -> None:
    sdk().v1.customers.delete(str(agreement.customer.stripe_id))
    till.tell()
    client = signed_in(nora)
    answer = client.post("/subscribe/basic/", {"terms": "1", "period": "year"})
    assert answer.status_code == 302
    purchase = Purchase.objects.get(state=Purchase.States.OPEN)
    till.stripe.pay(purchase.session_id)
    till.tell()
    assert reads(nora)
    assert client.get("/account/invoices/").content.decode().count("$35.00") >= 1


def test_prices_of_another_account_of_stripe_s_are_made_anew(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    buy(till, nora, price(plans["basic"]))
    till.wipe()  # the test mode's key goes out, the live mode's comes in
    Agreement.objects.all().delete()
    Subscription.objects.all().delete()
    buy(till, nora, price(plans["basic"]))
    assert reads(nora)


# The command


def _said(**options: Any) -> str:
    out = StringIO()
    call_command("reconcile", stdout=out, **options)
    return out.getvalue()


def test_the_command_says_what_it_mended(till: Till, agreement: Agreement) -> None:
    assert _said() == "0 differences\n"
    sdk().v1.subscriptions.update(agreement.stripe_id, {"cancel_at_period_end": True})
    till.lose()
    assert "1 differences" in _said(days=1)


def test_the_command_says_when_stripe_is_away_or_not_set_up(
    till: Till, agreement: Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    till.stripe.fail_next(times=9)
    with pytest.raises(CommandError, match="does not answer"):
        _said()
    till.stripe.be_well()
    from broadsheet.billing import till as tills

    monkeypatch.setattr(PAPER, "stripe_secret_key", "")
    tills.client.cache_clear()
    with pytest.raises(CommandError, match="no key"):
        _said()


def test_once_a_day_it_is_done_without_being_asked(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    till.stripe.pay(go_to_the_till(nora, price(plans["basic"])).session_id)
    sweeping.compare.call()
    assert reads(nora)
