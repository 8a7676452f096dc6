"""A SQLite database that a paper has moved away from: read by whoever still has it open, and
written by nobody.

The moment in which nobody may write begins before the paper is copied, and never ends: what keeps
writers out afterwards is written in the same transaction that kept them out meanwhile.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

PATIENCE = 20
"""Seconds that whoever writes at the moment is waited for."""
SEAL = "broadsheet_moved"
SAYS = "This paper has moved to PostgreSQL: set database_url."


class Standstill:
    """Nobody else writes to the file until the block is over."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def seal(self) -> None:
        """Nor ever after."""
        for number, table in enumerate(_tables(self._db)):
            for act in ("INSERT", "UPDATE", "DELETE"):
                self._db.execute(
                    f'CREATE TRIGGER "{SEAL}_{number}_{act.lower()}" BEFORE {act} ON "{table}" '
                    f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
                )
        self._db.execute("COMMIT")


@contextmanager
def standstill(path: Path) -> Iterator[Standstill]:
    """Keep writers out of a file; readers go on. Raises sqlite3.Error when one does not end."""
    with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield Standstill(db)
        if db.in_transaction:
            db.execute("ROLLBACK")


def is_sealed(path: Path) -> bool:
    """Whether the paper has moved away from this file."""
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as db:
        found = db.execute(
            "SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name GLOB ?", [f"{SEAL}_*"]
        )
        return found.fetchone() is not None


def _tables(db: sqlite3.Connection) -> list[str]:
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    virtual = [name for name, sql in rows if str(sql).upper().startswith("CREATE VIRTUAL")]
    return [
        name
        for name, _ in rows
        if not name.startswith("sqlite_") and not any(name.startswith(one) for one in virtual)
    ]
