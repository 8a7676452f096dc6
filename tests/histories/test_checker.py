"""The checker itself: it accepts what one order explains, and rejects what none does."""

from collections.abc import Iterator
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.access import Claim, Device, Gone, Granted, InUse, Timings
from tests.histories.checker import Operation, Span, find_violation
from tests.histories.seat_rule import (
    AskNumber,
    Beat,
    Call,
    Heard,
    Known,
    Look,
    Open,
    Release,
    Revoke,
    SeatRule,
    State,
    TakeOver,
    Ticks,
    Told,
)
from tests.histories.situations import Becomes, SeatHistory, Situation

A, B, C = Device("a", "A"), Device("b", "B"), Device("c", "C")
RULE = SeatHistory(SeatRule("seat:1", Timings(), Ticks(1)))
START = Situation(State())
ANSWERS_A = Granted(1, 90, fresh=True)

type Entry = tuple[int, int | None, Call, int | None, Told | None]
"""Called when, returned when, what was asked, the store's time of the answer, the answer."""
type History = list[Operation[Call | Becomes, Heard]]


def history(*entries: Entry) -> History:
    return [
        Operation(process, invoked, returned, call, told and Heard(told, at), at)
        for process, (invoked, returned, call, at, told) in enumerate(entries)
    ]


def claim(device: str, epoch: int) -> Claim:
    return Claim("seat:1", device, epoch, 0.0)


GOOD = {
    "nothing": history(),
    "one after another": history(
        (0, 1, Open(A, 0), 0, ANSWERS_A),
        (2, 3, Open(B, 0), 0, InUse(A, 0, 1)),
        (4, 5, Beat(A, 1, 0), 0, Granted(1, 90, fresh=False)),
    ),
    "two at once, and the later call was first": history(
        (0, 10, Open(B, 0), 0, InUse(A, 0, 1)),
        (5, 9, Open(A, 0), 0, ANSWERS_A),
    ),
    "two take over at once, and one is told": history(
        (0, 1, Open(A, 0), 0, ANSWERS_A),
        (2, 9, TakeOver(B, claim("b", 1), 0), 0, InUse(C, 0, 2)),
        (3, 8, TakeOver(C, claim("c", 1), 0), 0, Granted(2, 90, True, displaced=A)),
        (4, 7, Beat(A, 1, 0), 0, Gone(C, 0)),
    ),
    "a killed process did what it asked": history(
        (0, None, Open(A, 0), None, None),
        (5, 6, Open(B, 0), 0, InUse(A, 0, 1)),
    ),
    "a killed process did it after a while": history(
        (0, None, Open(A, 0), None, None),
        (5, 6, Beat(A, 1, 0), 0, Gone(None)),
        (7, 8, Open(B, 0), 0, InUse(A, 0, 1)),
    ),
    "a killed process did nothing": history(
        (0, None, Open(A, 0), None, None),
        (5, 6, Open(B, 0), 0, Granted(1, 90, fresh=True)),
    ),
    "what a killed process did shows when it did it": history(
        (0, None, Open(A, 0), None, None),
        (5, 6, Open(B, 0), 7, InUse(A, 5, 1)),
        (7, 8, Open(B, 0), 94, InUse(A, 5, 1)),
        (9, 10, Open(B, 0), 95, Granted(2, 185, fresh=True)),
    ),
    "a killed process renewed a lease, and it is seen only when it has not run out": history(
        (0, 1, Open(A, 0), 0, ANSWERS_A),
        (2, None, Beat(A, 1, 0), None, None),
        (3, 4, Open(B, 0), 50, InUse(A, 0, 1)),
        (5, 6, Open(B, 0), 120, InUse(A, 0, 1)),
        (7, 8, TakeOver(A, None, 0), 121, Granted(1, 177, fresh=False)),
    ),
    "a lease that a killed process let go of ends when it is seen to": history(
        (0, 1, Open(A, 0), 0, ANSWERS_A),
        (2, None, Release(A, 1, 0), None, None),
        (3, 4, Open(B, 0), 20, InUse(A, 0, 1)),
        (5, 6, Open(B, 0), 40, Granted(2, 130, fresh=True)),
    ),
    "a takeover that nobody was answered": history(
        (0, 1, Open(A, 0), 0, ANSWERS_A),
        (2, None, TakeOver(B, claim("b", 1), 0), None, None),
        (3, 4, Beat(A, 1, 0), 10, Gone(B, 4)),
    ),
    "calls at the instant of a return overlap it": history(
        (0, 5, Open(B, 0), 0, InUse(A, 0, 1)),
        (5, 6, Open(A, 0), 0, ANSWERS_A),
    ),
}

