"""What can be known of a seat from answers, some of which never came.

A call without an answer may have been carried out, at an instant that nobody was told. So the
times it would have written are kept as spans, from the earliest to the latest they can be, and
every later answer makes them narrower:

- the store's time goes on from one effect to the next, so an effect lies between its neighbours;
- an answer that shows since when, or until when, a device holds the seat says the very instant;
- an answer that treats the seat as held, or as free, says on which side of it the end lies.

This is sound in that no history is rejected which one order and one choice of instants would
explain: whatever instants were true, each step keeps a situation whose spans hold them. It may
accept a little more, where two spans depend on each other (a claim's age at an unknown instant is
not looked at, either); without unanswered calls it is exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from broadsheet.access import Gone, Granted, InUse
from tests.histories.checker import Operation, Span
from tests.histories.seat_rule import (
    AskNumber,
    Beat,
    Call,
    DeviceCall,
    Heard,
    Known,
    Lease,
    Open,
    Release,
    Revoke,
    SeatRule,
    State,
    TakeOver,
    Told,
)

HIDDEN = -1
"""Stands where an instant is not known; no answer shows it."""


@dataclass(frozen=True, slots=True)
class Becomes:
    """Not a call, but what somebody did to the store: the seat is this from now on."""

    state: Known


@dataclass(frozen=True, slots=True)
class Situation:
    """A seat, the store's time of the last answer, and the instants that are only spans."""

    state: Known
    at: int = 0
    since: Span | None = None
    expires: Span | None = None
    tied: bool = False
    """Both are spans, and the one is a whole lease after the other."""


@dataclass(frozen=True, slots=True)
class SeatHistory:
    """The specification, as the checker wants it."""

    rule: SeatRule

    def step(
        self, now: Situation, operation: Operation[Call | Becomes, Heard], when: Span
    ) -> Iterator[Situation]:
        """The situations to which an operation may lead; one without an answer, at that time."""
        call, heard = operation.call, operation.answer
        if isinstance(call, Becomes):
            yield Situation(call.state, now.at)
        elif heard is None:
            yield from self._perhaps(now, call, (max(now.at, when[0]), when[1]))
        elif now.state is None and isinstance(call, AskNumber | Revoke):
            yield from self._begun(now, call, heard.told)
        elif operation.at is None or operation.at >= now.at:
            at = now.at if operation.at is None else operation.at
            yield from self._answered(now, call, heard, at)

    def _answered(self, now: Situation, call: Call, heard: Heard, at: int) -> Iterator[Situation]:
        shown = [now] if heard.at is None else self._as_shown(now, call, heard.told, heard.at)
        for known in shown:
            state, told = self.rule.step(known.state, call, heard.at or now.at)
            if told == heard.told:
                yield _gone_on(known, state, at)

    def _begun(self, now: Situation, call: Call, told: Told) -> Iterator[Situation]:
        # Revocations that were not answered may have begun it.
        assert isinstance(told, int)
        first = told - isinstance(call, Revoke)
        for unheard in range(3):
            yield Situation(State(epoch=first - unheard, number=told), now.at)

    # Spans, in the light of an answer

    def _as_shown(self, now: Situation, call: Call, told: Told, at: int) -> Iterator[Situation]:
        if now.since is None and now.expires is None:
            yield now
            return
        for expires in self._sides(now, call, at):
            narrow = replace(now, expires=expires, since=_until(now.since, at))
            yield narrow_if_hidden(narrow)
            yield from self._pinned(narrow, told)

    def _sides(self, now: Situation, call: Call, at: int) -> Iterator[Span | None]:
        """Where the end can lie: so that all of a span is before, or after, what it is held
        against."""
        if now.expires is None:
            yield None
            return
        cuts = [at]
        if isinstance(call, Release):
            cuts.append(at + self._ticks(self.rule.timings.release))
        low, high = now.expires[0], min(now.expires[1], at + self._lease)
        for cut in cuts:
            if low <= min(high, cut):
                yield low, min(high, cut)
            low = max(low, cut + 1)
        if low <= high:
            yield low, high

    def _pinned(self, now: Situation, told: Told) -> Iterator[Situation]:
        since, expires = _shown(told)
        if now.tied:
            since = since if since is not None or expires is None else expires - self._lease
            expires = None if since is None else since + self._lease
        pinned = now
        if since is not None and _in(since, now.since):
            pinned = _with(pinned, since=since)
        if expires is not None and _in(expires, now.expires):
            pinned = _with(pinned, expires=expires)
        if pinned is not now:
            yield narrow_if_hidden(pinned)

    # Calls without an answer

    def _perhaps(self, now: Situation, call: Call, when: Span) -> Iterator[Situation]:
        state = now.state
        if state is None:
            return  # whatever began it is seen with the next number
        if isinstance(call, Revoke):
            after, _ = self.rule.step(state, call, now.at)
            yield _gone_on(now, after, now.at)
        elif isinstance(call, Open | TakeOver | Beat | Release) and call.number == state.number:
            yield from self._done(now, state, call, when)

    def _done(
        self, now: Situation, state: State, call: DeviceCall, when: Span
    ) -> Iterator[Situation]:
        low, high = now.expires or (state.expires, state.expires)
        held = _span(when[0], min(high - 1, when[1])) if state.holder else None
        free = _span(max(when[0], low) if state.holder else when[0], when[1])
        mine = state.holder is not None and state.holder.id == call.device.id
        match call:
            case Open() | TakeOver():
                if free:
                    yield self._grant(now, state, call, free)
                if held and mine and isinstance(call, Open):
                    yield self._renew(now, state, call, held)
                if held and not mine and isinstance(call, TakeOver) and self._names(call, state):
                    yield self._grant(now, state, call, held)
            case Beat(epoch=epoch) if held and mine and epoch <= state.epoch:
                yield self._renew(now, state, call, held)
            case Release(epoch=epoch) if held and mine and epoch == state.epoch:
                soon = self._ticks(self.rule.timings.release)
                span = min(low, held[0] + soon), min(high, held[1] + soon)
                yield replace(now, expires=span, tied=False)

    def _grant(self, now: Situation, state: State, call: DeviceCall, when: Span) -> Situation:
        after = State(call.device, state.epoch + 1, HIDDEN, HIDDEN, state.number)
        return Situation(after, now.at, when, self._later(when), tied=True)

    def _renew(self, now: Situation, state: State, call: DeviceCall, when: Span) -> Situation:
        after = replace(state, holder=call.device)
        return Situation(after, now.at, now.since, self._later(when))

    def _names(self, call: TakeOver, state: State) -> bool:
        claim = call.claim
        named = claim and (claim.seat, claim.device, claim.epoch)
        return named == (self.rule.key, call.device.id, state.epoch)

    def _later(self, when: Span) -> Span:
        return when[0] + self._lease, when[1] + self._lease

    @property
    def _lease(self) -> int:
        return self._ticks(self.rule.timings.lease)

    def _ticks(self, seconds: float) -> int:
        return self.rule.ticks.of(seconds)


