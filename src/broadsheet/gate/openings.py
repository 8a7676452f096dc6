"""Which stories are opened in full: noted in memory, and handed over in batches."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from broadsheet.gate.batches import Batches
from broadsheet.gate.request import Request

PAUSE = 2.0
"""Seconds between batches: nobody waits for a count."""
AGAIN = 600.0
"""Seconds in which one reader's next opening of the same story is the same reading."""
REMEMBERED = 5_000
"""Readings remembered per process, so that a reload is not another."""


class Opening(NamedTuple):
    """One opening of a story's full text. `reader` is an account's id; None: a visitor."""

    story: int
    reader: int | None
    at: float


type RecordOpenings = Callable[[Sequence[Opening]], Awaitable[None]]


class Openings:
    """Notes who opens what, without waiting for anything."""

    def __init__(self, record: RecordOpenings) -> None:
        self.batches = Batches(record, PAUSE)
        self._lately: dict[tuple[int, int], float] = {}

    def note(self, request: Request, story: int, reader: int | None, now: float) -> None:
        """A full text is about to be sent: count it if a person went there and it is not the
        reading that is counted already."""
        lately = self._lately
        if reader is not None and now - lately.get((reader, story), -AGAIN) < AGAIN:
            return
        if request.method != "GET" or not request.by_a_person or request.speculative:
            return
        if reader is None:
            # Nothing tells visitors apart; a browser that has the page already asks for it so.
            if request.if_none_match:
                return
        else:
            lately.pop((reader, story), None)
            lately[reader, story] = now
            if len(lately) > REMEMBERED:
                del lately[next(iter(lately))]
        self.batches.add(Opening(story, reader, now))
