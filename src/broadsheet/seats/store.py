"""The contract of a seat store: what may be asked, and what must hold of the answers."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from broadsheet.access import Answer, Claim, Device, Seat


@dataclass(frozen=True, slots=True)
class Displacement:
    """A device lost its lease by somebody's choice."""

    seat: str
    device: str
    by: str
    """Label of the device that reads now; empty when the lease was ended, not taken over."""
    at: float


class Told(NamedTuple):
    """An answer, and the instant of the store's clock at which it was true (Unix time)."""

    answer: Answer
    at: float


class Seen(NamedTuple):
    """A seat as somebody saw it who looked at `at`, by the store's clock (Unix time)."""

    seat: Seat
    at: float


class SeatStore(Protocol):
    """Keeps every seat, and applies the rule's transitions one at a time per seat.

    Each call is atomic over all processes and hosts, and takes effect at one instant of the
    store's own clock between call and return: whoever asks needs no clock that is right. It
    raises StoreAway when it gets no answer within the store's budget; then it may have taken
    effect or not.

    `number` is the revocation number of the asking pass: when it is not the seat's own (the
    right has changed, or the store was lost and begun anew), the answer is Revoked and nothing
    changes. A seat that the store does not know is begun by `number` alone, with a number and
    an epoch greater than any it may have had before.

    What the gate asks is awaited; what the site asks, in its threads, is not.
    """

    async def open(self, key: str, device: Device, number: int) -> Told:
        """A subscriber's article is asked for."""

    async def take_over(self, key: str, device: Device, claim: Claim | None, number: int) -> Told:
        """Somebody chose to read here."""

    async def beat(self, key: str, device: Device, epoch: int, number: int) -> Told:
        """The article is still being read."""

    async def release(self, key: str, device: Device, epoch: int, number: int) -> Told:
        """The tab was hidden or closed."""

    async def vouches(self, key: str, number: int) -> bool:
        """Whether a pass with this number is good."""

    def following(self) -> AbstractAsyncContextManager[AsyncIterator[Displacement]]:
        """Displacements on all hosts, from now on. What is missed here is found at the next beat.
        On a cluster, one of a moment before may come too, and those of two nodes in any order.

        Entering and iterating raise StoreAway.
        """

    def number(self, key: str) -> int:
        """The seat's revocation number, for a pass that is about to be issued."""

    def revoke(self, key: str, ending: frozenset[str]) -> int:
        """Make every pass of the seat old and end the lease of `ending`; the new number."""

    def look(self, key: str) -> Seen:
        """The seat as it is; for people who want to see, not for decisions."""
