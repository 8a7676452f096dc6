"""What happens at the gate is collected without waiting, and handed over in batches."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

logger = logging.getLogger(__name__)

CEILING = 10_000
"""Items kept while the database cannot take them; older ones are given up, and counted."""


class Batches[T]:
    """Takes items without waiting, and has them recorded about `pause` seconds later."""

    def __init__(self, record: Callable[[Sequence[T]], Awaitable[None]], pause: float) -> None:
        self._record = record
        self._pause = pause
        self._waiting: deque[T] = deque()
        self._task: asyncio.Task[None] | None = None
        self.lost = 0

    @property
    def waiting(self) -> int:
        """How many items are not recorded yet."""
        return len(self._waiting)

    def add(self, item: T) -> None:
        """Note an item; it is recorded soon."""
        self._waiting.append(item)
        if len(self._waiting) > CEILING:
            self._waiting.popleft()
            self.lost += 1
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._soon())

    async def flush(self) -> None:
        """Record what is waiting now; what cannot be recorded waits on."""
        batch = list(self._waiting)
        self._waiting.clear()
        if not batch:
            return
        try:
            await self._record(batch)
        except Exception:  # any failure of the database: nothing must be lost with it
            logger.exception("%d events could not be recorded; kept for later", len(batch))
            self._waiting.extendleft(reversed(batch))

    async def close(self) -> None:
        """Record what is left before the process stops."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self.flush()

    async def _soon(self) -> None:
        while self._waiting:  # more may have come meanwhile, or all may have come back
            await asyncio.sleep(self._pause)
            await self.flush()
