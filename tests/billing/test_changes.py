"""What a reader pays is changed by them: they see the money first, and are charged just that."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from broadsheet.billing.models import Agreement
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import seating
from broadsheet.subscriptions.models import Invitation, Plan, Price
from tests import people
from tests.billing.conftest import (
    Till,
    agreement_of,
    at_stripe,
    buy,
    letters_to,
    new_card,
    paid_at_stripe,
    price,
    sdk,
    signed_in,
    subscription_of,
)


class Change:
    """A plan's page as a reader has it before them, with its button."""

    def __init__(self, client: Client, plan: str, **asked: Any) -> None:
        self.client, self.address = client, f"/subscribe/{plan}/"
        self.page = client.get(self.address, asked)
        self.preview = self.page.context.get("preview")
        self.form = {"terms": "1", **{name: str(one) for name, one in asked.items()}}
        if self.preview is not None:
            self.form["at"] = f"{self.preview.at.timestamp():.0f}"
            self.form["today"] = str(self.preview.today)

    @property
    def today(self) -> int:
        assert self.preview is not None
        return int(self.preview.today)

    def press(self, **other: str) -> HttpResponse:
        return self.client.post(self.address, {**self.form, **other})


def text(answer: HttpResponse) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def group(till: Till, plans: dict[str, Plan], nora: Reader) -> Agreement:
    """Nora pays 35.00 a month for five, since ten days."""
    agreement = buy(till, nora, price(plans["group"]))
    till.advance(days=10)
    return agreement


@pytest.mark.parametrize(
    ("plan", "asked"),
    [
        ("group", {"seats": 9}),
        ("group", {"seats": 6, "period": "year"}),
        ("premium", {"period": "year"}),
    ],
    ids=["more seats", "by the year", "a dearer plan by the year"],
)
def test_what_is_shown_is_charged_to_the_cent(
    till: Till, group: Agreement, nora: Reader, plan: str, asked: dict[str, Any]
) -> None:
    before = paid_at_stripe()
    change = Change(signed_in(nora), plan, **asked)
    assert change.today > 0
    assert f"${change.today / 100:,.2f}" in text(change.page)
    assert change.press().status_code == 302
    assert paid_at_stripe() - before == change.today
    agreement = agreement_of(nora)
    assert agreement.stripe_id == group.stripe_id
    assert (agreement.period, subscription_of(nora).plan.code) == (
        asked.get("period", "month"),
        plan,
    )
    assert agreement.amount == sum(
        item["price"]["unit_amount"] * item["quantity"]
        for item in at_stripe(agreement)["items"]["data"]
    )


def test_a_change_is_told_once_and_its_invoice_has_a_receipt(
    till: Till, group: Agreement, nora: Reader
) -> None:
    Change(signed_in(nora), "group", seats=9).press()
    till.tell_again()
    assert subscription_of(nora).seats.count() == 9
    assert sorted(letters_to(nora)) == ["plan_changed", "receipt", "receipt", "welcome"]


def test_a_smaller_plan_is_credited_and_the_credit_is_used(
    till: Till, group: Agreement, nora: Reader
) -> None:
    change = Change(signed_in(nora), "basic")
    assert change.today < 0
    assert "Credited against what comes" in text(change.page)
    assert change.press().status_code == 302
    assert paid_at_stripe() == 3500
    till.advance(days=25)
    till.tell()
    left = -change.today - 900
    assert paid_at_stripe() == 3500 + max(0, -left)
    assert subscription_of(nora).seats.count() == 1


def test_fewer_seats_than_readers_is_refused_on_the_page_and_at_the_button(
    till: Till, group: Agreement, nora: Reader
) -> None:
    change = Change(signed_in(nora), "basic")
    bought = subscription_of(nora)
    for number in range(4):
        seating.seat(people.reader(f"r{number}@example.com"), bought)
    assert "5 people read" in text(Change(signed_in(nora), "premium", seats=4).page)
    assert "5 people read" in text(change.press())
    assert at_stripe(group)["items"]["data"][0]["price"]["unit_amount"] == 3500
    assert subscription_of(nora).seats.exclude(reader=None).count() == 5


