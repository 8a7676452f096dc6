"""A subscription is given: bought by one reader, sent or printed, redeemed once by another."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings
from wagtail.models import Page, Site

from broadsheet.billing import giving
from broadsheet.billing.models import Gift, Purchase
from broadsheet.mail.models import Letter
from broadsheet.newsroom.models import Edition, Paper
from broadsheet.newsroom.models.paper import EDITION_COOKIE
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan, Price, Subscription
from tests import people
from tests.billing.conftest import (
    Till,
    a_minute_passes,
    at_the_till,
    buy,
    letters_to,
    paid_at_stripe,
    price,
    reads,
    signed_in,
    subscription_of,
)


@pytest.fixture
def edition(db: None) -> Edition:
    """The paper for Spain."""
    paper = Page.get_first_root_node().add_child(instance=Paper(title="The Test Sheet"))
    Site.objects.update(root_page=paper)
    Site.clear_site_root_paths_cache()
    spain = Edition(title="España", slug="es", time_zone="Europe/Madrid", currency="EUR")
    added: Edition = paper.add_child(instance=spain)
    return added


def give(client: Client, of: Price, periods: int = 3, **fields: str) -> Any:
    form = {"what": f"{of.pk}-{periods}", "giver": "Nora", "receiver": "Luis", **fields}
    return client.post("/gifts/give/", form)


def gift_for(till: Till, nora: Reader, of: Price, periods: int = 3, **fields: str) -> Gift:
    assert give(signed_in(nora), of, periods, **fields).status_code == 302
    till.stripe.pay(at_the_till(nora).session_id)
    till.tell()
    return Gift.objects.latest("pk")


def redeem(reader: Reader, gift: Gift) -> str:
    return signed_in(reader).post(f"/gifts/{gift.code}/", follow=True).content.decode()


def test_a_gift_is_paid_once_and_its_giver_gets_a_card_to_print(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    client = signed_in(nora)
    give(client, price(plans["basic"]), message="Happy birthday")
    purchase = at_the_till(nora)
    till.stripe.pay(purchase.session_id)
    card = client.get(f"/subscribe/done/{purchase.token}/", follow=True).content.decode()
    gift = Gift.objects.get()
    for words in ("Luis", "Nora", "Happy birthday", "3 months", gift.code):
        assert words in card
    till.tell_again()
    assert Gift.objects.count() == 1
    assert paid_at_stripe() == 2700
    assert sorted(letters_to(nora)) == ["gift_bought", "receipt"]
    assert "$27.00" in Letter.objects.get(kind="gift_bought").text
    assert not reads(nora)


def test_a_gift_at_the_till_is_not_printed_before_it_is_paid(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    client = signed_in(nora)
    give(client, price(plans["basic"]))
    purchase = at_the_till(nora)
    assert client.get(f"/subscribe/done/{purchase.token}/").status_code == 200
    till.advance(days=2)
    a_minute_passes(till)
    answer = client.get(f"/subscribe/done/{purchase.token}/", follow=True)
    assert "Nothing was paid." in answer.content.decode()
    assert not Gift.objects.exists()


def test_a_gift_is_sent_on_its_day_in_the_morning_of_its_edition(
    till: Till, plans: dict[str, Plan], nora: Reader, edition: Edition
) -> None:
    client = signed_in(nora)
    client.cookies[EDITION_COOKIE] = edition.slug
    day = (timezone.now() + timedelta(days=10)).date()
    of = price(plans["basic"], currency="EUR")
    give(client, of, receiver_email="luis@example.com", deliver_on=day.isoformat())
    till.stripe.pay(at_the_till(nora).session_id)
    till.tell()
    gift = Gift.objects.get()
    assert gift.deliver_at == datetime(
        day.year, day.month, day.day, 8, tzinfo=ZoneInfo("Europe/Madrid")
    )
    till.advance(seconds=int((gift.deliver_at - timezone.now()).total_seconds()) - 300)
    giving.deliver()
    assert letters_to("luis@example.com") == []
    till.advance(seconds=600)
    for _ in range(2):
        giving.deliver()
    assert letters_to("luis@example.com") == ["gift"]


def test_a_gift_without_a_day_is_sent_at_once_and_one_without_an_address_never(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    gift_for(till, nora, price(plans["basic"]), receiver_email="luis@example.com")
    printed = gift_for(till, nora, price(plans["basic"]))
    a_minute_passes(till)
    assert Letter.objects.filter(kind="gift").count() == 1
    printed.refresh_from_db()
    assert printed.delivered_at is None


def test_one_gift_that_cannot_be_sent_keeps_nothing_else_waiting(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    bad = gift_for(till, nora, price(plans["basic"]), receiver_email="a@example.com")
    gift_for(till, nora, price(plans["basic"]), receiver_email="luis@example.com")
    Gift.objects.filter(pk=bad.pk).update(receiver_email="no address")
    a_minute_passes(till)
    assert letters_to("luis@example.com") == ["gift"]


@pytest.mark.parametrize(
    "fields",
    [
        {"what": "0-3"},
        {"what": "x"},
        {"giver": ""},
        {"receiver_email": "nobody"},
        {"deliver_on": "2020-01-01"},
        {"deliver_on": "2999-01-01"},
        {"deliver_on": "soon"},
        {"message": "x" * 601},
    ],
)
def test_nonsense_goes_to_no_till(
    till: Till, plans: dict[str, Plan], nora: Reader, fields: dict[str, str]
) -> None:
    assert give(signed_in(nora), price(plans["basic"]), **fields).status_code == 422
    assert not Purchase.objects.exists()


def test_a_gift_is_of_what_was_paid_whatever_staff_do_meanwhile(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    give(signed_in(nora), price(plans["premium"]), 6)
    purchase = at_the_till(nora)
    plans["premium"].prices.all().delete()
    till.stripe.pay(purchase.session_id)
    till.tell()
    redeem(luis, Gift.objects.get())
    assert subscription_of(luis).seats.count() == 2
    assert paid_at_stripe() == 6 * 1400


# Redeeming


def test_somebody_without_an_account_makes_one_and_reads(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    gift = gift_for(till, nora, price(plans["basic"]), receiver_email="new@example.com")
    visitor = Client()
    page = visitor.get(f"/gifts/{gift.code}/").content.decode()
    assert f"/account/signup/?next=/gifts/{gift.code}/" in page
    assert visitor.post(f"/gifts/{gift.code}/").status_code == 200
    assert not Subscription.objects.exists()
    new = people.reader("new@example.com")
    assert "The paper is yours until" in redeem(new, gift)
    assert reads(new)
    assert letters_to(nora)[-1] == "gift_redeemed"
    till.advance(days=95)
    assert not reads(new)


def test_a_gift_is_redeemed_once(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    gift = gift_for(till, nora, price(plans["basic"]))
    redeem(luis, gift)
    assert "This gift was redeemed" in redeem(people.reader("eve@example.com"), gift)
    redeem(luis, gift)
    assert Subscription.objects.count() == 1
    assert Client().get(f"/gifts/{gift.code}/").status_code == 410


def test_a_second_gift_begins_after_the_first(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    for _ in range(2):
        redeem(luis, gift_for(till, nora, price(plans["basic"]), 1))
    first, second = Subscription.objects.order_by("starts_at")
    assert second.starts_at == first.ends_at
    till.advance(days=45)
    assert reads(luis)


def test_a_gift_is_not_lost_on_a_subscription_that_goes_on(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    gift = gift_for(till, nora, price(plans["basic"]))
    buy(till, luis, price(plans["basic"]))
    assert "would be lost on you" in redeem(luis, gift)
    gift.refresh_from_db()
    assert gift.redeemed_at is None
    signed_in(luis).post("/account/subscription/cancel/")
    redeem(luis, gift)
    gift.refresh_from_db()
    assert gift.subscription is not None
    bought = Subscription.objects.exclude(pk=gift.subscription.pk).get()
    assert gift.subscription.starts_at == bought.ends_at


@pytest.mark.parametrize(
    ("day", "months", "until"),
    [
        ((2027, 1, 31), 1, (2027, 2, 28)),
        ((2028, 1, 31), 1, (2028, 2, 29)),
        ((2027, 8, 31), 6, (2028, 2, 29)),
        ((2028, 2, 29), 12, (2029, 2, 28)),
        ((2027, 12, 31), 3, (2028, 3, 31)),
    ],
)
def test_months_end_where_the_calendar_has_them_end(
    till: Till,
    plans: dict[str, Plan],
    nora: Reader,
    luis: Reader,
    day: tuple[int, int, int],
    months: int,
    until: tuple[int, int, int],
) -> None:
    gift = gift_for(till, nora, price(plans["basic"]))
    Gift.objects.update(months=months)
    zone = ZoneInfo("Europe/Madrid")
    bought = giving.redeem(gift, luis, datetime(*day, 23, 30, tzinfo=zone), zone)
    assert bought.ends_at == datetime(*until, 23, 30, tzinfo=zone)


@given(st.sampled_from([1, 3, 6]), st.sampled_from(list(Price.Periods)))
def test_months_are_months(periods: int, period: Price.Periods) -> None:
    months = giving.months_of(Price(period=period), periods)
    assert months == periods * (12 if period == "year" else 1)


def test_an_owner_s_gift_outlives_the_account_of_its_giver(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    gift = gift_for(till, nora, price(plans["basic"]), receiver_email="luis@example.com")
    nora.delete()
    a_minute_passes(till)
    assert "A reader of the paper" in Letter.objects.get(kind="gift").text
    assert "You are given Basic" in Client().get(f"/gifts/{gift.code}/").content.decode()
    assert "The paper is yours until" in redeem(luis, gift)


# The code


def test_the_printed_code_is_typed_in(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    gift = gift_for(till, nora, price(plans["basic"]))
    answer = signed_in(luis).post("/gifts/redeem/", {"code": f" {gift.code} "})
    assert answer.url == f"/gifts/{gift.code}/"  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", ["", "x", "x" * 5000, "a/b", "\N{SNOWMAN}", "../admin"])
def test_a_code_of_nobody_s_is_told_to_be_none(
    till: Till, plans: dict[str, Plan], luis: Reader, code: str
) -> None:
    assert signed_in(luis).post("/gifts/redeem/", {"code": code}).status_code == 422
    assert Client().get("/gifts/nothing/").status_code == 404
    assert Client().get("/gifts/nothing/card/").status_code == 404


def test_codes_are_not_guessed(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"offer_code": "10/h/user"}
    cache.clear()
    gift = gift_for(till, nora, price(plans["basic"]))
    assert len(gift.code) >= 22  # 128 bits
    client = signed_in(luis)
    statuses = [client.post("/gifts/redeem/", {"code": f"g{n}"}).status_code for n in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    assert client.post("/gifts/redeem/", {"code": gift.code}).status_code == 429
    cache.clear()


def test_the_giver_finds_their_gifts_and_nobody_else_s(
    till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader
) -> None:
    gift = gift_for(till, nora, price(plans["basic"]))
    assert gift.code in signed_in(nora).get("/gifts/").content.decode()
    assert gift.code not in signed_in(luis).get("/gifts/").content.decode()


def test_a_gift_s_time_is_told_in_utc_where_there_is_no_edition(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    day = (timezone.now() + timedelta(days=3)).date()
    gift = gift_for(till, nora, price(plans["basic"]), deliver_on=day.isoformat())
    assert gift.deliver_at == datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
