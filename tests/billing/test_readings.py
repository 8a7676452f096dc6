"""Stripe is read by many at once: the last reading counts, and none that was begun is forgotten."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from stripe import SubscriptionService

from broadsheet.billing import changes, mirror, sweeping
from broadsheet.billing.models import Agreement, Purchase
from broadsheet.billing.till import TillAway
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan
from tests.billing.conftest import (
    Till,
    a_minute_passes,
    agreement_of,
    at_stripe,
    buy,
    go_to_the_till,
    letters_to,
    price,
    reads,
    sdk,
    signed_in,
    subscription_of,
)


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Has something happen once, after Stripe has answered a reading and before it is written."""
    retrieve = SubscriptionService.retrieve

    def then(happens: Callable[[], object]) -> None:
        def slowly(*args: Any, **kwargs: Any) -> Any:
            monkeypatch.setattr(SubscriptionService, "retrieve", retrieve)
            said = retrieve(*args, **kwargs)
            happens()
            return said

        monkeypatch.setattr(SubscriptionService, "retrieve", slowly)

    return then


type Between = Callable[[Callable[[], object]], None]


def test_an_older_reading_that_comes_in_later_overwrites_nothing(
    till: Till, plans: dict[str, Plan], nora: Reader, between: Between
) -> None:
    agreement = buy(till, nora, price(plans["group"]))

    def another_process_is_faster() -> None:
        sdk().v1.subscriptions.update(agreement.stripe_id, {"cancel_at_period_end": True})
        mirror.subscription(agreement.stripe_id)

    between(another_process_is_faster)
    mirror.subscription(agreement.stripe_id)
    assert agreement_of(nora).cancel_at is not None
    assert subscription_of(nora).ends_at is not None
    assert letters_to(nora).count("ending") == 1


def test_two_that_begin_the_same_begin_it_once_and_the_newer_counts(
    till: Till, plans: dict[str, Plan], nora: Reader, between: Between
) -> None:
    till.stripe.pay(go_to_the_till(nora, price(plans["group"])).session_id)
    (found,) = sdk().v1.subscriptions.list()

    def another_process_is_faster() -> None:
        sdk().v1.subscriptions.update(found.id, {"cancel_at_period_end": True})
        mirror.subscription(found.id)

    between(another_process_is_faster)
    mirror.subscription(found.id)
    assert subscription_of(nora).ends_at is not None
    assert letters_to(nora).count("welcome") == 1


def test_a_change_is_made_though_stripe_goes_away_before_it_is_read_back(
    till: Till, plans: dict[str, Plan], nora: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    buy(till, nora, price(plans["group"]))
    owe = mirror.owe_reading

    def then_it_goes_away(stripe_id: str) -> None:
        owe(stripe_id)
        till.stripe.fail_next(times=3, method="GET", path="/v1/subscriptions")

    client = signed_in(nora)
    monkeypatch.setattr(mirror, "owe_reading", then_it_goes_away)
    assert client.post("/account/subscription/cancel/").status_code == 302
    monkeypatch.setattr(mirror, "owe_reading", owe)
    till.stripe.be_well()
    assert subscription_of(nora).ends_at is None
    till.lose()
    a_minute_passes(till)
    assert subscription_of(nora).ends_at is not None


def test_what_stripe_does_not_know_is_not_asked_for_every_minute(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    buy(till, nora, price(plans["group"]))
    Agreement.objects.update(stripe_id="sub_gone", asked=5, told=4)
    a_minute_passes(till)
    before = len(till.stripe.orders)
    sweeping.sweep.call()
    assert not [one for one in till.stripe.orders[before:] if "sub_gone" in one.path]


def test_one_step_of_the_sweep_that_breaks_does_not_stop_the_others(
    till: Till, plans: dict[str, Plan], nora: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: datetime) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(sweeping, "STEPS", (breaks, *sweeping.STEPS))
    till.stripe.pay(go_to_the_till(nora, price(plans["group"])).session_id)
    a_minute_passes(till)
    assert Purchase.objects.get(customer__reader=nora).state == Purchase.States.PAID
    assert reads(nora)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_page_says_that_the_till_is_away_and_not_that_nothing_was_done(
    till: Till, plans: dict[str, Plan], nora: Reader, status: int
) -> None:
    agreement = buy(till, nora, price(plans["group"]))
    client = signed_in(nora)
    for address in ("/subscribe/basic/", "/account/subscription/cancel/"):
        till.stripe.fail_next(times=3, status=status)
        answer = client.post(address, {"terms": "1"})
        till.stripe.be_well()
        assert answer.status_code in (422, 503)
        assert "nothing was paid" not in answer.content.decode()
    assert at_stripe(agreement)["cancel_at"] is None
    assert client.get("/account/subscription/").status_code == 200


def test_one_lost_answer_is_found_again_without_anybody_noticing(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    till.stripe.fail_next(lost=True, method="POST", path="/v1/checkout/sessions")
    purchase = go_to_the_till(nora, price(plans["group"]))
    assert len(sdk().v1.checkout.sessions.list().data) == 1
    till.stripe.pay(purchase.session_id)
    till.tell()
    assert reads(nora)


def test_the_account_page_needs_no_stripe(till: Till, plans: dict[str, Plan], nora: Reader) -> None:
    buy(till, nora, price(plans["group"]))
    till.stripe.fail_next(times=100)
    for address in ("/account/subscription/", "/account/invoices/", "/plans/", "/account/"):
        assert signed_in(nora).get(address).status_code == 200
    with pytest.raises(TillAway):
        changes.renewal(agreement_of(nora))