BAD = {
    "two devices were granted one seat": history(
        (0, 5, Open(A, 0), 0, ANSWERS_A),
        (1, 6, Open(B, 0), 0, Granted(1, 90, fresh=True)),
    ),
    "a refusal by one who had not come yet": history(
        (0, 4, Open(B, 0), 0, InUse(A, 0, 1)),
        (5, 6, Open(A, 0), 0, ANSWERS_A),
    ),
    "two take over under one epoch, and both win": history(
        (0, 1, Open(A, 0), 0, ANSWERS_A),
        (2, 9, TakeOver(B, claim("b", 1), 0), 0, Granted(2, 90, True, displaced=A)),
        (3, 8, TakeOver(C, claim("c", 1), 0), 0, Granted(2, 90, True, displaced=A)),
    ),
    "two take over under one epoch, and nobody wins": history(
        (0, 1, Open(A, 0), 0, ANSWERS_A),
        (2, 9, TakeOver(B, claim("b", 1), 0), 0, InUse(C, 0, 2)),
        (3, 8, TakeOver(C, claim("c", 1), 0), 0, InUse(B, 0, 2)),
    ),
    "a write was lost": history(
        (0, 1, Open(A, 0), 0, ANSWERS_A),
        (2, 5, Beat(A, 1, 0), 60, Granted(1, 150, fresh=False)),
        (3, 4, Release(A, 1, 0), 60, Granted(1, 70, fresh=False)),
        (6, 7, Open(B, 0), 60, InUse(A, 0, 1)),
        (8, 9, Beat(A, 1, 0), 200, Granted(1, 290, fresh=False)),
    ),
    "an epoch was given twice": history(
        (0, 1, Open(A, 0), 0, ANSWERS_A),
        (2, 3, Open(B, 0), 90, Granted(1, 180, fresh=True)),
    ),
    "what a killed process did was done at one instant": history(
        (0, None, Open(A, 0), None, None),
        (5, 6, Open(B, 0), 7, InUse(A, 5, 1)),
        (7, 8, Open(B, 0), 8, InUse(A, 6, 1)),
    ),
    "what a killed process did cannot be later than its being seen": history(
        (0, None, Open(A, 0), None, None),
        (5, 6, Open(B, 0), 7, InUse(A, 8, 1)),
    ),
    "a lease that a killed process was granted lasts no longer than others": history(
        (0, None, Open(A, 0), None, None),
        (5, 6, Open(B, 0), 7, InUse(A, 5, 1)),
        (7, 8, Open(B, 0), 95, InUse(A, 5, 1)),
    ),
    "a killed process cannot have renewed what had run out": history(
        (0, 1, Open(A, 0), 0, ANSWERS_A),
        (2, None, Beat(A, 1, 0), None, None),
        (3, 4, Open(B, 0), 181, InUse(A, 0, 1)),
    ),
    "a renewal is seen with two ends": history(
        (0, 1, Open(A, 0), 0, ANSWERS_A),
        (2, None, Beat(A, 1, 0), None, None),
        (3, 4, TakeOver(A, None, 0), 50, Granted(1, 130, fresh=False)),
        (5, 6, TakeOver(A, None, 0), 50, Granted(1, 131, fresh=False)),
    ),
    "the store's time goes back": history(
        (0, 9, Open(A, 0), 5, Granted(1, 95, fresh=True)),
        (10, 11, Beat(A, 1, 0), 4, Granted(1, 94, fresh=False)),
    ),
    "a killed process cannot have done two things": history(
        (0, None, Open(A, 0), None, None),
        (5, 6, Open(B, 0), 0, InUse(A, 0, 1)),
        (7, 8, Open(B, 0), 90, InUse(A, 90, 2)),
    ),
}


@pytest.mark.parametrize("good", GOOD.values(), ids=GOOD)
def test_a_history_that_one_order_explains_is_accepted(good: History) -> None:
    assert find_violation(good, START, RULE.step) is None


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_history_that_no_order_explains_is_rejected(bad: History) -> None:
    assert find_violation(bad, START, RULE.step) is not None


