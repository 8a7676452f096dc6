"""Killed, cut off, or without an answer, at every single call to Stripe: then gone on with.

Nobody pays twice, nobody who has paid is walled, no seat is held twice, nothing is stuck.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from stripe._api_requestor import _APIRequestor

from broadsheet.billing import changes, checkout, inviting, letters, mirror, refunds, webhooks
from broadsheet.billing.models import Agreement, Invoice, Purchase, Undoing, WebhookEvent
from broadsheet.billing.till import TillAway
from broadsheet.readers.models import Reader
from broadsheet.subscriptions import handover, seating
from broadsheet.subscriptions.models import Plan, Seat, Subscription
from tests.billing.conftest import (
    Till,
    a_minute_passes,
    agreement_of,
    at_stripe,
    at_the_till,
    buy,
    go_to_the_till,
    letters_to,
    paid_at_stripe,
    price,
    reads,
    subscription_of,
    undo_what_is_left,
)


class Killed(BaseException):
    """The process is no more."""


FATES = ("killed", "no answer", "lost answer")


class Fate:
    """What befalls the paper at one call to Stripe of all it makes."""

    def __init__(self, till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
        self.till, self.monkeypatch = till, monkeypatch

    @contextmanager
    def at(self, number: int, what: str) -> Iterator[list[int]]:
        """Counts calls in the list it gives, and strikes at this one."""
        ask, calls, struck = _APIRequestor.request, [0], set[int]()

        def asked(of: Any, method: str, *args: Any, **kwargs: Any) -> Any:
            # After what only asks, it is all the same why there is no answer.
            calls[0] += what == "no answer" or method != "get"
            if calls[0] != number or number in struck:
                return ask(of, method, *args, **kwargs)
            struck.add(number)
            if what != "killed":  # as often as the SDK asks
                self.till.stripe.fail_next(times=3, lost=what == "lost answer")
                return ask(of, method, *args, **kwargs)
            ask(of, method, *args, **kwargs)
            raise Killed

        with self.monkeypatch.context() as patched:
            patched.setattr(_APIRequestor, "request", asked)
            yield calls
        self.till.stripe.be_well()


@pytest.fixture
def fate(till: Till, monkeypatch: pytest.MonkeyPatch) -> Fate:
    return Fate(till, monkeypatch)


def at_every_call(
    fate: Fate, what: str, life: Callable[[Callable[[Callable[[], object]], None]], None]
) -> None:
    """Live once for each call that `life` makes in what it hands to its argument."""
    number, struck = 0, True
    while struck:
        number += 1
        fate.till.wipe()
        fate.till.ahead = timedelta()
        with transaction.atomic():
            calls = [0]

            def fated(
                step: Callable[[], object], counted: list[int] = calls, at: int = number
            ) -> None:
                if counted[0] >= at:
                    step()
                    return
                with fate.at(at - counted[0], what) as made, suppress(Killed, TillAway):
                    step()
                counted[0] += made[0]

            life(fated)
            struck = calls[0] >= number
            transaction.set_rollback(True)
    assert number > 1


def is_in_order(till: Till, reader: Reader, paid: int) -> None:
    """After two minutes without any webhook, and with all of them."""
    for _ in range(2):
        a_minute_passes(till)
    till.tell_again()
    a_minute_passes(till)
    assert paid_at_stripe() == paid
    assert reads(reader)
    assert agreement_of(reader).subscription == subscription_of(reader)
    assert Seat.objects.filter(reader=reader).count() == 1
    assert not Purchase.objects.filter(state=Purchase.States.OPEN).exists()
    assert not Undoing.objects.filter(done_at=None).exists()
    assert letters_to(reader).count("welcome") == 1


@pytest.mark.parametrize("what", FATES)
def test_on_the_way_to_the_till_and_back(
    fate: Fate, till: Till, plans: dict[str, Plan], nora: Reader, what: str
) -> None:
    def life(fated: Callable[[Callable[[], object]], None]) -> None:
        for plan in plans.values():
            plan.refresh_from_db()
        nora.refresh_from_db()
        order = checkout.Order(price(plans["group"]), 6)
        fated(lambda: checkout.begin(nora, order))
        checkout.begin(nora, checkout.Order(price(plans["group"]), 6))
        purchase = at_the_till(nora)
        till.stripe.pay(purchase.session_id)
        fated(lambda: checkout.settle(purchase))
        is_in_order(till, nora, 4100)

    at_every_call(fate, what, life)


@pytest.mark.parametrize("what", FATES)
def test_in_a_change(
    fate: Fate, till: Till, plans: dict[str, Plan], nora: Reader, what: str
) -> None:
    def life(fated: Callable[[Callable[[], object]], None]) -> None:
        buy(till, nora, price(plans["group"]))
        till.advance(days=10)
        now = timezone.now().replace(microsecond=0)
        today = changes.preview(agreement_of(nora), price(plans["group"]), 9, now).today

        def press() -> None:
            changes.change(agreement_of(nora), price(plans["group"]), 9, now, today)

        fated(press)
        with suppress(changes.Stale):
            press()
        is_in_order(till, nora, 3500 + today)
        assert subscription_of(nora).seat_count == 9

    at_every_call(fate, what, life)


@pytest.mark.parametrize("what", FATES)
def test_in_a_cancellation_nobody_presses_again(
    fate: Fate, till: Till, plans: dict[str, Plan], nora: Reader, what: str
) -> None:
    def life(fated: Callable[[Callable[[], object]], None]) -> None:
        buy(till, nora, price(plans["group"]))
        fated(lambda: changes.cancel(agreement_of(nora), "no time"))
        till.lose()
        for _ in range(2):
            a_minute_passes(till)
        said = at_stripe(agreement_of(nora))
        assert (agreement_of(nora).cancel_at is not None) == said["cancel_at_period_end"]
        assert (subscription_of(nora).ends_at is not None) == said["cancel_at_period_end"]

    at_every_call(fate, what, life)


@pytest.mark.parametrize("what", FATES)
def test_at_the_end_of_a_pause(
    fate: Fate, till: Till, plans: dict[str, Plan], nora: Reader, what: str
) -> None:
    def life(fated: Callable[[Callable[[], object]], None]) -> None:
        buy(till, nora, price(plans["group"]))
        changes.pause(agreement_of(nora), timezone.now() + timedelta(days=60))
        till.advance(days=45)
        till.tell()
        fated(lambda: changes.resume(agreement_of(nora)))
        with suppress(changes.Stale):
            changes.resume(agreement_of(nora))
        is_in_order(till, nora, 7000)

    at_every_call(fate, what, life)


@pytest.mark.parametrize("what", FATES)
def test_in_a_refund(
    fate: Fate, till: Till, plans: dict[str, Plan], nora: Reader, what: str
) -> None:
    def life(fated: Callable[[Callable[[], object]], None]) -> None:
        buy(till, nora, price(plans["group"]))
        invoice = Invoice.objects.get()
        fated(lambda: refunds.refund(invoice, 1000, "irene"))
        refunds.refund(invoice, 1000, "irene")  # the form, as it was before them
        is_in_order(till, nora, 2500)
        assert Invoice.objects.get().refunded == 1000
        assert letters_to(nora).count("refund") == 1

    at_every_call(fate, what, life)


@pytest.mark.parametrize("what", FATES)
def test_while_a_second_purchase_is_given_back(
    fate: Fate, till: Till, plans: dict[str, Plan], nora: Reader, what: str
) -> None:
    def life(fated: Callable[[Callable[[], object]], None]) -> None:
        first = go_to_the_till(nora, price(plans["group"]))
        Purchase.objects.update(state=Purchase.States.LEFT)
        second = go_to_the_till(nora, price(plans["basic"], "year"))
        for purchase in (first, second):
            till.stripe.pay(purchase.session_id)
            mirror.session(purchase.session_id)
        fated(undo_what_is_left)
        is_in_order(till, nora, 3500)
        assert letters_to(nora).count("paid_twice") == 1

    at_every_call(fate, what, life)


@pytest.mark.parametrize("what", FATES)
def test_in_a_hand_over(
    fate: Fate, till: Till, plans: dict[str, Plan], nora: Reader, luis: Reader, what: str
) -> None:
    def life(fated: Callable[[Callable[[], object]], None]) -> None:
        bought = buy(till, nora, price(plans["group"])).subscription
        assert bought is not None
        seating.seat(luis, bought)
        offer = handover.offer(bought, luis, nora, timezone.now())
        order = checkout.Order(
            price(plans["group"]),
            5,
            kind=Purchase.Kinds.HANDOVER,
            details={"offer": offer.pk},
            trial_ends_at=agreement_of(nora).renews_at,
        )
        checkout.begin(luis, order)
        purchase = at_the_till(luis)
        till.stripe.pay(purchase.session_id)
        fated(lambda: checkout.settle(purchase))
        fated(undo_what_is_left)
        is_in_order(till, luis, 3500)
        assert Agreement.objects.filter(live=True).count() == 1
        assert reads(nora)

    at_every_call(fate, what, life)


# In the middle of our own writing


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (mirror, "_grant"),
        (mirror, "_note"),
        (mirror, "_settle"),
        (mirror, "_tell"),
        (letters, "welcome"),
        (inviting, "invite"),
        (Agreement, "save"),
        (Subscription, "save"),
    ],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_in_the_middle_of_beginning(
    till: Till,
    plans: dict[str, Plan],
    nora: Reader,
    monkeypatch: pytest.MonkeyPatch,
    where: Any,
    name: str,
    late: bool,
) -> None:
    purchase = go_to_the_till(nora, price(plans["group"]), details={"invite": "eva@example.com"})
    till.stripe.pay(purchase.session_id)
    original = getattr(where, name)

    def dies(*args: Any, **kwargs: Any) -> None:
        if late:
            original(*args, **kwargs)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(where, name, dies)
        with pytest.raises(Killed):
            mirror.session(purchase.session_id)
    assert not Agreement.objects.exists()
    assert not Subscription.objects.exists()
    assert letters_to(nora) == letters_to("eva@example.com") == []
    is_in_order(till, nora, 3500)
    assert letters_to("eva@example.com") == ["invitation"]


def test_between_an_event_that_is_kept_and_its_work(
    till: Till, plans: dict[str, Plan], nora: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    purchase = go_to_the_till(nora, price(plans["group"]))
    till.stripe.pay(purchase.session_id)
    for event in till.news():
        till.send(event)
    with monkeypatch.context() as patched:
        patched.setattr(webhooks, "_note", _dies)
        for event in WebhookEvent.objects.all():
            with suppress(Killed):
                webhooks.work_through.call(event.pk)
    assert not WebhookEvent.objects.exclude(done_at=None).exists()
    is_in_order(till, nora, 3500)
    assert not WebhookEvent.objects.filter(done_at=None).exists()


def _dies(*_: Any, **__: Any) -> None:
    raise Killed
