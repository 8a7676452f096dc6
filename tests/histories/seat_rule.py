"""The seat's table once more, as plainly as it can be written, to hold real answers against.

It is written from the rule of access, not from broadsheet.access: of that it takes only the
words in which answers are given.
"""

from dataclasses import dataclass, replace

from broadsheet.access import Answer, Claim, Device, Gone, Granted, InUse, Revoked, Timings
from broadsheet.seats import SeatStore


@dataclass(frozen=True, slots=True)
class Open:
    device: Device
    number: int
    now: float


@dataclass(frozen=True, slots=True)
class TakeOver:
    device: Device
    claim: Claim | None
    number: int
    now: float


@dataclass(frozen=True, slots=True)
class Beat:
    device: Device
    epoch: int
    number: int
    now: float


@dataclass(frozen=True, slots=True)
class Release:
    device: Device
    epoch: int
    number: int
    now: float


@dataclass(frozen=True, slots=True)
class Revoke:
    ending: frozenset[str]
    now: float


@dataclass(frozen=True, slots=True)
class AskNumber:
    pass


@dataclass(frozen=True, slots=True)
class Look:
    now: float


type DeviceCall = Open | TakeOver | Beat | Release
type Call = DeviceCall | Revoke | AskNumber | Look


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody who looks at a seat sees. `lease` is the holder, since when, until when."""

    epoch: int
    lease: tuple[Device, float, float] | None


type Told = Answer | int | Seen


def perform(store: SeatStore, key: str, call: Call) -> Told:
    """Ask a real store. Raises StoreAway."""
    match call:
        case Open(device, number, now):
            return store.open(key, device, number, now)
        case TakeOver(device, claim, number, now):
            return store.take_over(key, device, claim, number, now)
        case Beat(device, epoch, number, now):
            return store.beat(key, device, epoch, number, now)
        case Release(device, epoch, number, now):
            return store.release(key, device, epoch, number, now)
        case Revoke(ending, now):
            return store.revoke(key, ending, now)
        case AskNumber():
            return store.number(key)
        case Look(now):
            seat = store.look(key, now)
            if seat.holder is None or now >= seat.expires:
                return Seen(seat.epoch, None)
            return Seen(seat.epoch, (seat.holder, seat.since, seat.expires))


@dataclass(frozen=True, slots=True)
class State:
    """A seat: who was last given it, under which epoch, since when, until when."""

    holder: Device | None = None
    epoch: int = 0
    since: float = 0.0
    expires: float = 0.0
    number: int = 0


@dataclass(frozen=True, slots=True)
class SeatRule:
    """What a seat answers, and what it is next."""

    key: str
    timings: Timings

    def step(self, state: State, call: Call) -> tuple[State, Told]:
        match call:
            case AskNumber():
                return state, state.number
            case Look(now):
                return state, self._seen(self._after_the_clock_stepped_back(state, now), now)
            case Revoke(ending, _):
                ends = state.holder is not None and state.holder.id in ending
                number = state.number + 1
                if ends:
                    return State(None, state.epoch, state.since, 0.0, number), number
                return replace(state, number=number), number
            case _:
                if call.number < state.number:
                    return state, Revoked()
                return self._row(self._after_the_clock_stepped_back(state, call.now), call)

    def _row(self, state: State, call: DeviceCall) -> tuple[State, Answer]:
        if state.holder is None or call.now >= state.expires:
            return self._free(state, call)
        if state.holder.id == call.device.id:
            return self._held_by_this_device(state, call)
        return self._held_by_another(state, call, state.holder)

    def _free(self, state: State, call: DeviceCall) -> tuple[State, Answer]:
        match call:
            case Open() | TakeOver():
                return self._grant(state, call, None)
            case Beat() | Release():
                return state, Gone(None)

    def _held_by_this_device(self, state: State, call: DeviceCall) -> tuple[State, Answer]:
        match call:
            case Open():
                return self._renew(state, call)
            case TakeOver():
                return state, Granted(state.epoch, state.expires, fresh=False)
            case Beat(epoch=epoch) if epoch <= state.epoch:
                return self._renew(state, call)
            case Release(epoch=epoch) if epoch == state.epoch:
                expires = min(state.expires, call.now + self.timings.release)
                return replace(state, expires=expires), Granted(epoch, expires, fresh=False)
            case Beat() | Release():
                return state, Gone(None)

    def _held_by_another(
        self, state: State, call: DeviceCall, holder: Device
    ) -> tuple[State, Answer]:
        match call:
            case TakeOver(claim=claim) if self._good(claim, state, call):
                return self._grant(state, call, holder)
            case Open() | TakeOver():
                return state, InUse(holder, state.since, state.epoch)
            case Beat():
                return state, Gone(holder, state.since)
            case Release():
                return state, Gone(None)

    def _grant(
        self, state: State, call: DeviceCall, displaced: Device | None
    ) -> tuple[State, Answer]:
        epoch, until = state.epoch + 1, call.now + self.timings.lease
        after = State(call.device, epoch, call.now, until, state.number)
        return after, Granted(epoch, until, fresh=True, displaced=displaced)

    def _renew(self, state: State, call: DeviceCall) -> tuple[State, Answer]:
        until = call.now + self.timings.lease
        after = State(call.device, state.epoch, state.since, until, state.number)
        return after, Granted(state.epoch, until, fresh=False)

    def _good(self, claim: Claim | None, state: State, call: DeviceCall) -> bool:
        if claim is None or claim.seat != self.key or claim.device != call.device.id:
            return False
        return claim.epoch == state.epoch and 0 <= call.now - claim.issued < self.timings.takeover

    def _after_the_clock_stepped_back(self, state: State, now: float) -> State:
        longest = now + self.timings.lease
        if state.expires <= longest:
            return state
        return replace(state, expires=longest, since=min(state.since, now))

    def _seen(self, state: State, now: float) -> Seen:
        if state.holder is None or now >= state.expires:
            return Seen(state.epoch, None)
        return Seen(state.epoch, (state.holder, state.since, state.expires))
