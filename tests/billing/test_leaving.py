"""An account goes: it pays no more, Stripe forgets the person, and invoices stay."""

import pytest
from django.utils import timezone

from broadsheet.billing.models import Agreement, Customer, Gift, Invoice, Purchase, Undoing
from broadsheet.readers.deletion import delete_account
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import seating
from broadsheet.subscriptions.models import Plan, Subscription
from tests.billing.conftest import (
    Till,
    a_minute_passes,
    at_stripe,
    buy,
    go_to_the_till,
    letters_to,
    price,
    reads,
    sdk,
    subscription_of,
    undo_what_is_left,
)


@pytest.fixture
def agreement(till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader) -> Agreement:
    bought = buy(till, nora, price(plans["group"]), details={"invite": "eva@example.com"})
    seating.seat(luis, subscription_of(nora))
    return bought


def leave(reader: Reader) -> None:
    delete_account(reader, "en", timezone.now())


def test_it_is_ended_at_stripe_and_the_person_is_forgotten_there(
    till: Till, agreement: Agreement, nora: Reader
) -> None:
    leave(nora)
    undo_what_is_left()
    assert at_stripe(agreement)["status"] == "canceled"
    customer = sdk().v1.customers.retrieve(str(agreement.customer.stripe_id))
    assert customer.to_dict().get("deleted")
    till.tell()
    agreement.refresh_from_db()
    assert (agreement.live, agreement.subscription) == (False, None)


def test_it_is_ended_although_stripe_was_away_at_that_moment(
    till: Till, agreement: Agreement, nora: Reader
) -> None:
    till.stripe.fail_next(times=9)
    leave(nora)
    undo_what_is_left()
    assert at_stripe_after(till, agreement) == "active"
    a_minute_passes(till)
    assert at_stripe(agreement)["status"] == "canceled"
    assert not Undoing.objects.filter(done_at=None).exists()


def at_stripe_after(till: Till, agreement: Agreement) -> str:
    till.stripe.be_well()
    return str(at_stripe(agreement)["status"])


def test_everybody_else_s_seats_end_with_it(
    till: Till, agreement: Agreement, nora: Reader, luis: Reader
) -> None:
    leave(nora)
    assert not reads(luis)
    assert Reader.objects.filter(pk=luis.pk).exists()
    assert not Subscription.objects.exists()


def test_invoices_stay_without_the_person(till: Till, agreement: Agreement, nora: Reader) -> None:
    leave(nora)
    undo_what_is_left()
    till.tell_again()
    invoice = Invoice.objects.get()
    assert (invoice.paid, invoice.customer.reader) == (3500, None)
    purchase = Purchase.objects.get()
    assert "eva@example.com" not in str(purchase.details)
    assert str(Customer.objects.get()).startswith("cus_")


def test_nobody_writes_to_whoever_has_left(till: Till, agreement: Agreement, nora: Reader) -> None:
    leave(nora)
    undo_what_is_left()
    till.tell_again()
    a_minute_passes(till)
    assert letters_to("nora@example.com") == ["account_deleted"]


def test_a_new_account_of_the_same_person_is_another_customer(
    till: Till, agreement: Agreement, nora: Reader, plans: dict[str, Plan]
) -> None:
    from tests import people

    leave(nora)
    undo_what_is_left()
    till.tell()
    again = people.reader("nora@example.com")
    assert buy(till, again, price(plans["basic"])).customer != agreement.customer
    assert reads(again)


def test_what_was_given_away_stays_given(till: Till, plans: dict[str, Plan], nora: Reader) -> None:
    purchase = _at_the_till_with_a_gift(nora, plans)
    till.stripe.pay(purchase.session_id)
    till.tell()
    leave(nora)
    gift = Gift.objects.get()
    assert (gift.giver, gift.receiver_email) == ("", "luis@example.com")
    assert "luis" not in str(Purchase.objects.get().details)


def test_a_gift_that_is_paid_while_its_giver_leaves_reaches_whom_it_is_for(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    purchase = _at_the_till_with_a_gift(nora, plans)
    till.stripe.pay(purchase.session_id)
    leave(nora)
    till.tell()
    a_minute_passes(till)
    gift = Gift.objects.get()
    assert (gift.giver, gift.receiver) == ("", "Luis")
    assert letters_to("luis@example.com") == ["gift"]
    purchase.refresh_from_db()
    assert purchase.state == Purchase.States.PAID
    assert "uis" not in str(purchase.details)


def test_a_gift_that_is_not_paid_after_all_is_forgotten(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    purchase = _at_the_till_with_a_gift(nora, plans)
    leave(nora)
    till.advance(days=2)
    a_minute_passes(till)
    purchase.refresh_from_db()
    assert purchase.state == Purchase.States.LEFT
    assert "uis" not in str(purchase.details)


def _at_the_till_with_a_gift(reader: Reader, plans: dict[str, Plan]) -> Purchase:
    sold = price(plans["basic"])
    details = {
        "plan": plans["basic"].pk,
        "months": 3,
        "amount": 2700,
        "currency": "USD",
        "title": "Basic for 3 months",
        "giver": "Nora",
        "receiver": "Luis",
        "receiver_email": "luis@example.com",
        "message": "For Luis",
        "language": "en",
        "deliver_at": timezone.now().isoformat(),
    }
    return go_to_the_till(reader, sold, kind=Purchase.Kinds.GIFT, details=details)
