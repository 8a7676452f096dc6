"""A file becomes a paper again, in whichever database the settings name, and is proved to be it."""

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.recorder import MigrationRecorder
from wagtail.search.models import IndexEntry

from broadsheet.archive import file, tables
from broadsheet.archive.file import NotAnArchive
from broadsheet.archive.tables import Migration, Table, Tally
from broadsheet.settings.django import PAPER

UNFINISHED = "broadsheet_unfinished_move"
"""A table that stands in a database until the paper that moves there is served from nowhere else:
what has it may be thrown away."""
SIGNS = ("readers_reader", "newsroom_edition")
"""Tables that are empty in a paper that nobody has begun with."""
STAGE = ".restoring"

type Say = Callable[[str], object]


class NotEmpty(Exception):
    """There is something already where the paper should go; the text says what."""


class NotTheSame(Exception):
    """What was written is not what the file holds; the text says where. Nothing was kept."""


def verify(path: Path) -> dict[str, Any]:
    """Read the whole file and compare it with its manifest; what that says. Raises NotAnArchive."""
    said = file.about(path)
    seen = {name: Tally() for name in file.tables_in(said)}
    pictures, meters, manifest = Tally(), None, None
    for found in file.members(path):
        if found.table:
            if found.table not in seen:
                raise NotAnArchive(f"{found.name} belongs to no table")
            for line in file.lines_of(found):
                seen[found.table].add(line)
        elif found.picture:
            pictures.add(file.picture_line(found))
        elif found.name == file.METERS:
            meters = hashlib.sha256(found.content()).hexdigest()
        elif found.name == file.MANIFEST:
            manifest = file.told(found)
    if manifest is None:
        raise NotAnArchive("it is cut off: its manifest is missing")
    _compare(manifest, seen, pictures, meters)
    return manifest


def restore(path: Path, say: Say, *, with_files: bool = True, unfinished: bool = False) -> None:
    """Make the file's paper this one. It must be new: nobody may have begun with it.

    The file is read whole before anything is written, and what was written is read back and
    compared before it counts. Raises NotAnArchive, NotEmpty, NotTheSame, and DatabaseError when
    the database refuses a row; then this paper is as new as before.
    """
    say("reading the file")
    manifest = verify(path)
    said = file.about(path)
    migrations = _known(said)
    must_be_new(with_files=with_files)
    say("making the tables")
    _build(migrations)
    with transaction.atomic():
        _load(path, file.tables_in(said), manifest, say)
        if unfinished:
            _execute(f"CREATE TABLE IF NOT EXISTS {UNFINISHED} (moving integer)")
        if with_files:
            _files(path, manifest, say)


def finish() -> None:
    """What was moved here stays."""
    _execute(f"DROP TABLE IF EXISTS {UNFINISHED}")


def _compare(
    manifest: dict[str, Any], seen: dict[str, Tally], pictures: Tally, meters: str | None
) -> None:
    for name, tally in seen.items():
        wanted = manifest["tables"].get(name, {})
        if (wanted.get("rows"), wanted.get("digest")) != (tally.count, tally.digest):
            raise NotAnArchive(f"the rows of {name} are not those that were written")
    told = manifest["pictures"]
    if (told["files"], told["digest"]) != (pictures.count, pictures.digest):
        raise NotAnArchive("the pictures are not those that were written")
    if manifest["meters"] != meters:
        raise NotAnArchive("the meters are not those that were written")


def _known(said: dict[str, Any]) -> list[Migration]:
    wanted = [(str(app), str(name)) for app, name in said["migrations"]]
    known = MigrationExecutor(connection).loader.graph.nodes
    strange = [one for one in wanted if one not in known]
    if strange:
        raise NotAnArchive(
            f"it was made by Broadsheet {said['broadsheet']}, which is newer than this one"
        )
    return wanted


def must_be_new(*, with_files: bool) -> None:
    """Raises NotEmpty when somebody has begun with this paper, or the database is not its own."""
    there = set(connection.introspection.table_names())
    if connection.vendor == "postgresql":
        strange = sorted(there - _ours())
        if strange:
            raise NotEmpty(f"the database holds what is not of a paper: {', '.join(strange[:5])}")
    if UNFINISHED not in there:
        for table in there.intersection(SIGNS):
            if _execute(f'SELECT 1 FROM "{table}" LIMIT 1'):  # noqa: S608 (our own names)
                raise NotEmpty("somebody has begun with this paper: it has readers or editions")
    if with_files and any(_pictures()):
        raise NotEmpty(f"there are pictures in {settings.MEDIA_ROOT}")


