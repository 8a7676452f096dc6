"""Which networks read everything: an institution's ranges, kept in memory and looked up there."""

import asyncio
import logging
import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from broadsheet.gate.addresses import Proxies, position
from broadsheet.gate.request import Request

logger = logging.getLogger(__name__)

LOOK_AGAIN = 30.0
"""Seconds until the ranges are asked for anew though nothing told of a change."""


class Ranges(NamedTuple):
    """First and last position (see `addresses`) of each range that reads now."""

    pairs: Sequence[tuple[int, int]] = ()
    until: float = math.inf
    """When a subscription begins or ends, and with it what its ranges may."""


class NetworkOffice(Protocol):
    """Knows which institutions' subscriptions are current."""

    async def ranges(self, now: float) -> Ranges:
        """The ranges that read at `now`."""


class Networks:
    """The ranges as this process knows them."""

    def __init__(
        self, office: NetworkOffice, number: Callable[[], int | None], proxies: Proxies
    ) -> None:
        """`number` moves whenever ranges or their subscriptions change; None: not known now."""
        self._office = office
        self._number = number
        self._proxies = proxies
        self._seen: int | None = None
        self._due = -math.inf
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        self._asking: asyncio.Task[None] | None = None

    def stale(self, now: float) -> bool:
        """Whether `refresh` must be awaited before `include` may be asked."""
        number = self._number()
        return now >= self._due or (number is not None and number != self._seen)

    async def refresh(self, now: float) -> None:
        """Ask for the ranges; of many that want it at once, one asks.

        While the database is away, what was known last is kept and asked for again later: an
        institution's readers read on, as subscribers do.
        """
        while self.stale(now):
            if self._asking is None or self._asking.done():
                self._asking = asyncio.get_running_loop().create_task(self._ask(now))
            await asyncio.shield(self._asking)

    def include(self, request: Request) -> bool:
        """Whether the request comes from one of the ranges."""
        if not self._firsts:
            return False
        address = self._proxies.client(request.peer, request.forwarded)
        if address is None:
            return False
        place = position(address)
        at = bisect_right(self._firsts, place) - 1
        return at >= 0 and place <= self._lasts[at]

    async def _ask(self, now: float) -> None:
        seen = self._number()  # before the ranges are read: a change meanwhile is asked for again
        try:
            ranges = await self._office.ranges(now)
        except Exception:  # whatever the database raises while it is away
            logger.exception("the networks of institutions could not be read")
            ranges = None
        self._seen = seen
        self._due = now + LOOK_AGAIN
        if ranges is not None:
            self._due = min(self._due, ranges.until)
            self._firsts, self._lasts = _joined(ranges.pairs)


def _joined(pairs: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Sorted, with what overlaps or touches made one: so one comparison finds an address."""
    firsts: list[int] = []
    lasts: list[int] = []
    for first, last in sorted(pairs):
        if lasts and first <= lasts[-1] + 1:
            lasts[-1] = max(lasts[-1], last)
        else:
            firsts.append(first)
            lasts.append(last)
    return firsts, lasts
