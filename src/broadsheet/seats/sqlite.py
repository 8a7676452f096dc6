"""The seat store of one host: a SQLite file that any number of processes may share."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from broadsheet.access import (
    Answer,
    Claim,
    Device,
    Granted,
    Revoked,
    Seat,
    Timings,
    beat,
    begun,
    open_seat,
    release,
    revoke,
    settled,
    take_over,
)
from broadsheet.seats.store import Displacement, Seen, Told
from broadsheet.stores import SqliteFile

SCHEMA = """
CREATE TABLE IF NOT EXISTS seat (
    key TEXT PRIMARY KEY, device TEXT, label TEXT, epoch INTEGER NOT NULL,
    since REAL NOT NULL, expires REAL NOT NULL, number INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS displacement (
    id INTEGER PRIMARY KEY AUTOINCREMENT, seat TEXT NOT NULL, device TEXT NOT NULL,
    "by" TEXT NOT NULL, at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS displacement_at ON displacement (at);
"""
READ = "SELECT device, label, epoch, since, expires, number FROM seat WHERE key = ?"
WRITE = "INSERT OR REPLACE INTO seat VALUES (?, ?, ?, ?, ?, ?, ?)"
TELL = 'INSERT INTO displacement (seat, device, "by", at) VALUES (?, ?, ?, ?)'
FORGET = "DELETE FROM displacement WHERE at < ?"
NEWS = 'SELECT id, seat, device, "by", at FROM displacement WHERE id > ? ORDER BY id'

TOLD_FOR = 3600.0
"""Seconds a displacement is kept for processes that ask late."""
LOOK = 0.25
"""Seconds between a follower's looks for displacements."""

type Transition = Callable[[Seat, float], tuple[Seat, Answer]]


class SqliteSeatStore:
    """Implements SeatStore. Transactions take the file's write lock first, so that reading the
    clock, reading a seat and writing it are one step for every process on the host."""

    def __init__(
        self,
        path: Path,
        timings: Timings,
        budget: float = 0.05,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`budget` is how long a call may wait for the file, in seconds."""
        self._file = SqliteFile(path, SCHEMA, budget)
        self._timings = timings
        self._clock = clock

    # The gate's calls never wait for more than the budget, so they are carried out where they
    # are asked: handing one to a thread takes longer than the call.

    async def open(self, key: str, device: Device, number: int) -> Told:
        return self._move(key, number, lambda s, now: open_seat(s, device, now, self._timings))

    async def take_over(self, key: str, device: Device, claim: Claim | None, number: int) -> Told:
        return self._move(
            key, number, lambda s, now: take_over(key, s, device, claim, now, self._timings)
        )

    async def beat(self, key: str, device: Device, epoch: int, number: int) -> Told:
        return self._move(key, number, lambda s, now: beat(s, device, epoch, now, self._timings))

    async def release(self, key: str, device: Device, epoch: int, number: int) -> Told:
        return self._move(key, number, lambda s, now: release(s, device, epoch, now, self._timings))

    async def vouches(self, key: str, number: int) -> bool:
        seat = self._file.read(lambda db: _read(db, key))
        return seat is not None and seat.number == number

    @asynccontextmanager
    async def following(self) -> AsyncIterator[AsyncIterator[Displacement]]:
        cursor, _ = self.displacements(-1)
        yield self._news(cursor)

    async def _news(self, cursor: int) -> AsyncIterator[Displacement]:
        while True:
            cursor, news = self.displacements(cursor)
            for displacement in news:
                yield displacement
            await asyncio.sleep(LOOK)

    def number(self, key: str) -> int:
        known = self._file.read(lambda db: _read(db, key))
        return known.number if known is not None else self._begin(key).number

    def revoke(self, key: str, ending: frozenset[str]) -> int:
        def end(db: sqlite3.Connection) -> int:
            now = self._clock()
            before = _read(db, key) or begun(now)
            after = revoke(before, ending)
            _write(db, key, after)
            if before.holder is not None and after.holder is None:
                _tell(db, Displacement(key, before.holder.id, "", now))
            return after.number

        return self._file.write(end)

    def look(self, key: str) -> Seen:
        seat, now = self._file.read(lambda db: _read(db, key)), self._clock()
        return Seen(settled(seat or Seat(), now, self._timings), now)

    def displacements(self, cursor: int) -> tuple[int, Sequence[Displacement]]:
        """Displacements after `cursor` and the next cursor; -1 asks for the present one."""

        def news(db: sqlite3.Connection) -> tuple[int, Sequence[Displacement]]:
            if cursor < 0:
                (last,) = db.execute("SELECT coalesce(max(id), 0) FROM displacement").fetchone()
                return last, ()
            rows = db.execute(NEWS, (cursor,)).fetchall()
            return (rows[-1][0] if rows else cursor), [Displacement(*row[1:]) for row in rows]

        return self._file.read(news)

    def _begin(self, key: str) -> Seat:
        def begin(db: sqlite3.Connection) -> Seat:
            seat = _read(db, key)
            if seat is None:  # nobody was faster
                seat = begun(self._clock())
                _write(db, key, seat)
            return seat

        return self._file.write(begin)

    def _move(self, key: str, number: int, transition: Transition) -> Told:
        def step(db: sqlite3.Connection) -> Told:
            # Read under the lock: a process that was stopped on its way here must not bring a
            # time that is over.
            now = self._clock()
            before = _read(db, key)
            if before is None or number != before.number:
                return Told(Revoked(), now)
            after, answer = transition(before, now)
            if after != before:
                _write(db, key, after)
            if isinstance(answer, Granted) and answer.displaced is not None:
                assert after.holder is not None  # a grant has a holder
                _tell(db, Displacement(key, answer.displaced.id, after.holder.label, now))
            return Told(answer, now)

        return self._file.write(step)


def _read(db: sqlite3.Connection, key: str) -> Seat | None:
    row = db.execute(READ, (key,)).fetchone()
    if row is None:
        return None
    device, label, epoch, since, expires, number = row
    holder = None if device is None else Device(str(device), str(label))
    # SQLite returns whatever a damaged row holds; these raise when it is not a number.
    return Seat(holder, int(epoch), float(since), float(expires), int(number))


def _write(db: sqlite3.Connection, key: str, seat: Seat) -> None:
    device, label = (seat.holder.id, seat.holder.label) if seat.holder else (None, None)
    db.execute(WRITE, (key, device, label, seat.epoch, seat.since, seat.expires, seat.number))


def _tell(db: sqlite3.Connection, news: Displacement) -> None:
    db.execute(FORGET, (news.at - TOLD_FOR,))
    db.execute(TELL, (news.seat, news.device, news.by, news.at))
