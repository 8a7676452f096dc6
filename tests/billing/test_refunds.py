"""Staff give money back; the reader is told once, and no more than was paid ever goes."""

import pytest
from django.contrib.auth.models import Permission

from broadsheet.billing import invoices, refunds
from broadsheet.billing.models import Invoice
from broadsheet.billing.refunds import CannotRefund
from broadsheet.mail.models import Letter
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan
from tests import people
from tests.billing.conftest import (
    Till,
    buy,
    letters_to,
    paid_at_stripe,
    price,
    reads,
    sdk,
    signed_in,
    undo_what_is_left,
)


@pytest.fixture
def invoice(till: Till, plans: dict[str, Plan], nora: Reader) -> Invoice:
    buy(till, nora, price(plans["group"]))
    return Invoice.objects.get()


@pytest.fixture
def irene(db: None) -> Reader:
    return people.reader("irene@example.com", is_staff=True, is_superuser=True)


def test_staff_refund_a_part_and_the_reader_is_told_how_much(
    till: Till, invoice: Invoice, irene: Reader, nora: Reader
) -> None:
    client = signed_in(irene)
    address = f"/admin/billing/refund/{invoice.pk}/"
    assert "$35.00" in client.get(address).content.decode()
    assert client.post(address, {"amount": "1000"}).status_code == 302
    till.tell()
    invoice.refresh_from_db()
    assert (paid_at_stripe(), invoice.refunded) == (2500, 1000)
    assert letters_to(nora).count("refund") == 1
    assert "$10.00" in Letter.objects.get(kind="refund").text
    assert sdk().v1.refunds.list().data[0].metadata["broadsheet_by"] == str(irene)  # type: ignore[index]
    assert reads(nora)


@pytest.mark.parametrize("amount", ["0", "-1", "3501", "1000000000", "", "1.5", "all"])
def test_no_more_than_was_paid_goes_back(
    till: Till, invoice: Invoice, irene: Reader, amount: str
) -> None:
    signed_in(irene).post(f"/admin/billing/refund/{invoice.pk}/", {"amount": amount})
    assert paid_at_stripe() == 3500


def test_two_hands_that_refund_the_same_at_once_refund_it_once(
    till: Till, invoice: Invoice
) -> None:
    again = Invoice.objects.get()
    refunds.refund(invoice, 1000, "irene")
    refunds.refund(again, 1000, "olga")  # saw the same page
    assert paid_at_stripe() == 2500


def test_the_rest_can_follow_and_then_nothing_is_left(
    till: Till, invoice: Invoice, nora: Reader
) -> None:
    refunds.refund(invoice, 1000, "irene")
    refunds.refund(Invoice.objects.get(), 1000, "irene")
    refunds.refund(Invoice.objects.get(), 1500, "irene")
    with pytest.raises(CannotRefund):
        refunds.refund(Invoice.objects.get(), 1, "irene")
    assert (paid_at_stripe(), letters_to(nora).count("refund")) == (0, 3)


def test_a_refund_by_somebody_else_meanwhile_is_noticed(till: Till, invoice: Invoice) -> None:
    sdk().v1.refunds.create({"payment_intent": invoice.payment_intent})
    with pytest.raises(CannotRefund):
        refunds.refund(invoice, 1000, "irene")


def test_many_small_refunds_are_all_counted(till: Till, invoice: Invoice, nora: Reader) -> None:
    for _ in range(12):
        sdk().v1.refunds.create({"payment_intent": invoice.payment_intent, "amount": 100})
    till.tell()
    invoice.refresh_from_db()
    assert invoice.refunded == 1200


def test_a_refund_made_in_stripe_s_dashboard_is_told_as_well(
    till: Till, invoice: Invoice, nora: Reader
) -> None:
    sdk().v1.refunds.create({"payment_intent": invoice.payment_intent})
    till.tell()
    till.tell_again()
    assert letters_to(nora).count("refund") == 1


def test_when_stripe_is_away_staff_are_told_and_nothing_goes_twice(
    till: Till, invoice: Invoice, irene: Reader
) -> None:
    till.stripe.fail_next(times=9)
    address = f"/admin/billing/refund/{invoice.pk}/"
    page = signed_in(irene).post(address, {"amount": "1000"}).content.decode()
    assert "Stripe does not answer" in page
    till.stripe.be_well()
    signed_in(irene).post(address, {"amount": "1000"})
    assert paid_at_stripe() == 2500


def test_only_staff_who_may_change_invoices_refund(till: Till, invoice: Invoice) -> None:
    clerk = people.reader("clerk@example.com", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="access_admin"))
    for reader in (clerk, invoice.customer.reader):
        assert reader is not None
        signed_in(reader).post(f"/admin/billing/refund/{invoice.pk}/", {"amount": "1000"})
    assert paid_at_stripe() == 3500


def test_an_older_reading_never_takes_anything_back(
    till: Till, invoice: Invoice, nora: Reader
) -> None:
    refunds.refund(invoice, 1000, "irene")
    said = {
        "id": invoice.stripe_id,
        "customer": invoice.customer.stripe_id,
        "status": "open",
        "currency": "usd",
        "total": 3500,
        "amount_paid": 0,
        "created": int(invoice.created_at.timestamp()),
        "lines": {"data": []},
    }
    invoices.write(said, "", 0)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.paid, invoice.refunded) == ("paid", 3500, 1000)
    assert invoice.payment_intent
    assert letters_to(nora).count("receipt") == 1


def test_what_staff_refunded_before_is_not_given_back_again(
    till: Till, invoice: Invoice, nora: Reader
) -> None:
    refunds.refund(invoice, 3500, "irene")
    signed_in(nora).post("/account/subscription/withdraw/")
    undo_what_is_left()
    till.tell()
    assert paid_at_stripe() == 0
    assert not reads(nora)
