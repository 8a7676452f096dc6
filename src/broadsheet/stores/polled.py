"""A number that many hosts see change, asked for again and again, and never believed for long."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum

from broadsheet.stores.number import Unsure

logger = logging.getLogger(__name__)

LOOK = 0.25
"""Seconds between two questions."""
LIMIT = 0.7
"""Seconds an answer may take."""
GOOD = 1.0
"""Seconds an answer is good for, from when the question was asked."""
DOUBT = 3
"""Questions that neither source answers in a row, until both count as away: one may have gone
unanswered because this process itself was held up."""

type Ask = Callable[[], Awaitable[object]]


class Source(StrEnum):
    """Who vouches for the number now."""

    ORIGIN = "here"
    WITNESS = "witness"
    NOBODY = "away"


class PolledNumber:
    """Counts the changes of what an origin answers.

    While the origin is away, a witness is asked, which is told of every change as well. While
    both are, the last number holds: nobody could have told of a change, and none can be made
    through them.
    """

    def __init__(
        self, origin: Ask, witness: Ask, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """What `origin` and `witness` answer is compared with what each answered before."""
        self._origin = origin
        self._witness = witness
        self._clock = clock
        self._number = 0
        self._seen: object = None
        self._seen_by_witness: object = None
        self._good_until = -1.0
        self._unanswered = 0
        self._asked = asyncio.Event()
        self._asking: asyncio.Task[None] | None = None
        self.source: Source | None = None
        """None: there was no answer yet."""

    def __call__(self) -> int | None:
        """The number; None while it may be another by now."""
        return self._number if self._clock() < self._good_until else None

    async def sure(self) -> None:
        """Wait for the next answer if the number is not known. Raises Unsure after a second."""
        if self() is not None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOOD):
                while self() is None:
                    await self._asked.wait()
        if self() is None:
            raise Unsure

    def start(self) -> None:
        """Ask from now on, in this event loop."""
        self._asking = asyncio.get_running_loop().create_task(self._ask_on())

    async def stop(self) -> None:
        """Ask no longer."""
        if self._asking is not None:
            self._asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._asking

    async def look(self) -> None:
        """Ask once."""
        begun = self._clock()
        # The witness is asked first: what is told it while the origin answers counts as a change.
        witnessed, told = await _answer(self._witness), await _answer(self._origin)
        if told is not None:
            self._compare(told, self._seen)
            self._seen, self._seen_by_witness = told, witnessed or self._seen_by_witness
            self._hold(Source.ORIGIN, begun)
        elif witnessed is not None:
            self._compare(witnessed, self._seen_by_witness)
            self._seen_by_witness = witnessed
            self._hold(Source.WITNESS, begun)
        else:
            self._unanswered += 1
            if self._unanswered >= DOUBT:
                self._hold(Source.NOBODY, self._clock() + LIMIT + LOOK)

    def _compare(self, told: object, before: object) -> None:
        if told != before:
            self._number += 1

    def _hold(self, source: Source, since: float) -> None:
        if source is not Source.NOBODY:
            self._unanswered = 0
        if source is not self.source:
            logger.log(*CHANGES[source])
        self.source = source
        self._good_until = since + GOOD

    async def _ask_on(self) -> None:
        while True:
            await self.look()
            self._asked.set()
            self._asked.clear()
            await asyncio.sleep(LOOK)


CHANGES = {
    Source.ORIGIN: (logging.INFO, "publications are read from the database"),
    Source.WITNESS: (
        logging.ERROR,
        "the database is away: printed pages are served on while Valkey says that nothing was "
        "published",
    ),
    Source.NOBODY: (
        logging.ERROR,
        "the database and Valkey are away: printed pages are served on as they are",
    ),
}


async def _answer(ask: Ask) -> object:
    try:
        async with asyncio.timeout(LIMIT):
            return await ask()
    except Exception as error:  # whatever a database or its network raises
        logger.debug("no answer: %s", error)
        return None
