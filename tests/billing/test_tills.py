"""Two tabs, two browsers, two clicks at once: one subscription, paid once."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.utils.translation import override
from pytest_django import DjangoDbBlocker

from broadsheet.billing import checkout, letters, mirror
from broadsheet.billing.checkout import Order, SubscribedAlready, begin
from broadsheet.billing.models import Agreement, Purchase, Undoing
from broadsheet.billing.till import asking
from broadsheet.readers.models import Reader
from broadsheet.stripe_stand_in.browser import NotPaid
from broadsheet.subscriptions.models import Plan, Subscription
from tests import people, settings
from tests.billing.conftest import (
    Till,
    a_minute_passes,
    agreement_of,
    at_the_till,
    buy,
    go_to_the_till,
    letters_to,
    paid_at_stripe,
    price,
    reads,
    sdk,
    signed_in,
    subscription_of,
    undo_what_is_left,
)


def test_a_second_tab_leads_to_the_same_till(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    order = Order(price(plans["basic"]), 1)
    first = begin(nora, order)
    with override("es"):
        assert begin(nora, order) == first
    assert Purchase.objects.count() == 1


def test_another_plan_closes_the_first_till(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    first = go_to_the_till(nora, price(plans["basic"]))
    second = go_to_the_till(nora, price(plans["premium"], "year"))
    with pytest.raises(NotPaid):
        till.stripe.pay(first.session_id)
    till.stripe.pay(second.session_id)
    till.tell()
    assert agreement_of(nora).amount == 14000 == paid_at_stripe()


def test_another_price_than_the_one_that_was_shown_is_another_till(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    first = go_to_the_till(nora, price(plans["group"]))
    dearer = price(plans["group"])
    dearer.amount = 4000
    dearer.save()
    second = go_to_the_till(nora, price(plans["group"]))
    assert first != second
    till.stripe.pay(second.session_id)
    assert paid_at_stripe() == 4000


def test_who_has_paid_in_the_first_tab_cannot_go_to_the_till_in_the_second(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    first = go_to_the_till(nora, price(plans["basic"]))
    till.stripe.pay(first.session_id)
    with pytest.raises(SubscribedAlready):
        begin(nora, Order(price(plans["premium"]), 2))
    assert agreement_of(nora).subscription == subscription_of(nora)


def test_a_till_that_has_run_out_is_followed_by_a_new_one(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    first = go_to_the_till(nora, price(plans["basic"]))
    till.advance(days=2)
    second = go_to_the_till(nora, price(plans["basic"]))
    first.refresh_from_db()
    assert (first.state, second.state) == (Purchase.States.LEFT, Purchase.States.OPEN)
    till.stripe.pay(second.session_id)
    till.tell()
    assert reads(nora)


def _two_tills(reader: Reader, plans: dict[str, Plan]) -> tuple[Purchase, Purchase]:
    """However it came about: two sessions that can both be paid."""
    first = go_to_the_till(reader, price(plans["basic"], "year"))
    Purchase.objects.filter(pk=first.pk).update(state=Purchase.States.LEFT)
    return first, go_to_the_till(reader, price(plans["group"]))


@pytest.mark.parametrize("backwards", [False, True])
def test_paying_at_both_tills_is_one_subscription_and_the_other_is_given_back(
    till: Till, plans: dict[str, Plan], nora: Reader, backwards: bool
) -> None:
    tills = _two_tills(nora, plans)
    for purchase in tills:
        till.stripe.pay(purchase.session_id)
    events = till.news()
    till.tell(reversed(events) if backwards else events)
    undo_what_is_left()
    for _ in range(2):
        till.tell_again()
        a_minute_passes(till)
    states = sorted(Purchase.objects.values_list("state", flat=True))
    assert states == [Purchase.States.PAID, Purchase.States.TWICE]
    kept = Agreement.objects.get()
    assert kept.live
    assert paid_at_stripe() == kept.amount
    assert Subscription.objects.get() == kept.subscription
    told = letters_to(nora)
    assert (told.count("welcome"), told.count("paid_twice")) == (1, 1)


def test_the_letter_names_the_plan_and_the_money_that_go_back(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    first, second = _two_tills(nora, plans)
    for purchase in (first, second):
        till.stripe.pay(purchase.session_id)
        mirror.session(purchase.session_id)
    undo_what_is_left()
    text = nora_s_letter("paid_twice")
    assert "Group" in text
    assert "$35.00" in text


def nora_s_letter(kind: str) -> str:
    from broadsheet.mail.models import Letter

    return Letter.objects.get(kind=kind, to="nora@example.com").text


def test_the_second_purchase_goes_back_although_stripe_was_away_when_it_should_have(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    for purchase in _two_tills(nora, plans):
        till.stripe.pay(purchase.session_id)
    till.tell()
    till.stripe.fail_next(times=9)
    undo_what_is_left()
    assert Undoing.objects.filter(done_at=None).count() == 1
    till.stripe.be_well()
    a_minute_passes(till)
    assert paid_at_stripe() in (3500, 9000)
    assert letters_to(nora).count("paid_twice") == 1


def test_a_till_that_another_tab_closed_while_it_was_being_opened_takes_no_money(
    till: Till, plans: dict[str, Plan], nora: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = checkout._ask_for_session
    made: list[str] = []

    def slowly(purchase: Purchase, order: Order) -> dict[str, Any]:
        session = ask(purchase, order)
        made.append(session["id"])
        monkeypatch.setattr(checkout, "_ask_for_session", ask)
        begin(nora, Order(price(plans["group"]), 5))  # the other tab, in this moment
        return session

    monkeypatch.setattr(checkout, "_ask_for_session", slowly)
    begin(nora, Order(price(plans["basic"]), 1))
    standing = at_the_till(nora)
    with pytest.raises(NotPaid):
        till.stripe.pay(made[0])
    till.stripe.pay(standing.session_id)
    till.tell()
    assert reads(nora)
    assert Agreement.objects.count() == 1


def test_whoever_pays_at_a_till_that_was_forgotten_has_bought(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    first = go_to_the_till(nora, price(plans["basic"]))
    # Its address was lost on the way here; a day later the same key is for something else.
    Purchase.objects.filter(pk=first.pk).update(session_id="", session_url="")
    with override("es"):
        second = go_to_the_till(nora, price(plans["basic"]))
    assert second != first
    till.stripe.pay(first.session_id)
    till.tell()
    assert reads(nora)


# Real threads, each with a connection of its own


@pytest.fixture
def on_file(
    tmp_path: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The tests' database as a file, which threads can share as they do in a served paper."""
    with django_db_blocker.unblock():
        kept, name = connections["default"], connections.databases["default"]["NAME"]
        kept.ensure_connection()
        file = sqlite3.connect(tmp_path / "paper.sqlite3")
        kept.connection.backup(file)
        file.close()
        connections.databases["default"]["NAME"] = str(tmp_path / "paper.sqlite3")
        connections["default"] = connections.create_connection("default")
        try:
            yield
        finally:
            connections["default"].close()
            connections.databases["default"]["NAME"] = name
            connections["default"] = kept


