"""Asks the seat store on behalf of a pass, and notes what happened."""

import logging

from broadsheet.access import Answer, Claim, Granted, Hold, InUse, Mode
from broadsheet.gate.events import Event, Recorder, SeatEvent
from broadsheet.gate.seals import Pass
from broadsheet.gate.streams import Streams
from broadsheet.seats import SeatStore
from broadsheet.stores import StoreAway

logger = logging.getLogger(__name__)


class Lessor:
    """The seat store, as the door uses it."""

    def __init__(self, store: SeatStore, recorder: Recorder, streams: Streams) -> None:
        self._store = store
        self._recorder = recorder
        self._streams = streams

    def open(self, a_pass: Pass, now: float) -> Answer | None:
        """A subscriber's article is asked for; None: the store is away."""
        try:
            return self._store.open(a_pass.key, a_pass.holder, a_pass.number, now)
        except StoreAway as error:
            self._away(a_pass, now, error)
            return None

    def met(self, a_pass: Pass, answer: InUse, now: float) -> None:
        """The reader has met another device on their seat, and is about to be told so."""
        kind = Event.REFUSED if a_pass.mode is Mode.ENFORCE else Event.OVERLAP
        self._note(kind, a_pass, answer.holder.id, now)

    def take_over(self, a_pass: Pass, claim: Claim | None, now: float) -> Answer | None:
        """Somebody chose to read here; None: the store is away."""
        try:
            answer = self._store.take_over(a_pass.key, a_pass.holder, claim, a_pass.number, now)
        except StoreAway as error:
            self._away(a_pass, now, error)
            return None
        if isinstance(answer, Granted) and answer.displaced is not None:
            self._note(Event.TAKEOVER, a_pass, answer.displaced.id, now)
            self._streams.hurry()
        return answer

    def beat(self, a_pass: Pass, epoch: int, now: float) -> Answer | None:
        """The article is still being read; None: the store is away."""
        try:
            return self._store.beat(a_pass.key, a_pass.holder, epoch, a_pass.number, now)
        except StoreAway as error:
            self._away(a_pass, now, error)
            return None

    def release(self, a_pass: Pass, epoch: int, now: float) -> None:
        """The tab was hidden or closed."""
        try:
            self._store.release(a_pass.key, a_pass.holder, epoch, a_pass.number, now)
        except StoreAway as error:
            self._away(a_pass, now, error)

    def vouches(self, a_pass: Pass) -> bool | None:
        """Whether the pass's number is the one in force; None: the store is away."""
        try:
            return a_pass.number == self._store.number(a_pass.key)
        except StoreAway as error:
            logger.warning("the seat store is away: %s", error)
            return None

    async def mine(self, a_pass: Pass, other: str, now: float) -> None:
        """The reader says that both devices are theirs. Recorded when this returns, so that
        the page they are sent back to shows it."""
        self._note(Event.MINE, a_pass, other, now)
        await self._recorder.flush()

    def _note(self, kind: Event, a_pass: Pass, other: str, now: float) -> None:
        self._recorder.add(SeatEvent(kind, a_pass.key, a_pass.device, other, now))

    def _away(self, a_pass: Pass, now: float, error: StoreAway) -> None:
        logger.warning("the seat store is away, subscribers read on: %s", error)
        self._note(Event.STORE_AWAY, a_pass, "", now)


def hold_of(answer: Answer | None) -> Hold:
    """What the store's answer means for the decision."""
    if answer is None:
        return Hold.STORE_AWAY
    if isinstance(answer, Granted):
        return Hold.HELD
    if isinstance(answer, InUse):
        return Hold.IN_USE
    return Hold.NOT_ASKED
