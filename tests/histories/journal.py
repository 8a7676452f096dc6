"""What a process asks and hears, written down so that it outlives the process."""

import os
import pickle
import time
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

from tests.histories.checker import Operation
from tests.histories.seat_rule import Call, Heard, Look
from tests.histories.situations import Becomes

type Asked = Operation[Call | Becomes, Heard]


class Outcome(Enum):
    """Why there is no answer."""

    NOT_DONE = "the store said that it has done nothing"
    UNKNOWN = "it may have been done"


NOT_DONE = Heard(-1, None)
"""In the place of an answer: nothing was done."""


class Journal:
    """One process's, which only it writes."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._calls = 0

    def called(self, key: str, call: Call) -> int:
        """A call is about to be made; its number."""
        self._calls += 1
        self._write((self._calls, time.monotonic_ns(), key, call))
        return self._calls

    def ended(self, which: int, outcome: Heard | Outcome) -> None:
        """It has been answered, or has failed."""
        self._write((which, time.monotonic_ns(), outcome))

    def _write(self, entry: tuple[Any, ...]) -> None:
        os.write(self._file, pickle.dumps(entry))


def read(journal: Path, process: int) -> Iterator[tuple[str, Asked]]:
    """The operations by their seats, in the order in which they were called.

    No more of them is kept at a time than were under way at once.
    """
    waiting: dict[int, tuple[int, str, Call]] = {}
    ended: dict[int, tuple[int, Heard | Outcome]] = {}
    for which, instant, *rest in _entries(journal):
        if len(rest) == 2:
            waiting[which] = (instant, *rest)
        else:
            ended[which] = (instant, *rest)
        while waiting and (first := next(iter(waiting))) in ended:
            yield _operation(process, waiting.pop(first), ended.pop(first))
    for which, call in waiting.items():  # the process was killed, or stopped, before their ends
        yield _operation(process, call, ended.get(which))


def _operation(
    process: int, asked: tuple[int, str, Call], end: tuple[int, Heard | Outcome] | None
) -> tuple[str, Asked]:
    invoked, key, call = asked
    instant, outcome = end or (None, Outcome.UNKNOWN)
    if outcome is Outcome.UNKNOWN:
        return key, Operation(process, invoked, None, call, None)
    if outcome is Outcome.NOT_DONE:
        return key, Operation(process, invoked, instant, call, NOT_DONE)
    assert isinstance(outcome, Heard)
    in_order = None if isinstance(call, Look) else outcome.at
    return key, Operation(process, invoked, instant, call, outcome, in_order)


def _entries(journal: Path) -> Iterator[tuple[Any, ...]]:
    """A killed process's last one may be only half there."""
    with journal.open("rb") as file:
        while True:
            try:
                yield pickle.load(file)
            except (EOFError, pickle.UnpicklingError):
                return
