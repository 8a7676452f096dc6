"""What happened at the gate, on its way to the database: collected, then handed over in batches."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

logger = logging.getLogger(__name__)

PAUSE = 0.2
"""Seconds between batches: short, so that a sharing case shows at the next page."""
CEILING = 10_000
"""Events kept while the database cannot take them; older ones are given up, and counted."""


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


class Recorder:
    """Takes events without waiting, and records them soon."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._waiting: list[SeatEvent] = []
        self._task: asyncio.Task[None] | None = None
        self.counts: dict[Event, int] = dict.fromkeys(Event, 0)
        self.lost = 0

    def add(self, event: SeatEvent) -> None:
        """Note an event; it is recorded within about PAUSE seconds."""
        self.counts[event.kind] += 1
        self._waiting.append(event)
        if len(self._waiting) > CEILING:
            del self._waiting[0]
            self.lost += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._soon())

    async def flush(self) -> None:
        """Record what is waiting now; what cannot be recorded waits on."""
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        try:
            await self._record(batch)
        except Exception:  # any failure of the database: the events must not be lost with it
            logger.exception("%d seat events could not be recorded; kept for later", len(batch))
            self._waiting[:0] = batch

    async def close(self) -> None:
        """Record what is left before the process stops."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.flush()

    async def _soon(self) -> None:
        await asyncio.sleep(PAUSE)
        await self.flush()
