"""Staff change what is sold: for those who come after. Those who pay keep what they have."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from broadsheet.billing.models import Purchase
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import seating
from broadsheet.subscriptions.models import Plan, Price, Subscription
from tests import people
from tests.billing.conftest import (
    Till,
    agreement_of,
    at_stripe,
    at_the_till,
    buy,
    go_to_the_till,
    paid_at_stripe,
    price,
    reads,
    sdk,
    signed_in,
    subscription_of,
)


def edit(plan: Plan, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(plan, name, value)
    plan.save()
    seating.furnish_all.call(plan.pk)


def test_another_amount_is_another_price_at_stripe(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    first = buy(till, nora, price(plans["group"]))
    dearer = price(plans["group"])
    dearer.amount = 4000
    dearer.save()
    assert dearer.stripe_price == ""
    second = buy(till, luis, price(plans["group"]))
    assert (first.amount, second.amount) == (3500, 4000)
    till.advance(days=32)
    till.tell()
    assert paid_at_stripe() == 2 * 3500 + 2 * 4000
    assert agreement_of(nora).amount == 3500


def test_a_price_is_made_once_and_used_for_all(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    for reader in (nora, luis):
        buy(till, reader, price(plans["group"]))
    assert len(sdk().v1.prices.list().data) == 2  # the plan's, and a seat's
    assert len(sdk().v1.products.list().data) == 1


def test_a_price_edited_while_it_is_being_published_does_not_keep_the_old_amount(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    seen = price(plans["group"])
    dearer = price(plans["group"])
    dearer.amount = 4000
    dearer.save()
    go_to_the_till(nora, seen)  # was shown 35.00, and pays that
    buy(till, luis, price(plans["group"]))
    assert agreement_of(luis).amount == 4000


def test_a_price_that_was_retired_at_stripe_is_made_anew(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    buy(till, nora, price(plans["group"]))
    sdk().v1.prices.update(price(plans["group"]).stripe_price, {"active": False})
    buy(till, luis, price(plans["group"]))
    assert reads(luis)


@pytest.mark.parametrize("seats", [3, 7])
def test_other_seats_are_for_those_who_come_after(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader, seats: int
) -> None:
    buy(till, nora, price(plans["group"]), 6)
    edit(plans["group"], seats=seats)
    buy(till, luis, price(Plan.objects.get(code="group")))
    till.tell_again()
    assert subscription_of(nora).seats.count() == 6
    assert subscription_of(luis).seats.count() == seats


def test_more_seats_after_the_plan_has_others_are_as_many_as_were_paid(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    buy(till, nora, price(plans["group"]), 6)
    edit(plans["group"], seats=7)
    client = signed_in(nora)
    shown = client.get("/subscribe/group/", {"seats": "9"}).context["preview"]
    form = {"terms": "1", "seats": "9", "at": f"{shown.at.timestamp():.0f}"}
    client.post("/subscribe/group/", {**form, "today": str(shown.today)})
    assert subscription_of(nora).seats.count() == 9
    assert agreement_of(nora).amount == 3500 + 2 * 600


def test_another_code_keeps_nobody_from_what_they_paid(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    go_to_the_till(nora, price(plans["group"]))
    edit(plans["group"], code="family")
    till.stripe.pay(at_the_till(nora).session_id)
    till.tell()
    assert subscription_of(nora).plan == plans["group"]
    buy(till, luis, price(Plan.objects.get(code="family")))
    assert subscription_of(luis).plan == plans["group"]
    bought = at_stripe(agreement_of(luis))["items"]["data"][0]["price"]
    assert bought["metadata"]["broadsheet_plan"] == "family"


def test_what_is_taken_from_the_plans_page_is_not_sold_and_goes_on_for_those_who_have_it(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    buy(till, nora, price(plans["group"]))
    edit(plans["group"], on_offer=False)
    client = signed_in(luis)
    assert client.get("/subscribe/group/").status_code == 404
    assert client.post("/subscribe/group/", {"terms": "1"}).status_code == 404
    till.advance(days=32)
    till.tell()
    assert reads(nora)


def test_a_price_that_is_deleted_while_somebody_pays_it_was_paid(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    go_to_the_till(nora, price(plans["group"]))
    Price.objects.all().delete()
    till.stripe.pay(at_the_till(nora).session_id)
    till.tell()
    assert reads(nora)


@pytest.mark.parametrize("code", ["free", "staff", "nothing"])
def test_what_is_not_for_sale_is_not_sold(
    till: Till, plans: dict[str, Plan], nora: Reader, code: str
) -> None:
    client = signed_in(nora)
    assert client.get(f"/subscribe/{code}/").status_code == 404
    assert client.post(f"/subscribe/{code}/", {"terms": "1"}).status_code == 404
    assert not Purchase.objects.exists()


def test_a_currency_or_a_rhythm_is_not_chosen_by_address(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    client = signed_in(nora)
    client.post(
        "/subscribe/basic/?currency=EUR&period=day",
        {"terms": "1", "currency": "JPY", "period": "day", "amount": "1", "price": "1"},
    )
    bought = at_the_till(nora).price
    assert bought is not None
    assert (bought.currency, bought.period, bought.amount) == ("USD", "month", 900)


# Nonsense


@pytest.mark.parametrize(
    "fields",
    [
        {"seats": -1},
        {"seats": 10**9},
        {"most_seats": -1},
        {"most_seats": 10**9},
        {"control_share": 101},
        {"mode": "sometimes"},
        {"code": "not a slug"},
        {"code": "premium"},
        {"name": ""},
    ],
)
def test_a_plan_makes_sense(plans: dict[str, Plan], fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(plans["basic"], name, value)
    with pytest.raises(ValidationError):
        plans["basic"].full_clean()


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": 0},
        {"amount": -900},
        {"amount": 10**8},
        {"seat_amount": -1},
        {"currency": "usd"},
        {"currency": "DOLLARS"},
        {"period": "day"},
        {"trial_days": -1},
        {"trial_days": 731},
        {"intro_amount": 900, "intro_periods": 1},
        {"intro_amount": 100, "intro_periods": 0},
        {"intro_amount": None, "intro_periods": 2},
    ],
)
def test_a_price_makes_sense(plans: dict[str, Plan], fields: dict[str, Any]) -> None:
    mine = price(plans["basic"])
    for name, value in fields.items():
        setattr(mine, name, value)
    with pytest.raises(ValidationError):
        mine.full_clean()


def test_two_prices_for_the_same_are_one_too_many(plans: dict[str, Plan]) -> None:
    with pytest.raises(ValidationError):
        Price(plan=plans["basic"], currency="USD", period="month", amount=1).full_clean()


@pytest.mark.parametrize("seats", [0, -1, 10**9])
def test_nobody_is_given_seats_without_number(
    plans: dict[str, Plan], nora: Reader, seats: int
) -> None:
    with pytest.raises(ValidationError):
        Subscription(owner=nora, plan=plans["basic"], seats_bought=seats).full_clean()


def test_what_stripe_said_is_not_edited_by_hand(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    agreement = buy(till, nora, price(plans["group"]))
    irene = people.reader("irene@example.com", is_staff=True, is_superuser=True)
    client: Client = signed_in(irene)
    for model in ("agreement", "invoice", "purchase", "gift", "webhookevent"):
        listing = client.get(f"/admin/snippets/billing/{model}/")
        assert listing.status_code == 200, model
        assert client.get(f"/admin/snippets/billing/{model}/add/").status_code != 200
    for page in ("edit", "delete"):
        address = f"/admin/snippets/billing/agreement/{page}/{agreement.pk}/"
        assert client.get(address).status_code != 200
        client.post(address, {"status": "active"})
    agreement.refresh_from_db()
    assert agreement.live
