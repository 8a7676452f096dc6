"""What balancers ask: does this process live, and may it be sent readers?

Both are answered before the gate: without sessions, and unlogged.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from broadsheet.gate.pages import PageCache
from broadsheet.gate.request import Scope, Send
from broadsheet.gate.response import respond_json
from broadsheet.seats import SeatStore
from broadsheet.stores import PolledNumber, SharedNumber, Source, StoreAway

logger = logging.getLogger(__name__)

LIVE = "/-/live"
READY = "/-/ready"
ADDRESSES = (LIVE, READY)
LIMIT = 1.0
"""Seconds in which the database must answer."""
GOOD = 1.0
"""Seconds for which its answer is remembered, however often balancers ask."""

type Ask = Callable[[], Awaitable[None]]


class Health:
    """The state of this process."""

    def __init__(
        self, number: SharedNumber | PolledNumber, pages: PageCache, store: SeatStore, ask: Ask
    ) -> None:
        """`ask` raises when the database does not answer."""
        self._number = number
        self._pages = pages
        self._store = store
        self._ask = ask
        self._asked = -GOOD
        self._answered = False
        self.stopping = False

    async def serve(self, scope: Scope, send: Send) -> None:
        """Answer at one of ADDRESSES."""
        if scope["path"] == LIVE:
            await respond_json(send, 200, {"live": True})
            return
        told = await self.state()
        await respond_json(send, 200 if told["ready"] else 503, told)

    async def state(self) -> dict[str, object]:
        """Whether readers may be sent here, and which of what it stands on is away."""
        database, store = await self._database(), await self._seats()
        reads = database or self._pages.count > 0
        return {
            "ready": reads and not self.stopping,
            "mode": "stopping" if self.stopping else _mode(database, store),
            "database": "here" if database else "away",
            "store": "here" if store else "away",
        }

    async def _database(self) -> bool:
        if isinstance(self._number, PolledNumber):
            return self._number.source is Source.ORIGIN
        now = time.monotonic()
        if now - self._asked >= GOOD:
            self._asked = now
            self._answered = await self._answers()
        return self._answered

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(LIMIT):
                await self._ask()
        except Exception:  # whatever the database raises while it is away
            return False
        return True

    async def _seats(self) -> bool:
        try:
            await self._store.vouches("health", 0)
        except StoreAway:
            return False
        return True


def _mode(database: bool, store: bool) -> str:
    if not database:
        return "printed pages only"
    return "whole" if store else "without seats"
