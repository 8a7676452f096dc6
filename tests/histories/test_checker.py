"""The checker itself: it accepts what one order explains, and rejects what none does."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.access import Claim, Device, Gone, Granted, InUse, Timings
from tests.histories.checker import Operation, find_violation
from tests.histories.seat_rule import Beat, Call, Open, Release, SeatRule, State, TakeOver, Told

A, B, C = Device("a", "A"), Device("b", "B"), Device("c", "C")
RULE = SeatRule("seat:1", Timings())
ANSWERS_A = Granted(1, 90.0, fresh=True)

type Entry = tuple[int, int | None, Call, Told | None]


def history(*entries: Entry) -> list[Operation[Call, Told]]:
    return [
        Operation(process, invoked, returned, call, answer)
        for process, (invoked, returned, call, answer) in enumerate(entries)
    ]


def claim(device: str, epoch: int) -> Claim:
    return Claim("seat:1", device, epoch, 0.0)


GOOD = {
    "nothing": history(),
    "one after another": history(
        (0, 1, Open(A, 0, 0.0), ANSWERS_A),
        (2, 3, Open(B, 0, 0.0), InUse(A, 0.0, 1)),
        (4, 5, Beat(A, 1, 0, 0.0), Granted(1, 90.0, fresh=False)),
    ),
    "two at once, and the later call was first": history(
        (0, 10, Open(B, 0, 0.0), InUse(A, 0.0, 1)),
        (5, 9, Open(A, 0, 0.0), ANSWERS_A),
    ),
    "two take over at once, and one is told": history(
        (0, 1, Open(A, 0, 0.0), ANSWERS_A),
        (2, 9, TakeOver(B, claim("b", 1), 0, 0.0), InUse(C, 0.0, 2)),
        (3, 8, TakeOver(C, claim("c", 1), 0, 0.0), Granted(2, 90.0, True, displaced=A)),
        (4, 7, Beat(A, 1, 0, 0.0), Gone(C, 0.0)),
    ),
    "a killed process did what it asked": history(
        (0, None, Open(A, 0, 0.0), None),
        (5, 6, Open(B, 0, 0.0), InUse(A, 0.0, 1)),
    ),
    "a killed process did it after a while": history(
        (0, None, Open(A, 0, 0.0), None),
        (5, 6, Beat(A, 1, 0, 0.0), Gone(None)),
        (7, 8, Open(B, 0, 0.0), InUse(A, 0.0, 1)),
    ),
    "a killed process did nothing": history(
        (0, None, Open(A, 0, 0.0), None),
        (5, 6, Open(B, 0, 0.0), Granted(1, 90.0, fresh=True)),
    ),
    "calls at the instant of a return overlap it": history(
        (0, 5, Open(B, 0, 0.0), InUse(A, 0.0, 1)),
        (5, 6, Open(A, 0, 0.0), ANSWERS_A),
    ),
}

BAD = {
    "two devices were granted one seat": history(
        (0, 5, Open(A, 0, 0.0), ANSWERS_A),
        (1, 6, Open(B, 0, 0.0), Granted(1, 90.0, fresh=True)),
    ),
    "a refusal by one who had not come yet": history(
        (0, 4, Open(B, 0, 0.0), InUse(A, 0.0, 1)),
        (5, 6, Open(A, 0, 0.0), ANSWERS_A),
    ),
    "two take over under one epoch, and both win": history(
        (0, 1, Open(A, 0, 0.0), ANSWERS_A),
        (2, 9, TakeOver(B, claim("b", 1), 0, 0.0), Granted(2, 90.0, True, displaced=A)),
        (3, 8, TakeOver(C, claim("c", 1), 0, 0.0), Granted(2, 90.0, True, displaced=A)),
    ),
    "two take over under one epoch, and nobody wins": history(
        (0, 1, Open(A, 0, 0.0), ANSWERS_A),
        (2, 9, TakeOver(B, claim("b", 1), 0, 0.0), InUse(C, 0.0, 2)),
        (3, 8, TakeOver(C, claim("c", 1), 0, 0.0), InUse(B, 0.0, 2)),
    ),
    "a write was lost": history(
        (0, 1, Open(A, 0, 0.0), ANSWERS_A),
        (2, 5, Beat(A, 1, 0, 60.0), Granted(1, 150.0, fresh=False)),
        (3, 4, Release(A, 1, 0, 60.0), Granted(1, 70.0, fresh=False)),
        (6, 7, Open(B, 0, 60.0), InUse(A, 0.0, 1)),
        (8, 9, Beat(A, 1, 0, 200.0), Granted(1, 290.0, fresh=False)),
    ),
    "an epoch was given twice": history(
        (0, 1, Open(A, 0, 0.0), ANSWERS_A),
        (2, 3, Open(B, 0, 90.0), Granted(1, 180.0, fresh=True)),
    ),
    "a killed process cannot have done two things": history(
        (0, None, Open(A, 0, 0.0), None),
        (5, 6, Open(B, 0, 0.0), InUse(A, 0.0, 1)),
        (7, 8, Open(B, 0, 90.0), InUse(A, 90.0, 2)),
    ),
}


@pytest.mark.parametrize("good", GOOD.values(), ids=GOOD)
def test_a_history_that_one_order_explains_is_accepted(good: list[Operation[Call, Told]]) -> None:
    assert find_violation(good, State(), RULE.step) is None


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_history_that_no_order_explains_is_rejected(bad: list[Operation[Call, Told]]) -> None:
    assert find_violation(bad, State(), RULE.step) is not None


def test_a_violation_says_which_answer_cannot_be_explained_and_what_was_going_on() -> None:
    bad = BAD["two devices were granted one seat"]
    violation = find_violation(bad, State(), RULE.step)
    assert violation is not None
    assert violation.operation == bad[1]
    assert violation.states == [State(A, 1, 0.0, 90.0, 0)]
    assert "Granted(epoch=1" in str(violation)


# Against every order there is: a register that is read (call None) and written (an integer).


def register(state: int, call: int | None) -> tuple[int, int]:
    return (state, state) if call is None else (call, call)


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
    accepted = find_violation(operations, 0, register) is None
    assert accepted == some_order_explains(operations)
