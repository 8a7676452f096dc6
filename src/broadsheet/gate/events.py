"""What happened at the gate, on its way to the database: collected, then handed over in batches."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from broadsheet.gate.batches import Batches

PAUSE = 0.2
"""Seconds between batches: short, so that a sharing case shows at the next page."""


class Event(StrEnum):
    """What may happen."""

    REFUSED = "refused"
    TAKEOVER = "takeover"
    OVERLAP = "overlap"
    MINE = "mine"
    STORE_AWAY = "store-away"


@dataclass(frozen=True, slots=True)
class SeatEvent:
    """One event on a seat: `device` came while `other` held it."""

    kind: Event
    key: str
    device: str
    other: str
    at: float


type Record = Callable[[Sequence[SeatEvent]], Awaitable[None]]


class Recorder(Batches[SeatEvent]):
    """Takes events without waiting, and records them soon."""

    def __init__(self, record: Record) -> None:
        super().__init__(record, PAUSE)
        self.counts: dict[Event, int] = dict.fromkeys(Event, 0)

    def add(self, item: SeatEvent) -> None:
        """Note an event; it is recorded within about PAUSE seconds."""
        self.counts[item.kind] += 1
        super().add(item)
