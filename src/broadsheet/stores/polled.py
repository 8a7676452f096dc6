"""A number that many hosts see change, asked for again and again, and never believed for long."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from enum import StrEnum
from typing import Any

from broadsheet.stores.away import DatabaseAway

logger = logging.getLogger(__name__)

LOOK = 0.25
"""Seconds between two questions."""
LIMIT = 0.6
"""Seconds the origin's answer may take."""
WITNESS_LIMIT = 0.25
"""Seconds the witness's answer may take."""
GOOD = 1.0
"""Seconds an answer is good for, from when the question was asked."""
DOUBT = 3
"""Questions that neither source answers in a row, until both count as away: one may have gone
unanswered because this process itself was held up."""

type Ask = Callable[[], Coroutine[Any, Any, object]]


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
        self._witnessed: object = None
        """What the witness answered before the origin's last answer was asked for."""
        self._witnessed_since: object = None
        self._good_until = -1.0
        self._unanswered = 0
        self._refused = 0
        self._asked = asyncio.Event()
        self._asking: asyncio.Task[None] | None = None
        self.source: Source | None = None
        """Who has vouched for it of late; None: there was no answer yet."""

    def __call__(self) -> int | None:
        """The number; None while it may be another by now."""
        return self._number if self._clock() < self._good_until else None

    @property
    def away(self) -> bool:
        """Whether the origin has not answered for a while: who needs it need not even try."""
        return self._refused >= DOUBT

    async def sure(self) -> None:
        """Wait for the next answer if the number is not known.

        Raises DatabaseAway when there is none within a second.
        """
        if self() is not None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOOD):
                while self() is None:
                    await self._asked.wait()
        if self() is None:
            raise DatabaseAway("nobody says whether something was published")

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
        told = await _answer(self._origin, LIMIT)
        if told is not None:
            self._refused = 0
            self._compare(told, self._seen)
            self._seen = told
            self._hold(Source.ORIGIN, begun)
            self._witnessed = self._witnessed_since
            self._witnessed_since = await _answer(self._witness, WITNESS_LIMIT)
        else:
            self._refused += 1
            await self._ask_the_witness(begun)

    async def _ask_the_witness(self, begun: float) -> None:
        asked = self._clock()
        told = await _answer(self._witness, WITNESS_LIMIT)
        if told is not None:
            self._compare(told, self._witnessed)
            self._witnessed = self._witnessed_since = told
            self._hold(Source.WITNESS, asked)
            return
        held_up = self._clock() - begun > 2 * LIMIT  # then the silence was this process's own
        self._unanswered = 0 if held_up else self._unanswered + 1
        if self._unanswered >= DOUBT:
            self._hold(Source.NOBODY, self._clock() + LIMIT)

    def _compare(self, told: object, before: object) -> None:
        if told != before:
            self._number += 1

    def _hold(self, source: Source, since: float) -> None:
        self._good_until = since + GOOD
        if source is not Source.NOBODY:
            self._unanswered = 0
        if source is Source.WITNESS and not self.away:
            return  # the origin was slow, once or twice
        if source is not self.source:
            logger.log(*CHANGES[source])
        self.source = source

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
        "the database is away: printed pages are served on while Valkey knows of nothing new",
    ),
    Source.NOBODY: (
        logging.ERROR,
        "the database and Valkey are away: printed pages are served on as they are",
    ),
}


async def _answer(ask: Ask, limit: float) -> object:
    # Not cancelled: to break off a question takes a database's client longer than to leave it.
    asking = asyncio.ensure_future(ask())
    await asyncio.wait([asking], timeout=limit)
    if not asking.done():
        asking.add_done_callback(_nobody_waits)
        return None
    error = asking.exception()
    if error is not None:
        logger.debug("no answer: %s", error)
        return None
    return asking.result()


def _nobody_waits(asked: "asyncio.Future[object]") -> None:
    if not asked.cancelled():
        asked.exception()
