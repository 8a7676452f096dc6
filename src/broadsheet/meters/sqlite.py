"""The meter store of one host."""

import sqlite3
from pathlib import Path

from broadsheet.access import WINDOW, Meter, read_meter
from broadsheet.stores import SqliteFile

SCHEMA = """
CREATE TABLE IF NOT EXISTS reading (
    reader INTEGER NOT NULL, article INTEGER NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (reader, article)
) WITHOUT ROWID;
"""
OPENED = "SELECT article, at FROM reading WHERE reader = ? AND at > ? ORDER BY at"
COUNT = "INSERT OR REPLACE INTO reading VALUES (?, ?, ?)"


class SqliteMeterStore:
    """Implements MeterStore."""

    def __init__(self, path: Path, budget: float = 0.05) -> None:
        """`budget` is how long a call may wait for the file, in seconds."""
        self._file = SqliteFile(path, SCHEMA, budget)

    async def spend(self, reader: int, article: int, allowance: int, now: float) -> Meter:
        def count(db: sqlite3.Connection) -> Meter:
            db.execute("DELETE FROM reading WHERE reader = ? AND at <= ?", (reader, now - WINDOW))
            rows = db.execute("SELECT article, at FROM reading WHERE reader = ?", (reader,))
            meter = read_meter(dict(rows.fetchall()), article, allowance, now)
            if meter.opens and not meter.counted:
                db.execute(COUNT, (reader, article, now))
            return meter

        return self._file.write(count)

    def opened(self, reader: int, now: float) -> dict[int, float]:
        return self._file.read(
            lambda db: dict(db.execute(OPENED, (reader, now - WINDOW)).fetchall())
        )

    def forget(self, reader: int) -> None:
        self._file.write(lambda db: db.execute("DELETE FROM reading WHERE reader = ?", (reader,)))
