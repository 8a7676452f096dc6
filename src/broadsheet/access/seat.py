"""A seat as a state machine: who may read under it now, and how that changes.

Every function takes the seat as it was and the time, and returns the seat as it is next and
what to tell the device. Nothing here reads a clock or keeps anything. Times are seconds since
the epoch, of the server's clock; durations are seconds.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Timings:
    """How long things last, in seconds."""

    beat: float = 30.0
    activity: float = 120.0
    lease: float = 90.0
    release: float = 10.0
    takeover: float = 120.0


@dataclass(frozen=True, slots=True)
class Device:
    """One browser or app: its public id and the label people know it by."""

    id: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """One reader's right to read under a subscription, as the store keeps it.

    `number` is the revocation number: a pass that carries a smaller one is no longer good.
    """

    holder: Device | None = None
    epoch: int = 0
    since: float = 0.0
    expires: float = 0.0
    number: int = 0

    def held(self, now: float) -> bool:
        """Whether a device holds the seat at `now`; an expired hold is free."""
        return self.holder is not None and now < self.expires

    def held_by(self, device: str, now: float) -> bool:
        """Whether this very device holds the seat at `now`."""
        return self.holder is not None and self.holder.id == device and now < self.expires


@dataclass(frozen=True, slots=True)
class Claim:
    """What a takeover token says: this device saw this seat in use under this epoch."""

    seat: str
    device: str
    epoch: int
    issued: float

    def good(self, seat: str, device: str, epoch: int, now: float, timings: Timings) -> bool:
        """Whether the claim is about this seat, device and epoch, and not too old.

        A claim from the future (the clock stepped back) is not good either.
        """
        named = (self.seat, self.device, self.epoch) == (seat, device, epoch)
        return named and 0 <= now - self.issued < timings.takeover


class Granted(NamedTuple):  # made for every subscriber's page: quicker than a frozen dataclass
    """The device holds the lease until `expires`, under `epoch`."""

    epoch: int
    expires: float
    fresh: bool
    """A new epoch, not a renewal."""
    displaced: Device | None = None
    """Who held the seat until now, when this was a takeover."""


@dataclass(frozen=True, slots=True)
class InUse:
    """Another device holds the seat; it was not touched."""

    holder: Device
    since: float
    epoch: int


@dataclass(frozen=True, slots=True)
class Gone:
    """The device does not hold the seat. `by` is who does, since when; None: it ran out."""

    by: Device | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Revoked:
    """The pass that asked carries an old number: who is asking must be settled anew."""


type Answer = Granted | InUse | Gone | Revoked


def begun(now: float) -> Seat:
    """A seat that is not known: never heard of, or forgotten with the store that was lost.

    Its epoch and number are the time in milliseconds, greater than any that the seat may have
    had before: no takeover token, beat or pass of then is good now.
    """
    milliseconds = int(now * 1000)
    return Seat(epoch=milliseconds, number=milliseconds)


def open_seat(seat: Seat, device: Device, now: float, timings: Timings) -> tuple[Seat, Answer]:
    """A subscriber's article is asked for: grant, renew, or say that the seat is in use."""
    seat = settled(seat, now, timings)
    if seat.held_by(device.id, now):
        return _renewed(seat, device, now, timings)
    if seat.held(now):
        return seat, _in_use(seat)
    return _granted(seat, device, now, timings)


def take_over(
    key: str, seat: Seat, device: Device, claim: Claim | None, now: float, timings: Timings
) -> tuple[Seat, Answer]:
    """Somebody chose to read on this device: grant if their claim is good, and displace.

    A repeat by the winner answers the same grant and changes nothing.
    """
    seat = settled(seat, now, timings)
    if seat.held_by(device.id, now):
        return seat, Granted(seat.epoch, seat.expires, fresh=False)
    if not seat.held(now):
        return _granted(seat, device, now, timings)
    if claim is None or not claim.good(key, device.id, seat.epoch, now, timings):
        return seat, _in_use(seat)
    displaced = seat.holder
    seat, granted = _granted(seat, device, now, timings)
    return seat, granted._replace(displaced=displaced)


def beat(
    seat: Seat, device: Device, epoch: int, now: float, timings: Timings
) -> tuple[Seat, Answer]:
    """A sign that the article is still being read: renew, or say that the lease is gone.

    Tabs share the device's lease, so a tab that opened under an earlier epoch of the same
    device renews too; an epoch that was never given does not.
    """
    seat = settled(seat, now, timings)
    if seat.held_by(device.id, now) and epoch <= seat.epoch:
        return _renewed(seat, device, now, timings)
    if seat.held(now) and not seat.held_by(device.id, now):
        return seat, Gone(seat.holder, seat.since)
    return seat, Gone()


def release(
    seat: Seat, device: Device, epoch: int, now: float, timings: Timings
) -> tuple[Seat, Answer]:
    """The tab was hidden or closed: the lease ends soon, unless it comes back.

    Only the epoch in force can be released; a late release never frees a newer grant.
    """
    seat = settled(seat, now, timings)
    if seat.held_by(device.id, now) and epoch == seat.epoch:
        seat = replace(seat, expires=min(seat.expires, now + timings.release))
        return seat, Granted(seat.epoch, seat.expires, fresh=False)
    return seat, Gone()


def revoke(seat: Seat, ending: frozenset[str]) -> Seat:
    """Every pass of the seat is old from now on; a lease held by one of `ending` is over."""
    seat = replace(seat, number=seat.number + 1)
    if seat.holder is not None and seat.holder.id in ending:
        seat = replace(seat, holder=None, expires=0.0)
    return seat


def settled(seat: Seat, now: float, timings: Timings) -> Seat:
    """The seat after a clock that stepped back: no hold may outlast a full lease from now."""
    latest = now + timings.lease
    if seat.expires <= latest:
        return seat
    return replace(seat, expires=latest, since=min(seat.since, now))


def _granted(seat: Seat, device: Device, now: float, timings: Timings) -> tuple[Seat, Granted]:
    seat = replace(
        seat, holder=device, epoch=seat.epoch + 1, since=now, expires=now + timings.lease
    )
    return seat, Granted(seat.epoch, seat.expires, fresh=True)


def _renewed(seat: Seat, device: Device, now: float, timings: Timings) -> tuple[Seat, Granted]:
    # Written out: this is the way of every page, and replace() takes as long as all the rest.
    seat = Seat(device, seat.epoch, seat.since, now + timings.lease, seat.number)
    return seat, Granted(seat.epoch, seat.expires, fresh=False)


def _in_use(seat: Seat) -> InUse:
    assert seat.holder is not None  # for the type checker: only called on a held seat
    return InUse(seat.holder, seat.since, seat.epoch)