def test_a_violation_says_which_answer_cannot_be_explained_and_what_was_going_on() -> None:
    bad = BAD["two devices were granted one seat"]
    violation = find_violation(bad, START, RULE.step)
    assert violation is not None
    assert violation.operation == bad[1]
    assert violation.states == [Situation(State(A, 1, 0, 90, 0))]
    assert "Granted(epoch=1" in str(violation)


# Against every order there is: a register that is read (call None) and written (an integer).


def register(state: int, call: int | None) -> tuple[int, int]:
    return (state, state) if call is None else (call, call)


def step(state: int, operation: Operation[int | None, int], _: Span) -> Iterator[int]:
    after, answer = register(state, operation.call)
    if operation.returned is None and after != state:
        yield after
    if operation.returned is not None and answer == operation.answer:
        yield after


def some_order_explains(operations: list[Operation[int | None, int]]) -> bool:
    pending = [one for one in operations if one.returned is None]
    subsets = [
        [one for bit, one in enumerate(pending) if chosen >> bit & 1]
        for chosen in range(2 ** len(pending))
    ]
    returned = [one for one in operations if one.returned is not None]
    return any(
        explains(order) for subset in subsets for order in permutations([*returned, *subset])
    )


def explains(order: tuple[Operation[int | None, int], ...]) -> bool:
    state, latest_call = 0, 0
    for one in order:
        if one.returned is not None and one.returned < latest_call:
            return False  # it had returned before an earlier one of this order was called
        latest_call = max(latest_call, one.invoked)
        state, answer = register(state, one.call)
        if one.returned is not None and answer != one.answer:
            return False
    return True


@st.composite
def register_histories(draw: st.DrawFn) -> list[Operation[int | None, int]]:
    operations = []
    for process in range(draw(st.integers(1, 5))):
        invoked = draw(st.integers(0, 8))
        returned = draw(st.none() | st.integers(invoked, invoked + 5))
        call = draw(st.none() | st.integers(1, 2))
        answer = draw(st.integers(0, 2)) if call is None else call
        operations.append(Operation(process, invoked, returned, call, answer))
    return operations


@given(register_histories())
def test_the_checker_agrees_with_trying_every_order(
    operations: list[Operation[int | None, int]],
) -> None:
    accepted = find_violation(operations, 0, step) is None
    assert accepted == some_order_explains(operations)


# What really happened must be accepted, whatever of it nobody was told: the seat is played by the
# rule itself, and calls without an answer take effect late, or never.

LEASE = Timings(lease=9, release=2, takeover=20)
PLAYED = SeatHistory(SeatRule("seat:1", LEASE, Ticks(1)))
KINDS = ("open", "take over", "beat", "release", "look", "revoke", "number")


@st.composite
def played(draw: st.DrawFn) -> History:
    state: Known = State()
    now, happened = 0, []
    waiting: list[Call] = []
    for turn in range(draw(st.integers(1, 14))):
        now += draw(st.sampled_from((0, 1, 2, 5, 9, 10)))
        for late in [call for call in waiting if draw(st.booleans())]:
            waiting.remove(late)
            state, _ = PLAYED.rule.step(state, late, now)
            now += draw(st.integers(0, 3))
        assert state is not None
        call = draw(calls(state, now))
        if draw(st.integers(0, 3)) == 0:
            waiting.append(call)
            happened.append(Operation(turn, 2 * turn, None, call, None))
            continue
        state, told = PLAYED.rule.step(state, call, now)
        at = None if isinstance(call, AskNumber | Revoke) else now
        happened.append(Operation(turn, 2 * turn, 2 * turn + 1, call, Heard(told, at), at))
    return happened


@st.composite
def calls(draw: st.DrawFn, state: State, now: int) -> Call:
    device = draw(st.sampled_from((A, B)))
    number = state.number - draw(st.sampled_from((0, 0, 0, 1)))
    epoch = max(0, state.epoch - draw(st.sampled_from((0, 0, 1))))
    return {
        "open": Open(device, number),
        "take over": TakeOver(device, Claim("seat:1", device.id, epoch, now), number),
        "beat": Beat(device, epoch, number),
        "release": Release(device, epoch, number),
        "look": Look(),
        "revoke": Revoke(frozenset(draw(st.sets(st.sampled_from("ab"))))),
        "number": AskNumber(),
    }[draw(st.sampled_from(KINDS))]


@settings(max_examples=200)
@given(played())
def test_whatever_really_happened_is_accepted(happened: History) -> None:
    assert find_violation(happened, START, PLAYED.step) is None
