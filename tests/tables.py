"""The tables that tests begin with: made by the migrations once, and copied while these stay."""

import fcntl
import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
MADE_BY = [*sorted(ROOT.glob("src/broadsheet/*/migrations/*.py")), ROOT / "uv.lock"]
"""What decides how the tables look: our migrations, and whose else there are."""
MEMORY = "file:memorydb_default?mode=memory&cache=shared"
"""What Django calls a test run's database in memory."""


class Tables:
    """This run's SQLite database in memory, filled from what an earlier run has made.

    Making them takes half a minute of a processor; of runs that begin at once, one does.
    """

    def __init__(self, folder: Path) -> None:
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in MADE_BY)).hexdigest()
        self._kept = folder / f"{digest[:16]}.sqlite3"
        self._turn: IO[str] | None = None
        self._memory: sqlite3.Connection | None = None

    def fill(self) -> None:
        """Before the migrations are carried out: then there are none left to be."""
        self._turn = self._kept.with_name("turn").open("w")
        fcntl.flock(self._turn, fcntl.LOCK_EX)
        if self._kept.exists():
            # What is in memory lasts as long as somebody has it open.
            self._memory = sqlite3.connect(MEMORY, uri=True)
            with closing(sqlite3.connect(self._kept)) as kept:
                kept.backup(self._memory)
            self._turn.close()

    def keep(self, made: bytes) -> None:
        """After it, with the database as it is now."""
        assert self._turn is not None
        if self._memory is not None:
            self._memory.close()
        else:
            for old in self._kept.parent.glob("*.sqlite3"):
                old.unlink()
            new = self._kept.with_suffix(".new")
            new.write_bytes(made)
            new.rename(self._kept)
        self._turn.close()
