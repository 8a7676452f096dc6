"""A reader goes to the till and comes back a subscriber, whatever happens on the way."""

import pytest

from broadsheet.billing.models import Agreement, Purchase
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan, Subscription
from tests.billing.conftest import Till, buy, price


def test_who_has_paid_reads(till: Till, plans: dict[str, Plan], nora: Reader) -> None:
    agreement = buy(till, nora, price(plans["basic"]))
    bought = Subscription.objects.get(owner=nora)
    assert (bought.plan, bought.seat_count, bought.ends_at) == (plans["basic"], 1, None)
    assert bought.seats.get().reader == nora
    assert agreement.amount == 900
