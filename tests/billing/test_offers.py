"""Codes make it cheaper, for whom and for what they were meant, and are not learnt by trying."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from broadsheet.billing import offers
from broadsheet.billing.models import Offer, OfferUse
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan
from tests.billing.conftest import (
    Till,
    agreement_of,
    at_the_till,
    buy,
    paid_at_stripe,
    price,
    sdk,
    signed_in,
)

PROMOTION, STUDENTS, STAYING = Offer.Kinds.PROMOTION, Offer.Kinds.STUDENTS, Offer.Kinds.STAYING


def offer(code: str = "HALF-2027", kind: Offer.Kinds = PROMOTION, **fields: Any) -> Offer:
    return Offer.objects.create(code=code, kind=kind, **{"percent": 50, **fields})


def price_shown(client: Client, plan: str = "premium", **asked: str) -> str:
    return client.get(f"/subscribe/{plan}/", {"period": "year", **asked}).content.decode()


def buy_with(till: Till, reader: Reader, code: str, plan: str = "premium", **more: str) -> None:
    fields = {"terms": "1", "period": "year", "code": code, **more}
    assert signed_in(reader).post(f"/subscribe/{plan}/", fields).status_code == 302
    till.stripe.pay(at_the_till(reader).session_id)
    till.tell()


def test_percent_off_for_as_long_as_it_is_paid(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    offer(kind=STUDENTS, code="STUDENTS", percent=40)
    assert "$84.00" in price_shown(signed_in(nora), code="students")
    buy_with(till, nora, " students ")
    assert paid_at_stripe() == 8400
    till.advance(days=366)
    assert paid_at_stripe() == 2 * 8400


def test_percent_off_for_some_months(till: Till, plans: dict[str, Plan], nora: Reader) -> None:
    offer(periods=3)
    buy_with(till, nora, "HALF-2027", "group", period="month")
    for _ in range(3):
        till.advance(days=31)
    assert paid_at_stripe() == 3 * 1750 + 3500


def test_what_is_shown_is_what_is_charged_to_the_cent(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    sold = price(plans["group"], "year")
    sold.amount, sold.seat_amount = 33333, 1111
    sold.save()
    offer(percent=15)
    page = price_shown(signed_in(nora), "group", code="HALF-2027", seats="6")
    buy_with(till, nora, "HALF-2027", "group", seats="6")
    assert f"${paid_at_stripe() / 100:.2f}" in page


def test_free_for_good_is_bought_like_anything_else(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    offer(percent=100)
    buy_with(till, nora, "HALF-2027")
    assert agreement_of(nora).live
    assert paid_at_stripe() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"ends_at": timezone.now() - timedelta(minutes=1)},
        {"active": False},
        {"currency": "EUR"},
        {"most_uses": 0},
        {"kind": STAYING},
    ],
    ids=["over", "put away", "another currency's", "used up", "for those who leave"],
)
def test_a_code_that_does_not_fit_works_for_nobody(
    till: Till, plans: dict[str, Plan], nora: Reader, fields: dict[str, Any]
) -> None:
    offer(**fields)
    assert "does not work for this plan" in price_shown(signed_in(nora), code="HALF-2027")


def test_every_code_that_does_not_work_is_answered_with_the_same_words(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    offer(active=False)
    page = price_shown(signed_in(nora), code="HALF-2027")
    unknown = price_shown(signed_in(nora), code="NONE-2027")
    assert page.count("HALF-2027") == unknown.count("NONE-2027") > 0


def test_a_code_is_for_the_plans_it_was_made_for(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    offer().plans.set([plans["group"]])
    assert "does not work" in price_shown(signed_in(nora), code="HALF-2027")
    assert "does not work" not in price_shown(signed_in(nora), "group", code="HALF-2027")


def test_a_reader_uses_a_code_once(till: Till, plans: dict[str, Plan], nora: Reader) -> None:
    offer()
    buy_with(till, nora, "HALF-2027")
    sdk().v1.subscriptions.cancel(agreement_of(nora).stripe_id)
    till.tell()
    assert OfferUse.objects.count() == 1
    assert "does not work" in price_shown(signed_in(nora), code="HALF-2027")


def test_the_last_use_of_a_code_belongs_to_whoever_stands_at_the_till_with_it(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    offer(most_uses=1)
    fields = {"terms": "1", "period": "year", "code": "HALF-2027"}
    assert signed_in(nora).post("/subscribe/premium/", fields).status_code == 302
    refused = signed_in(luis).post("/subscribe/premium/", fields)
    assert "does not work" in refused.content.decode()
    assert "does not work" not in price_shown(signed_in(nora), code="HALF-2027")
    till.advance(days=2)
    till.tell()
    buy_with(till, luis, "HALF-2027")
    assert paid_at_stripe() == 7000


def test_two_who_press_at_once_do_not_both_get_the_last_use(
    till: Till,
    plans: dict[str, Plan],
    nora: Reader,
    luis: Reader,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offer(most_uses=1)
    fields = {"terms": "1", "period": "year", "code": "HALF-2027"}
    found = offers.find

    def find(*args: Any) -> Offer:
        mine = found(*args)
        monkeypatch.setattr(offers, "find", found)
        signed_in(luis).post("/subscribe/premium/", fields)  # in this very moment
        return mine

    monkeypatch.setattr(offers, "find", find)
    answer = signed_in(nora).post("/subscribe/premium/", fields)
    assert answer.status_code == 422
    assert "does not work" in answer.content.decode()


def test_an_edited_offer_is_another_coupon_and_who_has_it_keeps_theirs(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    mine = offer()
    buy_with(till, nora, "HALF-2027")
    mine.refresh_from_db()
    mine.percent = 10
    mine.save()
    buy_with(till, luis, "HALF-2027")
    till.advance(days=366)
    assert paid_at_stripe() == 2 * 7000 + 2 * 12600


def test_wrong_codes_can_be_tried_ten_times_an_hour_by_whatever_way(
    till: Till, plans: dict[str, Plan], nora: Reader, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"offer_code": "10/h/user"}
    cache.clear()
    offer()
    client = signed_in(nora)
    for number in range(9):
        assert "Too many" not in price_shown(client, code=f"GUESS-{number}")
    for _ in range(12):  # a good one may be looked at as often as its reader likes
        assert "Too many" not in price_shown(client, code="HALF-2027")
    answer = client.post("/gifts/redeem/", {"code": "guess"})
    assert answer.status_code == 422
    assert "Too many" in price_shown(client, code="HALF-2027")
    assert client.post("/gifts/redeem/", {"code": "guess"}).status_code == 429
    cache.clear()


# Those who are about to leave


def test_whoever_cancels_is_offered_less_to_pay_and_may_stay_for_it(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    offer("STAY", STAYING, percent=25, periods=2)
    agreement = buy(till, nora, price(plans["group"]))
    client = signed_in(nora)
    assert "25% less for 2 months" in client.get("/account/subscription/cancel/").content.decode()
    client.post("/account/subscription/cancel/", {"stay": "1"})
    agreement.refresh_from_db()
    assert (agreement.cancel_at, agreement.live) == (None, True)
    till.advance(days=32)
    assert paid_at_stripe() == 3500 + 2625


def test_staying_is_offered_once(till: Till, plans: dict[str, Plan], nora: Reader) -> None:
    offer("STAY", STAYING)
    buy(till, nora, price(plans["group"]))
    client = signed_in(nora)
    for _ in range(2):
        client.post("/account/subscription/cancel/", {"stay": "1"})
    page = client.get("/account/subscription/cancel/").content.decode()
    assert "Stay for less" not in page
    assert OfferUse.objects.count() == 1


@pytest.mark.parametrize("fields", [{"most_uses": 0}, {"currency": "EUR"}, {"active": False}])
def test_staying_is_offered_within_the_offer_s_limits(
    till: Till, plans: dict[str, Plan], nora: Reader, fields: dict[str, Any]
) -> None:
    offer("STAY", STAYING, **fields)
    agreement = buy(till, nora, price(plans["group"]))
    assert offers.for_leaving(agreement, timezone.now()) is None


@pytest.mark.parametrize("fields", [{"percent": 101}, {"percent": 0}, {"code": "small case"}])
def test_an_offer_makes_sense(db: None, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Offer(**{"code": "GOOD", "kind": PROMOTION, "percent": 10, **fields}).full_clean()