def _ours() -> set[str]:
    cache = settings.CACHES["default"]["LOCATION"]
    return {
        *connection.introspection.django_table_names(),
        MigrationRecorder.Migration._meta.db_table,
        UNFINISHED,
        str(cache),
    }


def _build(migrations: list[Migration]) -> None:
    """The tables as the paper had them, and nothing in them."""
    there = connection.introspection.table_names()
    if there and set(tables.applied()) == set(migrations):
        return
    if connection.vendor == "sqlite":
        connection.close()
        for ending in ("", "-wal", "-shm"):
            Path(f"{connection.settings_dict['NAME']}{ending}").unlink(missing_ok=True)
    elif there:
        names = ", ".join(f'"{one}"' for one in there)
        _execute(f"DROP TABLE {names} CASCADE")
    executor = MigrationExecutor(connection)
    executor.migrate(_last_ones(executor.loader.graph, set(migrations)))


def _last_ones(graph: MigrationGraph, among: set[Migration]) -> list[Migration]:
    """Of each app the migrations behind which none of these comes."""
    after = {one: {child.key for child in graph.node_map[one].children} & among for one in among}
    return sorted(one for one, later in after.items() if one[0] not in {app for app, _ in later})


def _load(path: Path, into: dict[str, Table], manifest: dict[str, Any], say: Say) -> None:
    _empty(into)
    for name, found in _batches(path):
        try:
            tables.write(into[name], found)
        except (DatabaseError, ValueError) as error:
            raise DatabaseError(f"{name}: {error}") from error
    connection.check_constraints()
    for number, (name, table) in enumerate(into.items(), 1):
        wanted = manifest["tables"][name]
        tally = _read_back(table)
        if (tally.count, tally.digest) != (wanted["rows"], wanted["digest"]):
            raise NotTheSame(f"{name}: {tally.count} of {wanted['rows']} rows, or not the same")
        tables.go_on_from(table, wanted["last"])
        if tally.count:
            say(f"[{number}/{len(into)}] {name}: {tally.count:,} rows, the same")


def _batches(path: Path) -> Iterator[tuple[str, list[tables.Row]]]:
    for found in file.members(path):
        if found.table:
            yield found.table, [tables.parsed(line) for line in file.lines_of(found)]


def _empty(these: Iterable[str]) -> None:
    # What migrations have put in is in the file as well, as the paper has it by now.
    for name in (IndexEntry._meta.db_table, *these):
        _execute(f'DELETE FROM "{name}"')  # noqa: S608 (our own names)


def _read_back(table: Table) -> Tally:
    tally = Tally()
    with closing(connection.chunked_cursor()) as cursor:
        for rows in tables.read(table, cursor):
            for row in rows:
                tally.add(tables.written(row))
    return tally


def _files(path: Path, manifest: dict[str, Any], say: Say) -> None:
    """The pictures and meters, put in place when all of them are there."""
    root = Path(settings.MEDIA_ROOT)
    stage = root / STAGE
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(parents=True)
    pictures = Tally()
    for found in file.members(path):
        if found.picture:
            pictures.add(_write(found, stage / found.picture))
        elif found.name == file.METERS:
            (PAPER.data_dir / file.METERS).write_bytes(found.content())
    if pictures.digest != manifest["pictures"]["digest"]:
        raise NotTheSame("the pictures")
    for child in list(stage.iterdir()):
        child.rename(root / child.name)
    stage.rmdir()
    say(f"pictures: {pictures.count:,} files, the same")


def _write(found: file.Found, to: Path) -> bytes:
    to.parent.mkdir(parents=True, exist_ok=True)
    with to.open("wb") as whole:
        return file.picture_line(found, whole.write)


def _pictures() -> Iterator[Path]:
    with suppress(FileNotFoundError):
        for one in Path(settings.MEDIA_ROOT).iterdir():
            if one.name != STAGE:
                yield one


def _execute(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None
