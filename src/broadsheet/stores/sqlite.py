"""A SQLite file that the processes of one host share, asked within a budget of time."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

REST = 1.0
"""Seconds without the file after it failed, so that its silence is not waited for each time."""
BUSY_REST = 0.2
"""The same when others only held its lock for longer than the budget."""
PAUSE = 0.002
"""Seconds between attempts while others begin a file."""
FAILURES = (sqlite3.Error, TypeError, ValueError, OverflowError)
"""What a file raises: the last three when it is damaged, and yields what nobody wrote."""


class StoreAway(Exception):
    """The store cannot be reached, or not within its budget."""


class SqliteFile:
    """Connections to one file, one per thread, opened when first needed."""

    def __init__(self, path: Path, schema: str, budget: float) -> None:
        """`budget` is how long a call may wait for the file's lock, in seconds."""
        self._path = path
        self._schema = schema
        self._budget = budget
        self._local = threading.local()
        self._away_until = 0.0

    def write[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` alone: the write lock is taken first, so that what it reads stays true.

        Raises StoreAway; then nothing was written.
        """

        def alone(db: sqlite3.Connection) -> T:
            db.execute("BEGIN IMMEDIATE")
            try:
                result = work(db)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            return result

        return self.read(alone)

    def read[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` on this thread's connection. Raises StoreAway."""
        if time.monotonic() < self._away_until:
            raise StoreAway("resting after a failure")
        try:
            return work(self._connection())
        except FAILURES as error:
            busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            self._away_until = time.monotonic() + (BUSY_REST if busy else REST)
            self._disconnect()
            raise StoreAway(f"{self._path.name}: {error}") from error

    def _connection(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            return self._connect()
        if self._file() != self._local.file:
            # Deleted or replaced under us: other processes may be on another file by now.
            raise sqlite3.OperationalError("another file is in its place")
        return db

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=self._budget, isolation_level=None)
        self._local.db = db
        self._log_ahead(db)
        # After a power cut the last changes may be lost, never the file.
        db.execute("PRAGMA synchronous=NORMAL")
        if db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            # All or nothing: a process killed here must not leave half a schema behind.
            db.executescript(f"BEGIN IMMEDIATE; {self._schema}; COMMIT")
        self._local.file = self._file()
        return db

    def _log_ahead(self, db: sqlite3.Connection) -> None:
        # While another process begins the same new file, SQLite answers this one "locked" at
        # once, whatever its timeout; so the budget is waited for here.
        deadline = time.monotonic() + self._budget
        while True:
            try:
                db.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                    raise
                time.sleep(PAUSE)
            else:
                return

    def _file(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path)  # noqa: PTH116 (asked at every call; the method is slower)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _disconnect(self) -> None:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is not None:
            self._local.db = None
            db.close()