def with_connections_of_their_own(test: Callable[..., None]) -> Callable[..., None]:
    """A test whose threads share a database, as they do in a served paper."""
    if settings.SERVER is None:
        return pytest.mark.usefixtures("on_file")(test)
    return pytest.mark.django_db(transaction=True, serialized_rollback=True)(test)


def at_once(*works: Callable[[], object]) -> list[str]:
    """What became of each."""
    gate, said = threading.Barrier(len(works)), list[str]()

    def run(work: Callable[[], object]) -> None:
        gate.wait()
        try:
            said.append(str(work()))
        except Exception as error:
            said.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


@with_connections_of_their_own
def test_two_clicks_at_once_lead_to_one_till(till: Till) -> None:
    call_command("ship_plans")
    nora = people.reader("nora@example.com")
    sold = price(Plan.objects.get(code="basic"))
    said = at_once(*[lambda: begin(nora, Order(sold, 1))] * 3)
    assert len(set(said)) == 1, said
    # On a slow machine a till may be opened and closed again on the way; one stays open.
    assert Purchase.objects.filter(state=Purchase.States.OPEN).count() == 1
    with asking("looking") as stripe:
        assert len(list(stripe.v1.checkout.sessions.list({"status": "open"}))) == 1
    assert len(list(sdk().v1.customers.list())) == 1