def narrow_if_hidden(now: Situation) -> Situation:
    """With instants in the place of spans: on the right side of all, and shown by no answer."""
    assert now.state is not None
    state = now.state
    if now.since is not None:
        state = replace(state, since=HIDDEN)
    if now.expires is not None:
        state = replace(state, expires=now.expires[1] - 0.5)
    return replace(now, state=state)


def _gone_on(before: Situation, state: Known, at: int) -> Situation:
    """Spans stay spans where the step has not written an instant."""
    assert before.state is not None or state is None
    if state is None or before.state is None:
        return Situation(state, at)
    since = before.since if state.since == before.state.since else None
    expires = before.expires if state.expires == before.state.expires else None
    tied = before.tied and since is not None and expires is not None
    hidden = replace(
        state,
        since=state.since if since is None else HIDDEN,
        expires=state.expires if expires is None else HIDDEN,
    )
    return Situation(hidden, at, since, expires, tied)


def _with(now: Situation, since: float | None = None, expires: float | None = None) -> Situation:
    assert now.state is not None
    if since is not None:
        now = replace(now, state=replace(now.state, since=since), since=None)
    if expires is not None:
        now = replace(now, state=replace(now.state, expires=expires), expires=None)
    return replace(now, tied=False)


def _shown(told: Told) -> tuple[float | None, float | None]:
    """Since when, and until when, an answer says that the seat was held."""
    match told:
        case Granted(expires=expires):
            return None, expires
        case InUse(since=since) | Gone(at=since):
            return since, None
        case Lease(held=(_, since, expires)):
            return since, expires
    return None, None


def _span(low: float, high: float) -> Span | None:
    return (low, high) if low <= high else None


def _until(span: Span | None, at: float) -> Span | None:
    return span and (span[0], min(span[1], at))


def _in(instant: float, span: Span | None) -> bool:
    return span is not None and span[0] <= instant <= span[1]
