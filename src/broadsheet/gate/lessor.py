"""Asks the seat store on behalf of a pass, and notes what happened."""

import logging
from collections.abc import Awaitable, Callable

from broadsheet.access import Answer, Claim, Granted, Hold, InUse, Mode
from broadsheet.gate.counts import Counts
from broadsheet.gate.events import Event, Recorder, SeatEvent
from broadsheet.gate.seals import Pass
from broadsheet.seats import SeatStore, Told
from broadsheet.stores import StoreAway

logger = logging.getLogger(__name__)


class Lessor:
    """The seat store, as the door uses it."""

    def __init__(
        self, store: SeatStore, recorder: Recorder, counts: Counts, clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._clock = clock
        self._recorder = recorder
        self._counts = counts
        self._away = False

    def open(self, a_pass: Pass) -> Awaitable[Told | None]:
        """A subscriber's article is asked for; None: the store is away."""
        call = self._store.open(a_pass.key, a_pass.holder, a_pass.number)
        return self._answer(call, a_pass)

    def met(self, a_pass: Pass, answer: InUse, at: float) -> None:
        """The reader has met another device on their seat, and is about to be told so."""
        kind = Event.REFUSED if a_pass.mode is Mode.ENFORCE else Event.OVERLAP
        self._note(kind, a_pass, answer.holder.id, at)

    async def take_over(self, a_pass: Pass, claim: Claim | None) -> Told | None:
        """Somebody chose to read here; None: the store is away."""
        call = self._store.take_over(a_pass.key, a_pass.holder, claim, a_pass.number)
        told = await self._answer(call, a_pass)
        if told is not None and isinstance(told.answer, Granted) and told.answer.displaced:
            self._note(Event.TAKEOVER, a_pass, told.answer.displaced.id, told.at)
        return told

    async def beat(self, a_pass: Pass, epoch: int) -> Told | None:
        """The article is still being read; None: the store is away."""
        call = self._store.beat(a_pass.key, a_pass.holder, epoch, a_pass.number)
        return await self._answer(call, a_pass)

    async def release(self, a_pass: Pass, epoch: int) -> None:
        """The tab was hidden or closed."""
        call = self._store.release(a_pass.key, a_pass.holder, epoch, a_pass.number)
        await self._answer(call, a_pass)

    async def vouches(self, a_pass: Pass) -> bool | None:
        """Whether the pass's number is the one in force; None: the store is away."""
        return await self._answer(self._store.vouches(a_pass.key, a_pass.number))

    async def mine(self, a_pass: Pass, other: str, now: float) -> None:
        """The reader says that both devices are theirs. Recorded when this returns, so that
        the page they are sent back to shows it."""
        self._note(Event.MINE, a_pass, other, now)
        await self._recorder.flush()

    async def _answer[T](self, call: Awaitable[T], on_seat: Pass | None = None) -> T | None:
        try:
            answer = await call
        except StoreAway as error:
            self._counts.away["seats"] += 1
            if not self._away:  # said once: every reader's page comes by here
                logger.error("the seat store is away, subscribers read on: %s", error)
            self._away = True
            if on_seat is not None:
                self._note(Event.STORE_AWAY, on_seat, "", self._clock())
            return None
        if self._away:
            logger.info("the seat store answers again")
        self._away = False
        return answer

    def _note(self, kind: Event, a_pass: Pass, other: str, at: float) -> None:
        self._recorder.add(SeatEvent(kind, a_pass.key, a_pass.device, other, at))


def hold_of(answer: Answer) -> Hold:
    """What the store's answer means for the decision."""
    if isinstance(answer, Granted):
        return Hold.HELD
    if isinstance(answer, InUse):
        return Hold.IN_USE
    return Hold.NOT_ASKED
