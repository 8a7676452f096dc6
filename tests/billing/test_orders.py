"""In whatever order Stripe's events come, how often, and whether at all: the paper ends where
Stripe is, and every letter is written once.

Each test is a life: some steps at Stripe. After each of them events come in, any of those that
happened so far, shuffled and repeated. At the end the paper is compared with Stripe.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.billing import changes, refunds, sweeping
from broadsheet.billing.models import Agreement, Customer, Invoice
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan
from tests.billing.conftest import (
    Till,
    a_minute_passes,
    at_stripe,
    go_to_the_till,
    letters_to,
    new_card,
    price,
    sdk,
    subscription_of,
)

EXAMPLES = 4
STEP_LETTERS = {"payment_failed", "ending", "paused", "plan_changed"}
"""Told when the paper hears of a step in time; the others are told in any case."""


class Life:
    """One reader's subscription, and the events that come of it as `data` has them come."""

    def __init__(self, till: Till, reader: Reader, plans: dict[str, Plan], data: Any) -> None:
        self.till, self.reader, self.plans, self._data = till, reader, plans, data
        self.heard: set[str] = set()
        """Letters that tell of steps of which the paper heard in time."""

    @property
    def agreement(self) -> Agreement:
        """As the paper knows it, or, when it has not heard of it, as it will."""
        known = Agreement.objects.filter(customer__reader=self.reader).first()
        if known is not None:
            return known
        (found,) = sdk().v1.subscriptions.list({"status": "all"})
        return Agreement(stripe_id=found.id, customer=Customer.objects.get(reader=self.reader))

    def buy(self) -> None:
        purchase = go_to_the_till(self.reader, price(self.plans["group"]))
        self.till.stripe.pay(purchase.session_id)
        self.step()

    def step(self, *letters: str) -> None:
        """Some of the events that happened so far come in; of this step, or not of this step."""
        all_of_them = self.till.stripe.events()
        new = self.till.news()
        self.till.lose()
        draw = self._data.draw
        which = draw(st.lists(st.integers(0, len(all_of_them) - 1), max_size=6), label="again")
        some = [all_of_them[at] for at in which]
        if draw(st.booleans(), label="in time"):
            coming = [*new, *some]
            order = draw(st.permutations(range(len(coming))), label="order")
            self.till.tell(coming[at] for at in order)
            self.heard |= set(letters)
        else:
            self.till.tell(some)

    def end(self) -> None:
        """What was missed is made up for."""
        if self._data.draw(st.booleans(), label="by the sweep first"):
            a_minute_passes(self.till)
        sweeping.reconcile(timezone.now() - timedelta(days=400))
        assert sweeping.reconcile(timezone.now() - timedelta(days=400)) == []

    def check(self, **told: int) -> None:
        """The paper is where Stripe is. `told`: how many letters of each kind."""
        agreement = Agreement.objects.get(customer__reader=self.reader)
        said = at_stripe(agreement)
        bought = subscription_of(self.reader)
        items = said["items"]["data"]
        assert agreement.status == said["status"]
        assert agreement.live == (said["status"] != "canceled")
        assert bought.plan.code == items[0]["price"]["metadata"]["broadsheet_plan"]
        assert bought.seat_count == sum(
            int(one["price"]["metadata"]["seats"]) if at == 0 else one["quantity"]
            for at, one in enumerate(items)
        )
        assert bought.seats.count() == bought.seat_count
        assert bought.payment_due == (said["status"] == "past_due")
        assert bought.ends_at == _end(said)
        self._check_invoices()
        written = letters_to(self.reader)
        for kind in {*written, *told}:
            count = written.count(kind)
            if kind in STEP_LETTERS and kind not in self.heard:
                assert count <= told.get(kind, 0), written
            else:
                assert count == told.get(kind, 0), (kind, written)

    def _check_invoices(self) -> None:
        for said in sdk().v1.invoices.list({"limit": 100}):
            if said.status == "draft":
                continue
            row = Invoice.objects.get(stripe_id=said.id)
            assert (row.status, row.paid, row.total) == (said.status, said.amount_paid, said.total)