@with_connections_of_their_own
def test_two_plans_at_once_leave_one_till_open(till: Till) -> None:
    call_command("ship_plans")
    nora = people.reader("nora@example.com")
    orders = [Order(price(Plan.objects.get(code=code)), seats) for code, seats in PLANS]
    said = at_once(*[lambda order=order: begin(nora, order) for order in orders])  # type: ignore[misc]
    assert all(one.startswith("http") for one in said), said
    with asking("looking") as stripe:
        open_still = stripe.v1.checkout.sessions.list({"status": "open"})
    assert [one.id for one in open_still] == [at_the_till(nora).session_id]


PLANS = (("basic", 1), ("group", 5))


@with_connections_of_their_own
def test_the_webhook_the_browser_and_the_sweep_at_once_begin_one_subscription(till: Till) -> None:
    call_command("ship_plans")
    nora = people.reader("nora@example.com")
    tills = _two_tills(nora, {plan.code: plan for plan in Plan.objects.all()})
    for purchase in tills:
        till.stripe.pay(purchase.session_id)
    works = [lambda one=one: mirror.session(one.session_id) for one in tills for _ in range(3)]  # type: ignore[misc]
    said = at_once(*works)
    assert not [one for one in said if "Error" in one], said
    undo_what_is_left()
    assert Agreement.objects.get(live=True).subscription == subscription_of(nora)
    assert paid_at_stripe() == Agreement.objects.get().amount
    assert letters_to(nora).count("welcome") == 1
    assert subscription_of(nora).seats.filter(reader=nora).count() == 1


@with_connections_of_their_own
def test_a_change_pressed_twice_at_once_is_charged_once(till: Till) -> None:
    call_command("ship_plans")
    nora = people.reader("nora@example.com")
    buy(till, nora, price(Plan.objects.get(code="basic"), "year"))
    page = signed_in(nora).get("/subscribe/group/?period=year")
    shown = page.context["preview"]
    form = {
        "terms": "1",
        "period": "year",
        "seats": "5",
        "at": f"{shown.at.timestamp():.0f}",
        "today": str(shown.today),
    }
    clients: list[Client] = [signed_in(nora), signed_in(nora)]
    said = at_once(
        *[lambda one=one: one.post("/subscribe/group/", form).status_code for one in clients]  # type: ignore[misc]
    )
    assert set(said) <= {"302", "422"}, said
    assert paid_at_stripe() == 9000 + shown.today
    assert agreement_of(nora).amount == 35000


@with_connections_of_their_own
def test_what_two_read_at_once_is_begun_by_one_and_never_given_back(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("ship_plans")
    nora = people.reader("nora@example.com")
    purchase = go_to_the_till(nora, price(Plan.objects.get(code="basic"), "year"))
    till.stripe.pay(purchase.session_id)
    begun, looked = threading.Event(), threading.Event()

    def meanwhile(*_: object) -> None:
        begun.set()  # and not yet there for anybody else
        looked.wait(1)

    def second() -> Purchase | None:
        begun.wait(20)
        monkeypatch.setattr(mirror, "_plan", see)
        return mirror.session(purchase.session_id)

    def see(*of: Any) -> Plan | None:
        looked.set()
        return plan(*of)

    plan = mirror._plan
    monkeypatch.setattr(letters, "welcome", meanwhile)
    said = at_once(lambda: mirror.session(purchase.session_id), second)
    assert not [one for one in said if "Error" in one], said
    undo_what_is_left()
    purchase.refresh_from_db()
    assert purchase.state == Purchase.States.PAID
    assert paid_at_stripe() == Agreement.objects.get(live=True).amount
