"""Is there an order in which these operations, one at a time, would have had these answers?

Linearizability after Herlihy and Wing: each operation takes effect at one instant between its
call and its return. The search is Wing and Gong's, in the form Lowe calls just-in-time: the
history is read once, from its first event to its last, and what is kept is the set of
configurations that explain it so far. A configuration is the operations that have taken effect
without having returned, and the state they lead to. When an operation returns, it must have
taken effect: others that are under way may have done so before it.

Because configurations are kept in a set, none is explored twice, and whenever nothing is under
way only states remain: long histories fall apart at their quiet moments by themselves, and any
length of them is checked in the memory of one moment.

An operation that has no answer (its process was killed, or the store was away) may have taken
effect or not, at any instant after its call: it stays under way until it is given up. Of two
configurations that differ only in that one has needed more of these, the other one explains all
that the first does, and the first is dropped.
"""

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation[Call, Answer]:
    """What one process asked, when (`invoked`, `returned`: one clock for all), and the answer."""

    process: int
    invoked: int
    returned: int | None
    call: Call
    answer: Answer | None
    at: int | None = None
    """When it took effect by the store's own clock, where it is told: effects are in this order."""


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


EVER = float("inf")

type Span = tuple[float, float]
"""From the earliest to the latest instant."""
type Step[Call, Answer, State] = Callable[[State, Operation[Call, Answer], float], Iterable[State]]


class Configurations[State: Hashable]:
    """Operations that have taken effect without having returned, and the state they lead to."""

    def __init__(self, unanswered: frozenset[int]) -> None:
        self._unanswered = unanswered
        self._ways: dict[tuple[State, frozenset[int]], list[frozenset[int]]] = defaultdict(list)

    def add(self, done: frozenset[int], state: State) -> bool:
        """Whether it was not explained already: by itself, or with fewer unanswered operations."""
        ways = self._ways[state, done - self._unanswered]
        if any(way <= done for way in ways):
            return False
        ways[:] = [way for way in ways if not done < way]
        ways.append(done)
        return True

    def __iter__(self) -> Iterator[tuple[frozenset[int], State]]:
        return ((done, state) for (state, _), ways in self._ways.items() for done in ways)

    def __bool__(self) -> bool:
        return bool(self._ways)


class Checker[Call, Answer, State: Hashable]:
    """Reads one history, operation by operation, in the order in which they were called."""

    def __init__(
        self,
        start: State,
        step: Step[Call, Answer, State],
        linger: float = EVER,
        wall: Callable[[int], Span] = lambda _: (-EVER, EVER),
    ) -> None:
        """`step` is the specification: from a state and an operation to the states it may lead to
        with this answer; none, if there is no such state. Without an answer: to those in which it
        has changed something, at an instant of the store's clock within the span that is given.

        `linger`: how long after its call an unanswered operation is given up, by the clock of the
        operations. `wall`: from that clock's to the store's, if they can be compared.
        """
        self._wall = wall
        self._step = step
        self._linger = linger
        self._explained: Configurations[State] = Configurations(frozenset())
        self._explained.add(frozenset(), start)
        self._under_way: dict[int, Operation[Call, Answer]] = {}
        self._ends: list[tuple[float, int]] = []
        self.read = 0
        """How many operations there were."""
        self.violation: Violation[Call, Answer, State] | None = None
        """The first operation whose answer no order explains."""

    def add(self, operation: Operation[Call, Answer]) -> None:
        """The next one. One that is called at the instant of another's return overlaps it."""
        self._until(operation.invoked)
        which, self.read = self.read, self.read + 1
        self._under_way[which] = operation
        end = operation.invoked + self._linger
        heapq.heappush(
            self._ends, (end if operation.returned is None else operation.returned, which)
        )

    def end(self) -> None:
        """There are no more."""
        self._until(EVER)

    def _until(self, instant: float) -> None:
        while self.violation is None and self._ends and self._ends[0][0] < instant:
            _, which = heapq.heappop(self._ends)
            self._return(which)

    def _return(self, which: int) -> None:
        operation = self._under_way[which]
        reached = self._explained
        if operation.returned is not None:
            reached = self._until_done(which)
            if not reached:
                others = [one for other, one in self._under_way.items() if other != which]
                states = [state for _, state in self._explained]
                self.violation = Violation(operation, others, states)
        del self._under_way[which]
        self._explained = Configurations(self._unanswered)
        for done, state in reached:
            self._explained.add(done - {which}, state)

    def _until_done(self, which: int) -> Configurations[State]:
        """The configurations in which operation `which` has taken effect."""
        _, latest = self._wall(self._under_way[which].returned or 0)
        reached: Configurations[State] = Configurations(self._unanswered)
        seen: Configurations[State] = Configurations(self._unanswered)
        waiting = deque(sorted(self._explained, key=lambda one: len(one[0])))
        while waiting:
            done, state = waiting.popleft()
            if which in done:
                reached.add(done, state)
                continue
            before, following = self._next(done)
            before = min(before, latest)
            for other in following:
                one = self._under_way[other]
                span = self._wall(one.invoked)[0], before
                for after in self._step(state, one, span):
                    if seen.add(done | {other}, after):
                        waiting.append((done | {other}, after))
        return reached

    def _next(self, done: frozenset[int]) -> tuple[float, list[int]]:
        """What may take effect next, and by when: nothing is later than what has to come yet."""
        left = [(which, one.at) for which, one in self._under_way.items() if which not in done]
        first = min((at for _, at in left if at is not None), default=EVER)
        next_ones, unanswered = [], set()
        for which, at in left:
            one = self._under_way[which]
            if one.returned is None:
                # Of two alike the one that is given up sooner.
                if one.call in unanswered:
                    continue
                unanswered.add(one.call)
            if at is None or at == first:
                next_ones.append(which)
        return first, next_ones

    @property
    def _unanswered(self) -> frozenset[int]:
        return frozenset(which for which, one in self._under_way.items() if one.returned is None)


def find_violation[Call, Answer, State: Hashable](
    history: Iterable[Operation[Call, Answer]],
    start: State,
    step: Step[Call, Answer, State],
) -> Violation[Call, Answer, State] | None:
    """The first operation whose answer no order explains; None: the history is linearizable."""
    checker = Checker(start, step)
    for operation in sorted(history, key=lambda one: one.invoked):
        checker.add(operation)
    checker.end()
    return checker.violation
