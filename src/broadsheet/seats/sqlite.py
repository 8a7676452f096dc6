"""The seat store of one host: a SQLite file that any number of processes may share."""

import sqlite3
from collections.abc import Callable, Sequence
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
    open_seat,
    release,
    revoke,
    settled,
    take_over,
)
from broadsheet.seats.store import Displacement
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

type Transition = Callable[[Seat], tuple[Seat, Answer]]


class SqliteSeatStore:
    """Implements SeatStore. Transactions take the file's write lock first, so that reading
    a seat and writing it are one step for every process on the host."""

    def __init__(self, path: Path, timings: Timings, budget: float = 0.05) -> None:
        """`budget` is how long a call may wait for the file, in seconds."""
        self._file = SqliteFile(path, SCHEMA, budget)
        self._timings = timings

    def open(self, key: str, device: Device, number: int, now: float) -> Answer:
        return self._move(key, number, now, lambda s: open_seat(s, device, now, self._timings))

    def take_over(
        self, key: str, device: Device, claim: Claim | None, number: int, now: float
    ) -> Answer:
        return self._move(
            key, number, now, lambda s: take_over(key, s, device, claim, now, self._timings)
        )

    def beat(self, key: str, device: Device, epoch: int, number: int, now: float) -> Answer:
        return self._move(key, number, now, lambda s: beat(s, device, epoch, now, self._timings))

    def release(self, key: str, device: Device, epoch: int, number: int, now: float) -> Answer:
        return self._move(key, number, now, lambda s: release(s, device, epoch, now, self._timings))

    def revoke(self, key: str, ending: frozenset[str], now: float) -> int:
        def end(db: sqlite3.Connection) -> int:
            before = _read(db, key)
            after = revoke(before, ending)
            _write(db, key, after)
            if before.holder is not None and after.holder is None:
                _tell(db, Displacement(key, before.holder.id, "", now))
            return after.number

        return self._file.write(end)

    def number(self, key: str) -> int:
        return self._file.read(lambda db: _read(db, key).number)

    def look(self, key: str, now: float) -> Seat:
        return settled(self._file.read(lambda db: _read(db, key)), now, self._timings)

    def displacements(self, cursor: int) -> tuple[int, Sequence[Displacement]]:
        def news(db: sqlite3.Connection) -> tuple[int, Sequence[Displacement]]:
            if cursor < 0:
                (last,) = db.execute("SELECT coalesce(max(id), 0) FROM displacement").fetchone()
                return last, ()
            rows = db.execute(NEWS, (cursor,)).fetchall()
            return (rows[-1][0] if rows else cursor), [Displacement(*row[1:]) for row in rows]

        return self._file.read(news)

    def _move(self, key: str, number: int, now: float, transition: Transition) -> Answer:
        def step(db: sqlite3.Connection) -> Answer:
            before = _read(db, key)
            if number != before.number:
                return Revoked()
            after, answer = transition(before)
            if after != before:
                _write(db, key, after)
            if isinstance(answer, Granted) and answer.displaced is not None:
                assert after.holder is not None  # a grant has a holder
                _tell(db, Displacement(key, answer.displaced.id, after.holder.label, now))
            return answer

        return self._file.write(step)


def _read(db: sqlite3.Connection, key: str) -> Seat:
    row = db.execute(READ, (key,)).fetchone()
    if row is None:
        return Seat()
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
