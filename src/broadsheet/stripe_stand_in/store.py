"""Where the stand-in's objects are: one JSON document each, in one SQLite file."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

type Doc = dict[str, Any]

TABLES = """
CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    owner TEXT, due INTEGER, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS of_kind ON documents (kind, owner, seq);
CREATE INDEX IF NOT EXISTS when_due ON documents (due) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, asked TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    event TEXT PRIMARY KEY, seq INTEGER NOT NULL, state TEXT NOT NULL);
"""


class Store:
    """Documents by id, by kind and owner, and by when something is due. Not for two threads."""

    def __init__(self, path: Path | None) -> None:
        self._base = sqlite3.connect(
            path or ":memory:", check_same_thread=False, isolation_level=None
        )
        self._base.executescript(TABLES)
        if path:
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=NORMAL")

    def close(self) -> None:
        """Closes the file."""
        self._base.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """All of what is written inside, or nothing of it. May be nested."""
        outer = not self._base.in_transaction
        self._base.execute("BEGIN IMMEDIATE" if outer else "SAVEPOINT inner")
        try:
            yield
        except BaseException:
            if outer:
                self._base.execute("ROLLBACK")
            else:
                self._base.execute("ROLLBACK TO inner")
                self._base.execute("RELEASE inner")
            raise
        self._base.execute("COMMIT" if outer else "RELEASE inner")

    def get(self, ident: str) -> Doc | None:
        """The document with this id."""
        row = self._base.execute("SELECT body FROM documents WHERE id = ?", (ident,)).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, doc: Doc, due: int | None) -> None:
        """Writes a document; `due` is when something happens to it by itself."""
        owner = doc.get("customer")
        self._base.execute(
            "INSERT INTO documents (id, kind, owner, due, body) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, due = excluded.due, "
            "body = excluded.body",
            (doc["id"], doc["object"], owner, due, json.dumps(doc)),
        )

    def every(self, kind: str, owner: str | None = None) -> list[Doc]:
        """All documents of a kind, newest first."""
        rows = self._base.execute(
            "SELECT body FROM documents WHERE kind = ? AND (? IS NULL OR owner = ?) "
            "ORDER BY seq DESC",
            (kind, owner, owner),
        )
        return [json.loads(row[0]) for row in rows]

    def first_due(self, until: int) -> tuple[Doc, int] | None:
        """The document to which something happens first, and when; None if nothing until then."""
        row = self._base.execute(
            "SELECT body, due FROM documents WHERE due <= ? ORDER BY due, seq LIMIT 1", (until,)
        ).fetchone()
        return (json.loads(row[0]), row[1]) if row else None

    def note(self, name: str) -> Any:
        """A value kept by name; None if there is none."""
        row = self._base.execute("SELECT body FROM notes WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def keep_note(self, name: str, value: Any) -> None:
        """Keeps a value by name."""
        self._base.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, json.dumps(value)))

    def answer(self, key: str) -> tuple[str, int, str] | None:
        """What was asked with an idempotency key, and what was answered."""
        return self._base.execute(
            "SELECT asked, status, body FROM answers WHERE key = ?", (key,)
        ).fetchone()

    def keep_answer(self, key: str, asked: str, status: int, body: str) -> None:
        """Keeps an answer to be repeated."""
        self._base.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", (key, asked, status, body)
        )

    def keep_delivery(self, event: str, state: str | None) -> None:
        """Keeps whether an event is waiting or held; None when it is neither any more."""
        if state is None:
            self._base.execute("DELETE FROM deliveries WHERE event = ?", (event,))
            return
        self._base.execute(
            "INSERT INTO deliveries VALUES (?, (SELECT seq FROM documents WHERE id = ?), ?) "
            "ON CONFLICT (event) DO UPDATE SET state = excluded.state",
            (event, event, state),
        )

    def deliveries(self, state: str) -> list[str]:
        """Events that are waiting or held, in the order in which they happened."""
        rows = self._base.execute(
            "SELECT event FROM deliveries WHERE state = ? ORDER BY seq", (state,)
        )
        return [row[0] for row in rows]
