"""What readers lived through in a history: how long they were without the store, and how long two
of them could read one seat."""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from broadsheet.access import Granted
from tests.histories.journal import NOT_DONE, Asked
from tests.histories.seat_rule import Beat, Known, Open, Release, TakeOver

MS = 1_000_000
"""Nanoseconds in a millisecond."""

type Spell = tuple[int, int]
"""From when until when a device believed that it may read, in nanoseconds."""


@dataclass
class Measures:
    """Reads a history once, operation by operation, in the order of their calls."""

    reading: tuple[str, ...]
    """Seats that are read as people do; of these, what each device was told is kept."""
    operations: int = 0
    unanswered: int = 0
    not_done: int = 0
    grants: int = 0
    displacements: int = 0
    epochs_fallen: int = 0
    """Grants under no greater epoch than an earlier one of the same seat."""
    longest_away: int = 0
    """Nanoseconds for which a process had no answer at all."""
    _silent_since: dict[int, int] = field(default_factory=dict)
    _granted: dict[str, list[tuple[int, int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _told: dict[str, dict[str, list[Spell]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    _wall: int = field(default_factory=lambda: time.time_ns() - time.monotonic_ns())
    """From the processes' clock to that of servers: all are on one machine."""

    def add(self, key: str, one: Asked) -> None:
        """The next operation."""
        if one.answer is NOT_DONE or one.returned is None or one.answer is None:
            self.not_done += one.answer is NOT_DONE
            self.unanswered += one.answer is None
            self._silent_since.setdefault(one.process, one.invoked)
            return
        self.operations += 1
        silent = self._silent_since.pop(one.process, one.returned)
        self.longest_away = max(self.longest_away, one.returned - silent)
        if isinstance(one.answer.told, Granted) and one.answer.told.fresh:
            self._grant(key, one.answer.told, one.answer.at or 0, one.returned)
        if key in self.reading and isinstance(one.call, Open | TakeOver | Beat | Release):
            self._told[key][one.call.device.id].append(self._spell(one.returned, one.answer.told))

    def _grant(self, key: str, granted: Granted, at: int, returned: int) -> None:
        self.grants += 1
        self.displacements += granted.displaced is not None
        before = self._granted[key]
        if before:
            order, epochs = at - before[-1][0], granted.epoch - before[-1][1]
            # Of two in the same millisecond, any may have been the first.
            self.epochs_fallen += epochs == 0 or (order != 0 and (order > 0) != (epochs > 0))
        before.append((at, granted.epoch, returned))

    def _spell(self, told_at: int, told: object) -> Spell:
        if not isinstance(told, Granted):
            return told_at, told_at  # from now on it knows that it may not
        return told_at, int(told.expires) * MS - self._wall

    def longest_both(self) -> int:
        """For how long, in nanoseconds, two devices had both been told that they may read a seat,
        and neither had been told otherwise, and both leases lasted."""
        return max(
            (
                min(one[1], other[1]) - max(one[0], other[0])
                for devices in self._told.values()
                for mine, theirs in combinations(devices.values(), 2)
                for one, other in _meeting(list(_spells(mine)), list(_spells(theirs)))
            ),
            default=0,
        )

    def lost(self, failovers: list[tuple[int, dict[str, Known]]]) -> int:
        """Grants that had been answered, and that the server which took over did not know."""
        begun, count = 0, 0
        for killed, states in failovers:
            for key, granted in self._granted.items():
                state = states.get(key)
                epoch = state.epoch if state else 0
                count += sum(
                    1 for _, one, returned in granted if begun < returned < killed and one > epoch
                )
            begun = killed
        return count


def _spells(told: list[Spell]) -> Iterator[Spell]:
    """Each until the device was told otherwise; a renewal goes on with what was before it."""
    begun: Spell | None = None
    told = sorted(told)
    left = told[-1][0]  # what it was told last, it asked as it left
    for since, until in [*told[:-1], (left, left)]:
        if begun and since < begun[1] and since < until:
            begun = begun[0], until
            continue
        if begun:
            yield begun[0], min(begun[1], since)
        begun = (since, until) if since < until else None
    if begun:
        yield begun


def _meeting(mine: list[Spell], theirs: list[Spell]) -> Iterator[tuple[Spell, Spell]]:
    at, other = 0, 0
    while at < len(mine) and other < len(theirs):
        if min(mine[at][1], theirs[other][1]) > max(mine[at][0], theirs[other][0]):
            yield mine[at], theirs[other]
        if mine[at][1] < theirs[other][1]:
            at += 1
        else:
            other += 1
