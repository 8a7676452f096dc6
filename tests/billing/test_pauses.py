"""A subscription rests: nothing is paid, what was paid is used up, and nobody reads for nothing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.billing.models import Agreement
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan
from tests.billing.conftest import (
    Till,
    a_minute_passes,
    agreement_of,
    at_stripe,
    buy,
    letters_to,
    new_card,
    paid_at_stripe,
    price,
    reads,
    sdk,
    signed_in,
    subscription_of,
)


@pytest.fixture
def client(till: Till, plans: dict[str, Plan], nora: Reader) -> Client:
    """Nora, who pays 35.00 a month since a fortnight."""
    buy(till, nora, price(plans["group"]))
    till.advance(days=14)
    return signed_in(nora)


def pause(client: Client, days: int = 30) -> str:
    answer = client.post("/account/subscription/pause/", {"days": str(days)}, follow=True)
    return answer.content.decode()


def resume(client: Client) -> str:
    return client.post("/account/subscription/resume/", follow=True).content.decode()


def test_a_pause_begins_when_what_is_paid_is_used_up(
    till: Till, client: Client, nora: Reader
) -> None:
    paid_until = agreement_of(nora).renews_at
    assert "Paused." in pause(client)
    agreement = agreement_of(nora)
    assert agreement.paused_until == paid_until + timedelta(days=30)  # type: ignore[operator]
    assert subscription_of(nora).ends_at == paid_until
    assert reads(nora)
    till.advance(days=20)
    till.tell()
    assert not reads(nora)
    assert paid_at_stripe() == 3500
    assert letters_to(nora).count("paused") == 1


def test_a_pause_that_is_over_is_paid_on_that_day_and_the_paper_is_open_again(
    till: Till, client: Client, nora: Reader
) -> None:
    pause(client)
    till.advance(days=48)
    till.tell()
    assert (reads(nora), paid_at_stripe()) == (False, 3500)
    a_minute_passes(till)
    assert (reads(nora), paid_at_stripe()) == (True, 7000)
    agreement = agreement_of(nora)
    assert not agreement.paused
    assert agreement.renews_at > timezone.now() + timedelta(days=27)  # type: ignore[operator]
    for _ in range(2):
        a_minute_passes(till)
        till.tell_again()
    assert paid_at_stripe() == 7000


def test_a_year_that_begins_in_a_pause_is_paid_after_it(
    till: Till, plans: dict[str, Plan], luis: Reader
) -> None:
    buy(till, luis, price(plans["group"], "year"))
    till.advance(days=350)
    pause(signed_in(luis))
    till.advance(days=47)
    till.tell()
    a_minute_passes(till)
    assert (reads(luis), paid_at_stripe()) == (True, 70000)


def test_a_pause_taken_back_before_it_began_changes_nothing(
    till: Till, client: Client, nora: Reader
) -> None:
    renews = agreement_of(nora).renews_at
    pause(client)
    assert "goes on" in resume(client)
    assert subscription_of(nora).ends_at is None
    assert agreement_of(nora).renews_at == renews
    assert paid_at_stripe() == 3500
    till.advance(days=20)
    assert paid_at_stripe() == 7000


def test_whoever_goes_on_early_pays_for_a_new_period_at_once(
    till: Till, client: Client, nora: Reader
) -> None:
    pause(client, 90)
    till.advance(days=30)
    till.tell()
    resume(client)
    assert (reads(nora), paid_at_stripe()) == (True, 7000)
    resume(client)
    assert paid_at_stripe() == 7000


def test_whoever_goes_on_with_a_card_that_is_refused_rests_on(
    till: Till, client: Client, nora: Reader
) -> None:
    pause(client, 90)
    till.advance(days=30)
    till.tell()
    new_card(agreement_of(nora), "pm_card_chargeCustomerFail")
    assert "The bank refused the payment." in resume(client)
    assert (reads(nora), agreement_of(nora).paused) == (False, True)
    new_card(agreement_of(nora))
    resume(client)
    assert (reads(nora), paid_at_stripe()) == (True, 7000)


def test_a_pause_whose_day_has_come_with_a_bad_card_is_a_payment_that_is_due(
    till: Till, client: Client, nora: Reader
) -> None:
    pause(client)
    till.advance(days=48)
    till.tell()
    new_card(agreement_of(nora), "pm_card_chargeCustomerFail")
    a_minute_passes(till)
    till.tell()
    agreement = agreement_of(nora)
    assert (agreement.status, agreement.paused) == ("past_due", False)
    assert letters_to(nora).count("payment_failed") == 1


def test_pausing_again_and_again_opens_nothing(till: Till, client: Client, nora: Reader) -> None:
    pause(client)
    ends = subscription_of(nora).ends_at
    till.advance(days=20)
    till.tell()
    assert "It has changed meanwhile" in pause(client, 90)
    assert subscription_of(nora).ends_at == ends
    assert not reads(nora)


def test_nothing_is_added_while_it_rests(till: Till, client: Client, nora: Reader) -> None:
    pause(client)
    answer = client.get("/subscribe/group/?seats=9", follow=True).content.decode()
    assert "Let it go on first" in answer
    client.post("/subscribe/group/", {"terms": "1", "seats": "9", "at": "1", "today": "0"})
    assert len(at_stripe(agreement_of(nora))["items"]["data"]) == 1


def test_it_can_be_cancelled_while_it_rests_without_paying_first(
    till: Till, client: Client, nora: Reader
) -> None:
    pause(client)
    assert (
        'href="/account/subscription/cancel/"'
        in client.get("/account/subscription/").content.decode()
    )
    ends = subscription_of(nora).ends_at
    client.post("/account/subscription/cancel/")
    assert subscription_of(nora).ends_at == ends
    till.advance(days=100)
    till.tell()
    a_minute_passes(till)
    assert not Agreement.objects.filter(live=True).exists()
    assert paid_at_stripe() == 3500


@pytest.mark.parametrize("days", ["", "0", "-30", "31", "9999"])
def test_a_pause_lasts_as_long_as_is_offered(client: Client, nora: Reader, days: str) -> None:
    client.post("/account/subscription/pause/", {"days": days})
    assert not agreement_of(nora).paused


def test_a_trial_and_what_is_cancelled_or_due_are_not_paused(
    till: Till, client: Client, nora: Reader, luis: Reader, plans: dict[str, Plan]
) -> None:
    buy(till, luis, price(plans["premium"]))
    assert "It has changed meanwhile" in pause(signed_in(luis))
    client.post("/account/subscription/cancel/")
    assert "It has changed meanwhile" in pause(client)
    assert not Agreement.objects.filter(paused=True).exists()


def test_a_pause_made_by_staff_at_stripe_takes_nothing_from_readers(
    till: Till, client: Client, nora: Reader
) -> None:
    sdk().v1.subscriptions.update(
        agreement_of(nora).stripe_id, {"pause_collection": {"behavior": "void"}}
    )
    till.advance(days=20)
    till.tell()
    assert (agreement_of(nora).paused, reads(nora)) == (True, True)
