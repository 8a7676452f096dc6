"""The seat's table once more, as plainly as it can be written, to hold real answers against.

It is written from the rule of access, not from broadsheet.access: of that it takes only the
words in which answers are given.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, replace

from broadsheet.access import Answer, Claim, Device, Gone, Granted, InUse, Revoked, Seat, Timings
from broadsheet.seats import SeatStore
from broadsheet.seats import Told as Asked


@dataclass(frozen=True, slots=True)
class Open:
    device: Device
    number: int


@dataclass(frozen=True, slots=True)
class TakeOver:
    device: Device
    claim: Claim | None
    number: int


@dataclass(frozen=True, slots=True)
class Beat:
    device: Device
    epoch: int
    number: int


@dataclass(frozen=True, slots=True)
class Release:
    device: Device
    epoch: int
    number: int


@dataclass(frozen=True, slots=True)
class Revoke:
    ending: frozenset[str]


@dataclass(frozen=True, slots=True)
class AskNumber:
    pass


@dataclass(frozen=True, slots=True)
class Look:
    pass


type DeviceCall = Open | TakeOver | Beat | Release
type Call = DeviceCall | Revoke | AskNumber | Look


@dataclass(frozen=True, slots=True)
class Lease:
    """What somebody who looks at a seat sees: its epoch, and the holder, since when, until when."""

    epoch: int
    held: tuple[Device, float, float] | None


type Told = Answer | int | Lease


@dataclass(frozen=True, slots=True)
class State:
    """A seat: who was last given it, under which epoch, since when, until when."""

    holder: Device | None = None
    epoch: int = 0
    since: float = 0
    expires: float = 0
    number: int = 0


type Known = State | None
"""None: the store does not know the seat."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Times in whole ticks, so many in a second: exact, whatever a store reckons with."""

    per_second: int

    def of(self, seconds: float) -> int:
        return round(seconds * self.per_second)

    def seconds(self, ticks: float) -> float:
        return ticks / self.per_second

    def told(self, told: Told) -> Told:
        """The same answer, its times in ticks."""
        match told:
            case Granted(epoch, expires, fresh, displaced):
                return Granted(epoch, self.of(expires), fresh, displaced)
            case InUse(holder, since, epoch):
                return InUse(holder, self.of(since), epoch)
            case Gone(by, at):
                return Gone(by, self.of(at))
        return told

    def lease(self, seat: Seat, at: float) -> Lease:
        """What is seen of a seat at `at`."""
        if seat.holder is None or at >= seat.expires:
            return Lease(seat.epoch, None)
        return Lease(seat.epoch, (seat.holder, self.of(seat.since), self.of(seat.expires)))


