"""Tables, row by row: read from either database, written into either, and added up.

What the search keeps, what is only kept for a while, and Django's own book of migrations are not
carried: they are made anew.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import AutoField, Model

from broadsheet.archive.values import KINDS, Value, kind_of

MADE_ANEW = ("wagtailsearch_", "readers_export")
"""How the names of tables begin whose contents are made of the others', when somebody asks."""
AT_ONCE = 1_000
BYTES_AT_ONCE = 4_000_000
"""Rows read or written in one go, and bytes of them: some hold pieces of files."""

type Row = list[Value]
type Migration = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, its columns with their kinds, and the column that counts by itself."""

    name: str
    columns: tuple[tuple[str, str], ...]
    counted: str | None


class Tally:
    """How many rows or files there are, and a digest of them in which their order does not matter:
    databases do not agree about the order of texts."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        """One more."""
        self.count += 1
        self._sum = (self._sum + int.from_bytes(hashlib.sha256(line).digest())) % (1 << 256)

    @property
    def digest(self) -> str:
        """64 hexadecimal digits."""
        return f"{self._sum:064x}"


def applied() -> list[Migration]:
    """The migrations that the database has been through, of those that this version knows."""
    loader = MigrationLoader(connection)
    return sorted(set(loader.applied_migrations) & set(loader.graph.nodes))


def tables(migrations: Iterable[Migration]) -> list[Table]:
    """The tables that there are after these migrations, by name."""
    state = MigrationLoader(connection).project_state(list(migrations))
    models = state.apps.get_models(include_auto_created=True)
    ours = [one for one in models if one._meta.managed and not one._meta.proxy]
    found = {one._meta.db_table: one for one in ours}
    return [_table(found[name]) for name in sorted(found) if not name.startswith(MADE_ANEW)]


def _table(model: type[Model]) -> Table:
    fields = model._meta.local_concrete_fields
    counted = [one.column for one in fields if isinstance(one, AutoField)]
    columns = tuple((str(one.column), kind_of(one)) for one in fields)
    return Table(model._meta.db_table, columns, counted[0] if counted else None)


def written(row: Row) -> bytes:
    """A row as it stands in an archive: one line of JSON."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()


def parsed(line: bytes) -> Row:
    """The row of such a line."""
    row: Row = json.loads(line)
    return row


def read(table: Table, cursor: Any) -> Iterator[list[Row]]:
    """All rows of the table, some at a time, from a cursor that streams."""
    names = ", ".join(_quoted(name) for name, _ in table.columns)
    kinds = [KINDS[kind].read for _, kind in table.columns]
    cursor.execute(f"SELECT {names} FROM {_quoted(table.name)}")  # noqa: S608 (our own names)
    batch: list[Row] = []
    size = 0
    for found in cursor:
        row = [
            None if value is None else kind(value) for kind, value in zip(kinds, found, strict=True)
        ]
        batch.append(row)
        size += sum(len(value) for value in row if isinstance(value, str))
        if len(batch) >= AT_ONCE or size >= BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def write(table: Table, rows: Sequence[Row]) -> None:
    """Add rows to the table of this paper's database. Raises what the database raises."""
    kinds = [KINDS[kind].write for _, kind in table.columns]
    values = [
        [
            None if value is None else kind(value, connection)
            for kind, value in zip(kinds, row, strict=True)
        ]
        for row in rows
    ]
    names = ", ".join(_quoted(name) for name, _ in table.columns)
    into = f"{_quoted(table.name)} ({names})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for one in values:
                    copy.write_row(one)
        else:
            places = ", ".join(["%s"] * len(kinds))
            cursor.executemany(f"INSERT INTO {into} VALUES ({places})", values)  # noqa: S608


def last(table: Table, cursor: Any, vendor: str) -> int:
    """The highest number that the table has ever given to a row by itself; 0: none."""
    if table.counted is None:
        return 0
    if vendor == "postgresql":
        cursor.execute(SEQUENCE, [_quoted(table.name), table.counted])
        cursor.execute(f"SELECT last_value, is_called FROM {cursor.fetchone()[0]}")  # noqa: S608
        number, used = cursor.fetchone()
        return int(number) if used else 0
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", [table.name])
    found = cursor.fetchone()
    return int(found[0]) if found else 0


def go_on_from(table: Table, number: int) -> None:
    """Let the next row's number be the one after `number`."""
    if table.counted is None:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(SET_SEQUENCE, [_quoted(table.name), table.counted, number, number > 0])
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
            cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [table.name, number])


SEQUENCE = "SELECT pg_get_serial_sequence(%s, %s)"
SET_SEQUENCE = "SELECT setval(pg_get_serial_sequence(%s, %s), greatest(%s, 1), %s)"


def _quoted(name: str) -> str:
    return f'"{name}"'
