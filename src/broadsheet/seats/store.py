"""The contract of a seat store: what may be asked, and what must hold of the answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from broadsheet.access import Answer, Claim, Device, Seat


@dataclass(frozen=True, slots=True)
class Displacement:
    """A device lost its lease by somebody's choice."""

    seat: str
    device: str
    by: str
    """Label of the device that reads now; empty when the lease was ended, not taken over."""
    at: float


class SeatStore(Protocol):
    """Keeps every seat, and applies the rule's transitions one at a time per seat.

    Each call is atomic over all processes, takes effect at one instant between call and
    return, and raises StoreAway when it cannot be carried out. `number` is the revocation
    number of the asking pass: when it is not the seat's own (smaller: the right has changed;
    larger: the store was lost and begun anew), the answer is Revoked and nothing changes.
    `now` is the server's clock in seconds.
    """

    def open(self, key: str, device: Device, number: int, now: float) -> Answer:
        """A subscriber's article is asked for."""

    def take_over(
        self, key: str, device: Device, claim: Claim | None, number: int, now: float
    ) -> Answer:
        """Somebody chose to read here."""

    def beat(self, key: str, device: Device, epoch: int, number: int, now: float) -> Answer:
        """The article is still being read."""

    def release(self, key: str, device: Device, epoch: int, number: int, now: float) -> Answer:
        """The tab was hidden or closed."""

    def revoke(self, key: str, ending: frozenset[str], now: float) -> int:
        """Make every pass of the seat old and end the lease of `ending`; the new number."""

    def number(self, key: str) -> int:
        """The seat's revocation number; 0 for a seat never heard of."""

    def look(self, key: str, now: float) -> Seat:
        """The seat as it is; for people who want to see, not for decisions."""

    def displacements(self, cursor: int) -> tuple[int, Sequence[Displacement]]:
        """Displacements after `cursor` and the next cursor; -1 asks for the present one."""
