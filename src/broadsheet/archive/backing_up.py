"""A paper becomes a file, while it is being served: everything as it was at one moment."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from broadsheet.archive import file, tables
from broadsheet.archive.tables import Table
from broadsheet.settings.django import PAPER
from broadsheet.settings.paper import SECRETS

ISOLATED = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"

type Say = Callable[[str], object]


def back_up(path: Path, say: Say, *, with_files: bool = True) -> None:
    """Write the paper to a new file; without pictures and meters when `with_files` is not set.

    The database is as it was at one moment: readers and editors go on meanwhile. Raises OSError
    when the file cannot be written; then there is none.
    """
    with _snapshot(path.parent) as now:
        migrations = tables.applied()
        carried = tables.tables(migrations)
        about = {
            "broadsheet": version("broadsheet"),
            "made_at": timezone.now(),
            "database": connection.vendor,
            "migrations": migrations,
            "tables": file.described(carried),
        }
        with file.writing(path, about) as writer:
            writer.settings(PAPER.model_dump(mode="json", exclude=set(SECRETS)))
            for table in carried:
                _write(writer, table, now, say)
            if with_files:
                _pictures(writer, Path(settings.MEDIA_ROOT), say)
                _meters(writer)


def _write(writer: file.Writer, table: Table, now: "Snapshot", say: Say) -> None:
    with closing(now.stream()) as cursor:
        tally = writer.table(table, tables.read(table, cursor))
    with closing(now.ask()) as cursor:
        writer.last(table, tables.last(table, cursor, connection.vendor))
    if tally.count:
        say(f"{table.name}: {tally.count:,} rows")


class Snapshot(NamedTuple):
    """Makes cursors that all see the database as it was at one moment."""

    stream: Callable[[], Any]
    """For many rows."""
    ask: Callable[[], Any]
    """For single ones."""


@contextmanager
def _snapshot(beside: Path) -> Iterator[Snapshot]:
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(dir=beside, prefix=".backup-") as folder:
            path = Path(connection.settings_dict["NAME"])
            with closing(copied(path, Path(folder))) as copy:
                yield Snapshot(copy.cursor, copy.cursor)
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ISOLATED)
        yield Snapshot(connection.chunked_cursor, connection.cursor)


def copied(path: Path, folder: Path) -> sqlite3.Connection:
    """A copy of a SQLite file that others write to, by SQLite's own means; opened."""
    copy = sqlite3.connect(folder / path.name)
    with closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as source:
        source.backup(copy)
    return copy


def _pictures(writer: file.Writer, root: Path, say: Say) -> None:
    if PAPER.media_storage:
        say(f"pictures: they are in {PAPER.media_storage}, and stay there")
        return
    names = sorted(one.relative_to(root) for one in root.rglob("*") if one.is_file())
    for name in names:
        with suppress(FileNotFoundError):  # an editor has taken it away meanwhile
            writer.picture(name.as_posix(), root / name)
    say(f"pictures: {len(names):,} files")


def _meters(writer: file.Writer) -> None:
    path = PAPER.data_dir / file.METERS
    if path.exists():
        with tempfile.TemporaryDirectory(dir=PAPER.data_dir) as folder:
            copied(path, Path(folder)).close()
            writer.meters(Path(folder) / path.name)