def test_a_change_in_the_trial_costs_nothing_and_the_trial_goes_on(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    ends = buy(till, nora, price(plans["premium"])).trial_ends_at
    change = Change(signed_in(nora), "premium", seats=5)
    assert change.today == 0
    change.press()
    agreement = agreement_of(nora)
    assert (agreement.trial_ends_at, agreement.amount) == (ends, 1400 + 3 * 500)
    assert paid_at_stripe() == 0


def test_a_change_takes_a_cancellation_back(till: Till, group: Agreement, nora: Reader) -> None:
    client = signed_in(nora)
    client.post("/account/subscription/cancel/")
    assert subscription_of(nora).ends_at is not None
    Change(client, "group", seats=6).press()
    assert subscription_of(nora).ends_at is None
    assert agreement_of(nora).cancel_at is None


def test_what_was_shown_too_long_ago_is_shown_again(
    till: Till, group: Agreement, nora: Reader
) -> None:
    change = Change(signed_in(nora), "group", seats=6)
    till.advance(seconds=31 * 60)
    answer = change.press()
    assert "The price has moved on" in text(answer)
    assert paid_at_stripe() == 3500
    assert answer.context["preview"].at > change.preview.at  # type: ignore[attr-defined,union-attr]


def test_what_is_shown_before_a_renewal_is_not_charged_after_it(
    till: Till, group: Agreement, nora: Reader
) -> None:
    till.advance_to_renewal(group)
    change = Change(signed_in(nora), "group", seats=6)
    till.advance(seconds=20 * 60)
    assert "The price has moved on" in text(change.press())
    assert subscription_of(nora).seat_count == 5


def test_an_amount_that_was_not_shown_is_not_charged(
    till: Till, group: Agreement, nora: Reader, plans: dict[str, Plan]
) -> None:
    change = Change(signed_in(nora), "group", seats=6)
    for today in ("1", "-1", "0", "", "1e3", "٣", "9" * 30):
        assert change.press(today=today).status_code == 422
    for at in ("", "0", "-1", "9" * 11, "later"):
        assert change.press(at=at).status_code == 422
    dearer = price(plans["group"])
    dearer.seat_amount = 999
    dearer.save()
    assert "The price has moved on" in text(change.press())
    assert paid_at_stripe() == 3500


def test_pressing_twice_charges_once(till: Till, group: Agreement, nora: Reader) -> None:
    change = Change(signed_in(nora), "group", seats=6)
    change.press()
    change.press()
    assert paid_at_stripe() == 3500 + change.today
    assert subscription_of(nora).seat_count == 6


def test_a_declined_card_changes_nothing_and_the_next_one_pays_by_the_same_button(
    till: Till, group: Agreement, nora: Reader
) -> None:
    new_card(group, "pm_card_chargeCustomerFail")
    change = Change(signed_in(nora), "group", seats=6)
    for _ in range(2):
        answer = change.press()
        assert answer.status_code == 422
        assert "Nothing was changed" in text(answer)
    till.tell()
    assert subscription_of(nora).seat_count == 5
    assert at_stripe(group)["status"] == "active"
    new_card(group)
    assert change.press().status_code == 302
    assert change.press().status_code == 422
    assert paid_at_stripe() == 3500 + change.today


def test_a_bank_that_wants_to_ask_is_told_apart_from_one_that_says_no(
    till: Till, group: Agreement, nora: Reader
) -> None:
    new_card(group, "pm_card_authenticationRequired")
    answer = Change(signed_in(nora), "group", seats=6).press()
    assert "The bank wants you to confirm" in text(answer)
    assert subscription_of(nora).seat_count == 5


def test_who_is_named_while_changing_is_invited(till: Till, group: Agreement, nora: Reader) -> None:
    answer = Change(signed_in(nora), "group", seats=6, next="/us/a/").press(invite="x@example.com")
    assert answer.url == "/us/a/"  # type: ignore[attr-defined]
    assert Invitation.objects.get().email == "x@example.com"


def test_what_ended_at_stripe_meanwhile_is_not_changed_and_nothing_breaks(
    till: Till, group: Agreement, nora: Reader
) -> None:
    client = signed_in(nora)
    change = Change(client, "group", seats=6)
    sdk().v1.subscriptions.cancel(group.stripe_id)
    till.lose()
    answers = [
        change.press(),
        client.get("/subscribe/group/"),
        client.get("/account/subscription/"),
    ]
    assert {one.status_code for one in answers} <= {200, 302, 422}
    assert not Agreement.objects.filter(live=True).exists()


@pytest.mark.parametrize("button", ["cancel", "keep", "pause", "resume"])
def test_a_button_on_a_page_that_is_out_of_date_says_so(
    till: Till, group: Agreement, nora: Reader, button: str
) -> None:
    sdk().v1.subscriptions.cancel(group.stripe_id)
    till.lose()
    answer = signed_in(nora).post(f"/account/subscription/{button}/", {"days": "30"}, follow=True)
    assert answer.status_code == 200
    assert "It has changed meanwhile" in text(answer)


def test_the_same_again_is_no_change(till: Till, group: Agreement, nora: Reader) -> None:
    change = Change(signed_in(nora), "group", seats=5)
    assert "This is what you have now" in text(change.page)
    assert change.preview is None
    now = f"{timezone.now().timestamp():.0f}"
    change.press(at=now, today="0")
    assert paid_at_stripe() == 3500
    assert letters_to(nora).count("plan_changed") == 0


def test_whoever_pays_in_euros_goes_on_in_euros(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    buy(till, nora, price(plans["basic"], "year", "EUR"))
    change = Change(signed_in(nora), "premium", period="year", currency="USD")
    assert change.preview.currency == "EUR"  # type: ignore[union-attr]
    change.press(currency="USD")
    assert agreement_of(nora).currency == "EUR"


@pytest.mark.parametrize("seats", ["-1", "0", "1e5", "1.5", "501", "99999999999", "None", "%00"])
def test_seats_that_are_not_sold_are_not_sold(
    till: Till, group: Agreement, nora: Reader, seats: str
) -> None:
    change = Change(signed_in(nora), "group", seats=seats)
    assert "Choose a number between them" in text(change.page)
    assert change.press().status_code == 422
    assert subscription_of(nora).seat_count == 5


def test_a_plan_without_a_price_for_seats_has_no_further_seats(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    Price.objects.filter(plan=plans["premium"]).update(seat_amount=None)
    answer = signed_in(nora).post("/subscribe/premium/", {"terms": "1", "seats": "3"})
    assert answer.status_code == 422
