"""Two clicks end a subscription, one takes that back, and in the first days all money goes back."""

import pytest
from django.test import Client

from broadsheet.billing.models import Agreement, Invoice
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import seating
from broadsheet.subscriptions.models import Plan
from tests.billing.conftest import (
    Till,
    a_minute_passes,
    agreement_of,
    at_stripe,
    buy,
    letters_to,
    paid_at_stripe,
    price,
    reads,
    sdk,
    signed_in,
    subscription_of,
    undo_what_is_left,
)


@pytest.fixture
def client(till: Till, plans: dict[str, Plan], nora: Reader) -> Client:
    buy(till, nora, price(plans["group"]))
    return signed_in(nora)


def test_whoever_cancels_reads_on_until_what_is_paid_is_used_up(
    till: Till, client: Client, nora: Reader
) -> None:
    renews = agreement_of(nora).renews_at
    client.post("/account/subscription/cancel/", {"reason": "no time"})
    till.tell()
    assert subscription_of(nora).ends_at == renews
    assert reads(nora)
    assert at_stripe(agreement_of(nora))["cancellation_details"]["comment"] == "no time"
    till.advance(days=32)
    till.tell()
    assert not reads(nora)
    assert paid_at_stripe() == 3500
    told = letters_to(nora)
    assert (told.count("ending"), told.count("ended")) == (1, 1)


def test_a_cancellation_is_taken_back_in_one_click(
    till: Till, client: Client, nora: Reader
) -> None:
    client.post("/account/subscription/cancel/")
    client.post("/account/subscription/keep/")
    assert subscription_of(nora).ends_at is None
    till.advance(days=32)
    till.tell()
    assert paid_at_stripe() == 7000


def test_an_end_that_staff_wrote_at_stripe_is_taken_back_as_well(
    till: Till, client: Client, nora: Reader
) -> None:
    agreement = agreement_of(nora)
    sdk().v1.subscriptions.update(agreement.stripe_id, {"cancel_at": till.stripe.now + 86400})
    till.tell()
    assert subscription_of(nora).ends_at is not None
    client.post("/account/subscription/keep/")
    assert subscription_of(nora).ends_at is None


def test_a_trial_that_is_cancelled_is_never_paid(
    till: Till, plans: dict[str, Plan], luis: Reader
) -> None:
    agreement = buy(till, luis, price(plans["premium"]))
    signed_in(luis).post("/account/subscription/cancel/")
    assert subscription_of(luis).ends_at == agreement.trial_ends_at
    till.advance(days=15)
    till.tell()
    assert (reads(luis), paid_at_stripe()) == (False, 0)


def test_a_subscription_is_bought_anew_after_its_end(
    till: Till, client: Client, plans: dict[str, Plan], nora: Reader
) -> None:
    client.post("/account/subscription/cancel/")
    till.advance(days=32)
    till.tell()
    agreement = buy(till, nora, price(plans["basic"], "year"))
    assert (reads(nora), agreement.amount) == (True, 9000)
    assert letters_to(nora).count("welcome") == 2


# Withdrawing


def test_whoever_thinks_better_of_it_gets_everything_back(
    till: Till, client: Client, nora: Reader, luis: Reader
) -> None:
    seating.seat(luis, subscription_of(nora))
    assert "Withdraw" in client.get("/account/subscription/").content.decode()
    client.post("/account/subscription/withdraw/")
    client.post("/account/subscription/withdraw/")
    undo_what_is_left()
    till.tell()
    assert paid_at_stripe() == 0
    assert not reads(nora)
    assert not reads(luis)
    told = letters_to(nora)
    assert (told.count("ended"), told.count("refund"), told.count("paid_twice")) == (1, 1, 0)
    assert Invoice.objects.get().refunded == 3500


def test_withdrawing_needs_no_webhook(till: Till, client: Client, nora: Reader) -> None:
    client.post("/account/subscription/withdraw/")
    undo_what_is_left()
    till.lose()
    a_minute_passes(till)
    assert not Agreement.objects.filter(live=True).exists()
    assert not reads(nora)


def test_after_the_first_days_it_is_cancelled_instead(
    till: Till, client: Client, nora: Reader
) -> None:
    till.advance(days=15)
    assert client.post("/account/subscription/withdraw/").url == "/account/subscription/cancel/"  # type: ignore[attr-defined]
    undo_what_is_left()
    assert (reads(nora), paid_at_stripe()) == (True, 3500)