def _end(said: dict[str, Any]) -> datetime | None:
    """Until when its readers read, as the specification has it."""
    if said["status"] == "canceled":
        return datetime.fromtimestamp(said["ended_at"], UTC)
    if said["status"] == "past_due":
        failed = sdk().v1.invoices.retrieve(said["latest_invoice"])
        return datetime.fromtimestamp(failed.created, UTC) + timedelta(days=14)
    if said["pause_collection"]:
        return datetime.fromtimestamp(int(said["metadata"]["broadsheet_paid_until"]), UTC)
    return datetime.fromtimestamp(said["cancel_at"], UTC) if said["cancel_at"] else None


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def lives(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> Callable[[Callable[[Life], None]], None]:
    """Runs a life again and again, from the beginning, with events in other orders."""

    def run(live: Callable[[Life], None]) -> None:
        @settings(
            max_examples=EXAMPLES,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(data=st.data())
        def example(data: Any) -> None:
            till.wipe()
            till.ahead = timedelta()
            with undone():
                life = Life(till, Reader.objects.get(pk=nora.pk), plans, data)
                for plan in plans.values():
                    plan.refresh_from_db()
                life.buy()
                live(life)

        example()

    return run


type Lives = Callable[[Callable[[Life], None]], None]


def test_a_purchase(lives: Lives) -> None:
    def live(life: Life) -> None:
        life.end()
        life.check(welcome=1, receipt=1)

    lives(live)


def test_more_seats(lives: Lives) -> None:
    def live(life: Life) -> None:
        life.end()
        life.till.advance(days=3)
        agreement = life.agreement
        now = timezone.now().replace(microsecond=0)
        sold = price(life.plans["group"])
        today = changes.preview(agreement, sold, 8, now).today
        changes.change(agreement, sold, 8, now, today)
        life.step()
        life.end()
        life.check(welcome=1, receipt=2, plan_changed=1)

    lives(live)


def test_a_renewal(lives: Lives) -> None:
    def live(life: Life) -> None:
        life.till.advance(days=31)
        life.step()
        life.till.advance(days=31)
        life.step()
        life.end()
        life.check(welcome=1, receipt=3)

    lives(live)


def _fail(life: Life) -> None:
    new_card(life.agreement, "pm_card_chargeCustomerFail")
    life.till.advance_to_renewal(life.agreement, less=-4000)
    life.step("payment_failed")


def test_a_renewal_that_fails_and_recovers(lives: Lives) -> None:
    def live(life: Life) -> None:
        life.end()
        _fail(life)
        new_card(life.agreement)
        sdk().v1.invoices.pay(at_stripe(life.agreement)["latest_invoice"])
        life.step()
        life.end()
        life.check(welcome=1, receipt=2, payment_failed=1)

    lives(live)


def test_a_renewal_that_is_never_paid(lives: Lives) -> None:
    def live(life: Life) -> None:
        life.end()
        _fail(life)
        for _ in range(3):
            life.till.advance(days=10)
            life.step()
        life.end()
        life.check(welcome=1, receipt=1, payment_failed=1, ended=1)

    lives(live)


def test_a_cancellation_that_is_taken_back(lives: Lives) -> None:
    def live(life: Life) -> None:
        life.end()
        sdk().v1.subscriptions.update(life.agreement.stripe_id, {"cancel_at_period_end": True})
        life.step("ending")
        sdk().v1.subscriptions.update(life.agreement.stripe_id, {"cancel_at_period_end": False})
        life.step()
        life.end()
        life.check(welcome=1, receipt=1, ending=1)

    lives(live)


def test_a_cancellation_that_comes_to_its_end(lives: Lives) -> None:
    def live(life: Life) -> None:
        sdk().v1.subscriptions.update(life.agreement.stripe_id, {"cancel_at_period_end": True})
        life.step()
        life.till.advance(days=32)
        life.step()
        life.end()
        told = letters_to(life.reader)
        life.check(welcome=1, receipt=1, ending=told.count("ending"), ended=1)
        assert told.count("ending") <= 1

    lives(live)


def test_a_pause_and_its_end(lives: Lives) -> None:
    def live(life: Life) -> None:
        life.end()
        agreement = life.agreement
        changes.pause(agreement, timezone.now() + timedelta(days=60))
        life.step("paused")
        life.check(welcome=1, receipt=1, paused=1)
        life.till.advance(days=61)
        life.step()
        a_minute_passes(life.till)
        life.step()
        life.end()
        life.check(welcome=1, receipt=2, paused=1)

    lives(live)


def test_a_refund(lives: Lives) -> None:
    def live(life: Life) -> None:
        life.end()
        refunds.refund(Invoice.objects.get(), 1000, "staff")
        life.step()
        life.end()
        assert Invoice.objects.get().refunded == 1000
        life.check(welcome=1, receipt=1, refund=1)

    lives(live)


def test_everything_is_missed_until_it_is_over(lives: Lives) -> None:
    def live(life: Life) -> None:
        life.till.advance(days=1)
        sdk().v1.subscriptions.cancel(life.agreement.stripe_id)
        life.step()
        life.end()
        life.check(welcome=1, receipt=1, ended=1)

    lives(live)
