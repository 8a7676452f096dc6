"""What Stripe's subscription means for its readers: a pure function of what it says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.billing.standing import Standing, read

GRACE = timedelta(days=14)
START, END = 1_800_000_000, 1_802_592_000
STATUSES = (
    "trialing",
    "active",
    "past_due",
    "unpaid",
    "paused",
    "canceled",
    "incomplete",
    "incomplete_expired",
)


def item(amount: int | None, quantity: int | None = 1, **metadata: str) -> dict[str, Any]:
    return {
        "id": "si_1",
        "price": {
            "unit_amount": amount,
            "metadata": metadata,
            "recurring": {"interval": "month"},
        },
        "quantity": quantity,
        "current_period_start": START,
        "current_period_end": END,
    }


def base(amount: int = 3500, seats: str = "5") -> dict[str, Any]:
    return item(amount, broadsheet_plan="group", broadsheet_role="base", seats=seats)


def said(status: str = "active", *more: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "id": "sub_1",
        "status": status,
        "currency": "usd",
        "start_date": START,
        "items": {"data": [base(), *more]},
        "metadata": {},
        "cancel_at": None,
        "cancel_at_period_end": False,
        "pause_collection": None,
        "trial_end": None,
        "ended_at": None,
        "canceled_at": None,
        "latest_invoice": None,
        **fields,
    }


def standing(*args: Any, known: datetime | None = None, **fields: Any) -> Standing:
    return read(said(*args, **fields), known, GRACE)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_who_pays_reads_without_an_end() -> None:
    shown = standing("active", item(600, 3, broadsheet_role="seat"))
    assert (shown.plan, shown.seats, shown.amount) == ("group", 8, 3500 + 3 * 600)
    assert (shown.live, shown.begun, shown.ends_at) == (True, True, None)
    assert (shown.renews_at, shown.currency, shown.period) == (at(END), "USD", "month")


@pytest.mark.parametrize("status", STATUSES)
def test_what_each_status_means(status: str) -> None:
    shown = standing(status, ended_at=END, trial_end=END)
    assert shown.live == (status not in ("canceled", "incomplete_expired"))
    assert shown.begun == (status not in ("incomplete", "incomplete_expired"))
    assert (shown.due_since is not None) == (status in ("past_due", "unpaid"))
    assert (shown.trial_ends_at is not None) == (status == "trialing")


def test_a_payment_that_is_due_ends_reading_when_the_grace_is_over() -> None:
    assert standing("past_due").ends_at == at(START) + GRACE
    known = at(START + 3600)
    assert standing("past_due", known=known).ends_at == known + GRACE
    assert standing("active", known=known).due_since is None


def test_grace_counts_from_the_invoice_that_is_open() -> None:
    invoice = {"status": "open", "created": START + 999_999}
    assert standing("past_due", latest_invoice=invoice).due_since == at(START + 999_999)
    paid = {"status": "paid", "created": START + 999_999}
    assert standing("past_due", latest_invoice=paid).due_since == at(START)


def test_a_cancellation_ends_reading_on_its_day() -> None:
    assert standing(cancel_at_period_end=True).ends_at == at(END)
    assert standing(cancel_at=END - 5).ends_at == at(END - 5)
    assert standing("canceled", ended_at=START + 5).ends_at == at(START + 5)
    assert standing("canceled", canceled_at=START + 6).ends_at == at(START + 6)


def test_a_pause_ends_reading_when_what_is_paid_is_used_up() -> None:
    pause = {"behavior": "void", "resumes_at": None}
    written = {"broadsheet_paid_until": str(END), "broadsheet_paused_until": str(END + 9)}
    shown = standing(pause_collection=pause, metadata=written)
    assert (shown.paused, shown.paused_until, shown.ends_at) == (True, at(END + 9), at(END))
    cancelled = standing(pause_collection=pause, metadata=written, cancel_at=END - 5)
    assert cancelled.ends_at == at(END - 5)


@pytest.mark.parametrize("written", ["", "soon", "-5", "1.5"])
def test_a_pause_without_a_day_takes_nothing(written: str) -> None:
    shown = standing(
        pause_collection={"behavior": "void"}, metadata={"broadsheet_paid_until": written}
    )
    assert (shown.paused, shown.ends_at) == (True, None)


def test_a_trial_without_a_card_rests_from_its_end() -> None:
    assert standing("paused", trial_end=END).ends_at == at(END)


@pytest.mark.parametrize(
    "items",
    [
        [],
        [item(None, None)],
        [{**item(100), "price": {"unit_amount": 100, "recurring": None}}],
        [item(100, 2), item(5, 0)],
    ],
    ids=["none", "metered", "without a rhythm", "two"],
)
def test_somebody_else_s_subscription_is_read_and_is_no_plan_of_ours(
    items: list[dict[str, Any]],
) -> None:
    shown = standing(items={"data": items})
    assert shown.plan == ""


optional = st.none() | st.integers(START - 10**7, END + 10**7)


@given(
    st.sampled_from(STATUSES),
    optional,
    st.booleans(),
    st.booleans(),
    optional,
    optional,
    st.integers(0, 1000),
)
def test_whatever_stripe_says_it_is_one_clear_standing(
    status: str,
    cancel_at: int | None,
    at_end: bool,
    paused: bool,
    paid_until: int | None,
    ended_at: int | None,
    further: int,
) -> None:
    fields: dict[str, Any] = {
        "cancel_at": cancel_at,
        "cancel_at_period_end": at_end,
        "pause_collection": {"behavior": "void"} if paused else None,
        "metadata": {} if paid_until is None else {"broadsheet_paid_until": str(paid_until)},
        "ended_at": ended_at,
        "trial_end": END,
    }
    seats = item(600, further, broadsheet_role="seat")
    shown = standing(status, seats, **fields)
    assert shown == standing(status, seats, **fields)
    assert shown.seats == 5 + further
    assert shown.amount == 3500 + 600 * further
    if shown.live and status not in ("past_due", "unpaid", "paused"):
        ends = [cancel_at or (END if at_end else None), paid_until if paused else None]
        expected = [at(one) for one in ends if one is not None]
        assert shown.ends_at == min(expected, default=None)
    if not shown.live:
        assert shown.cancel_at is None
