"""What was given back is not read: gifts whose price went back, and withdrawals over again."""

import pytest
from django.utils import timezone

from broadsheet.billing import changes, giving, refunds, undoing
from broadsheet.billing.models import Agreement, Invoice, Undoing
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan
from tests.billing.conftest import Till, buy, price, signed_in
from tests.billing.test_gifts import gift_for


def test_a_gift_whose_price_went_back_cannot_be_redeemed(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    gift = gift_for(till, nora, price(plans["basic"]))
    invoice = Invoice.objects.get(customer__reader=nora)
    refunds.refund(invoice, invoice.paid, "irene@example.com")
    gift.refresh_from_db()
    assert gift.given_back_at is not None
    with pytest.raises(giving.RedeemedAlready):
        giving.redeem(gift, luis, timezone.now(), timezone.get_default_timezone())
    page = signed_in(luis).get(f"/gifts/{gift.code}/")
    assert page.status_code == 410
    assert "taken back" in page.content.decode()


def test_a_gift_of_which_a_part_went_back_can_be_redeemed(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    gift = gift_for(till, nora, price(plans["basic"]))
    invoice = Invoice.objects.get(customer__reader=nora)
    refunds.refund(invoice, 100, "irene@example.com")
    gift.refresh_from_db()
    giving.redeem(gift, luis, timezone.now(), timezone.get_default_timezone())


def test_a_reader_withdraws_by_the_button_once(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    first = buy(till, nora, price(plans["basic"]))
    assert changes.may_withdraw(first, timezone.now())
    changes.withdraw(first)
    for row in Undoing.objects.filter(done_at=None):
        undoing.undo.call(row.pk)
    till.tell()
    assert not Agreement.objects.filter(live=True).exists()
    again = buy(till, nora, price(plans["basic"]))
    assert not changes.may_withdraw(again, timezone.now())
