"""Is there an order in which these operations, one at a time, would have had these answers?

Linearizability after Herlihy and Wing: each operation takes effect at one instant between its
call and its return. The search is Wing and Gong's, in the form Lowe calls just-in-time: the
history is read once, from its first event to its last, and what is kept is the set of
configurations that explain it so far. A configuration is the operations that have taken effect
without having returned, and the state they lead to. When an operation returns, it must have
taken effect: others that are under way may have done so before it.

Because configurations are kept in a set, none is explored twice, and whenever nothing is under
way only states remain: long histories fall apart at their quiet moments by themselves.

An operation that never returned (its process was killed) may have taken effect or not.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation[Call, Answer]:
    """What one process asked, when (`invoked`, `returned`: one clock for all), and the answer."""

    process: int
    invoked: int
    returned: int | None
    call: Call
    answer: Answer | None


@dataclass(frozen=True, slots=True)
class Violation[Call, Answer, State]:
    """No order explains the answer of `operation`."""

    operation: Operation[Call, Answer]
    under_way: list[Operation[Call, Answer]]
    states: list[State]
    """The states that everything before it may have led to."""

    def __str__(self) -> str:
        lines = ["no order of the operations explains the answer of", f"  {self.operation}"]
        lines += ["while these were under way:", *(f"  {one}" for one in self.under_way)]
        lines += ["after one of these states:", *(f"  {state}" for state in self.states)]
        return "\n".join(lines)


def find_violation[Call, Answer, State: Hashable](
    history: Iterable[Operation[Call, Answer]],
    start: State,
    step: Callable[[State, Call], tuple[State, Answer]],
) -> Violation[Call, Answer, State] | None:
    """The first operation whose answer no order explains; None: the history is linearizable.

    `step` is the specification: from a state and a call to the next state and the answer.
    """
    operations = list(history)
    under_way: set[int] = set()
    explained: set[tuple[frozenset[int], State]] = {(frozenset(), start)}
    for _, returning, which in _events(operations):
        if not returning:
            under_way.add(which)
            continue
        reached = _until_done(which, explained, operations, under_way, step)
        under_way.remove(which)
        if not reached:
            others = [operations[one] for one in sorted(under_way)]
            return Violation(operations[which], others, [state for _, state in explained])
        explained = {(done - {which}, state) for done, state in reached}
    return None


def _events(operations: list[Operation]) -> list[tuple[int, bool, int]]:  # type: ignore[type-arg]
    # At one and the same instant calls come first: the operations then overlap.
    calls = [(one.invoked, False, which) for which, one in enumerate(operations)]
    returns = [
        (one.returned, True, which)
        for which, one in enumerate(operations)
        if one.returned is not None
    ]
    return sorted([*calls, *returns])


def _until_done[Call, Answer, State: Hashable](
    which: int,
    explained: set[tuple[frozenset[int], State]],
    operations: list[Operation[Call, Answer]],
    under_way: set[int],
    step: Callable[[State, Call], tuple[State, Answer]],
) -> set[tuple[frozenset[int], State]]:
    """The configurations in which operation `which` has taken effect."""
    reached = set()
    seen = set(explained)
    waiting = list(explained)
    while waiting:
        done, state = waiting.pop()
        if which in done:
            reached.add((done, state))
            continue
        for other in under_way - done:
            operation = operations[other]
            after, answer = step(state, operation.call)
            configuration = (done | {other}, after)
            fits = operation.returned is None or answer == operation.answer
            if fits and configuration not in seen:
                seen.add(configuration)
                waiting.append(configuration)
    return reached