@dataclass(frozen=True, slots=True)
class SeatRule:
    """What a seat answers, and what it is next. Timings, here as in a claim, are seconds."""

    key: str
    timings: Timings
    ticks: Ticks

    def step(self, state: Known, call: Call, now: int) -> tuple[Known, Told]:
        """`now` in ticks."""
        match call:
            case AskNumber():
                state = state or self._begun(now)
                return state, state.number
            case Revoke(ending):
                return self._revoke(state or self._begun(now), ending)
            case Look():
                return state, self._look(state, now)
            case _:
                if state is None or call.number != state.number:
                    return state, Revoked()
                return self._row(self._after_the_clock_stepped_back(state, now), call, now)

    def _begun(self, now: int) -> State:
        milliseconds = now * 1000 // self.ticks.per_second
        return State(epoch=milliseconds, number=milliseconds)

    def _revoke(self, state: State, ending: frozenset[str]) -> tuple[State, int]:
        number = state.number + 1
        if state.holder is not None and state.holder.id in ending:
            return State(None, state.epoch, state.since, 0, number), number
        return replace(state, number=number), number

    def _look(self, state: Known, now: int) -> Lease:
        if state is None:
            return Lease(0, None)
        state = self._after_the_clock_stepped_back(state, now)
        if state.holder is None or now >= state.expires:
            return Lease(state.epoch, None)
        return Lease(state.epoch, (state.holder, state.since, state.expires))

    def _row(self, state: State, call: DeviceCall, now: int) -> tuple[State, Answer]:
        if state.holder is None or now >= state.expires:
            return self._free(state, call, now)
        if state.holder.id == call.device.id:
            return self._held_by_this_device(state, call, now)
        return self._held_by_another(state, call, state.holder, now)

    def _free(self, state: State, call: DeviceCall, now: int) -> tuple[State, Answer]:
        match call:
            case Open() | TakeOver():
                return self._grant(state, call, None, now)
            case Beat() | Release():
                return state, Gone(None)

    def _held_by_this_device(
        self, state: State, call: DeviceCall, now: int
    ) -> tuple[State, Answer]:
        match call:
            case Open():
                return self._renew(state, call, now)
            case TakeOver():
                return state, Granted(state.epoch, state.expires, fresh=False)
            case Beat(epoch=epoch) if epoch <= state.epoch:
                return self._renew(state, call, now)
            case Release(epoch=epoch) if epoch == state.epoch:
                expires = min(state.expires, now + self.ticks.of(self.timings.release))
                return replace(state, expires=expires), Granted(epoch, expires, fresh=False)
            case Beat() | Release():
                return state, Gone(None)

    def _held_by_another(
        self, state: State, call: DeviceCall, holder: Device, now: int
    ) -> tuple[State, Answer]:
        match call:
            case TakeOver(claim=claim) if self._good(claim, state, call, now):
                return self._grant(state, call, holder, now)
            case Open() | TakeOver():
                return state, InUse(holder, state.since, state.epoch)
            case Beat():
                return state, Gone(holder, state.since)
            case Release():
                return state, Gone(None)

    def _grant(
        self, state: State, call: DeviceCall, displaced: Device | None, now: int
    ) -> tuple[State, Answer]:
        epoch, until = state.epoch + 1, now + self.ticks.of(self.timings.lease)
        after = State(call.device, epoch, now, until, state.number)
        return after, Granted(epoch, until, fresh=True, displaced=displaced)

    def _renew(self, state: State, call: DeviceCall, now: int) -> tuple[State, Answer]:
        until = now + self.ticks.of(self.timings.lease)
        after = State(call.device, state.epoch, state.since, until, state.number)
        return after, Granted(state.epoch, until, fresh=False)

    def _good(self, claim: Claim | None, state: State, call: DeviceCall, now: int) -> bool:
        if claim is None or claim.seat != self.key or claim.device != call.device.id:
            return False
        age = now - self.ticks.of(claim.issued)
        return claim.epoch == state.epoch and 0 <= age < self.ticks.of(self.timings.takeover)

    def _after_the_clock_stepped_back(self, state: State, now: int) -> State:
        longest = now + self.ticks.of(self.timings.lease)
        if state.expires <= longest:
            return state
        return replace(state, expires=longest, since=min(state.since, now))


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, and the store's time of it in ticks; None: this call is not told the time."""

    told: Told
    at: int | None


async def perform(store: SeatStore, key: str, call: Call, ticks: Ticks) -> Heard:
    """Ask a real store. What the site asks, it asks in a thread. Raises StoreAway."""
    match call:
        case Open(device, number):
            return await _heard(store.open(key, device, number), ticks)
        case TakeOver(device, claim, number):
            return await _heard(store.take_over(key, device, claim, number), ticks)
        case Beat(device, epoch, number):
            return await _heard(store.beat(key, device, epoch, number), ticks)
        case Release(device, epoch, number):
            return await _heard(store.release(key, device, epoch, number), ticks)
        case Revoke(ending):
            return Heard(await asyncio.to_thread(store.revoke, key, ending), None)
        case AskNumber():
            return Heard(await asyncio.to_thread(store.number, key), None)
        case Look():
            seat, at = await asyncio.to_thread(store.look, key)
            return Heard(ticks.lease(seat, at), ticks.of(at))


async def _heard(call: Awaitable[Asked], ticks: Ticks) -> Heard:
    answer, at = await call
    return Heard(ticks.told(answer), ticks.of(at))
