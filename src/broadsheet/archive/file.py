"""The file: a compressed tar with the rows of every table, the pictures, and what they add up to.

about.json                     who made it, of what, and which tables with which columns
settings.json                  the paper's settings, without what is secret
tables/<table>/<n>.jsonl       its rows
pictures/<name>                the pictures
meters.sqlite3                 what registered readers have read under the meter
manifest.json                  how much there is of each, with digests; a file cut off has none
"""

import hashlib
import io
import json
import os
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import IO, Any

from broadsheet.archive.tables import Row, Table, Tally, written

FORMAT = 1
TABLES, PICTURES, METERS = "tables/", "pictures/", "meters.sqlite3"
ABOUT, SETTINGS, MANIFEST = "about.json", "settings.json", "manifest.json"
MOST_TOLD = 64_000_000
"""Bytes of about.json or the manifest, and of one batch of rows; more is no archive of ours."""
CHUNK = 1 << 20


class NotAnArchive(Exception):
    """The file is damaged, cut off, of another make or of a newer version; the text says which."""


class Writer:
    """Puts one member after the other into a file, and adds up what it is given."""

    def __init__(self, tar: tarfile.TarFile, about: dict[str, Any]) -> None:
        self._tar = tar
        self._told: dict[str, Any] = {"tables": {}, "pictures": None, "meters": None}
        self._pictures, self._bytes = Tally(), 0
        self._put(ABOUT, {"format": FORMAT, **about})

    def settings(self, settings: dict[str, Any]) -> None:
        """The paper's settings; nothing in them may be secret."""
        self._put(SETTINGS, settings)

    def table(self, table: Table, batches: Iterator[list[Row]]) -> Tally:
        """All rows of a table."""
        tally = Tally()
        for number, rows in enumerate(batches, 1):
            lines = [written(row) for row in rows]
            for line in lines:
                tally.add(line)
            self._add(f"{TABLES}{table.name}/{number:06}.jsonl", b"\n".join(lines))
        self._told["tables"][table.name] = {"rows": tally.count, "digest": tally.digest}
        return tally

    def last(self, table: Table, number: int) -> None:
        """The highest number a table has given."""
        self._told["tables"][table.name]["last"] = number

    def picture(self, name: str, path: Path) -> None:
        """A file of the pictures' folder. Raises FileNotFoundError when it went meanwhile."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            watched = _Watched(file)
            self._tar.addfile(_member(PICTURES + name, size), watched)
        self._pictures.add(_line_of(name, watched.digest))
        self._bytes += size

    def meters(self, path: Path) -> None:
        """The file of the meters."""
        content = path.read_bytes()
        self._add(METERS, content)
        self._told["meters"] = hashlib.sha256(content).hexdigest()

    def close(self) -> None:
        """The manifest: from now on the file is whole."""
        pictures = self._pictures
        self._told["pictures"] = {
            "files": pictures.count,
            "bytes": self._bytes,
            "digest": pictures.digest,
        }
        self._put(MANIFEST, self._told)

    def _put(self, name: str, told: dict[str, Any]) -> None:
        self._add(name, json.dumps(told, indent=1, default=str).encode())

    def _add(self, name: str, content: bytes) -> None:
        self._tar.addfile(_member(name, len(content)), io.BytesIO(content))


@contextmanager
def writing(path: Path, about: dict[str, Any]) -> Iterator[Writer]:
    """A file that is there under its name when it is whole, and not before.

    Only its owner may read it: it holds what readers have told the paper.
    """
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    try:
        with (
            unfinished.open("wb") as raw,
            tarfile.open(fileobj=raw, mode="w:gz", compresslevel=5) as tar,
        ):
            writer = Writer(tar, about)
            yield writer
            writer.close()
        with unfinished.open("rb") as whole:
            os.fsync(whole.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)


class Found:
    """One member of a file that is being read."""

    def __init__(self, name: str, size: int, file: IO[bytes]) -> None:
        self.name, self.size, self._file = name, size, file

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or what is left. Raises NotAnArchive."""
        with _whole():
            return self._file.read(size)

    def content(self) -> bytes:
        """All of it. Raises NotAnArchive when it is larger than anything of ours."""
        if self.size > MOST_TOLD:
            raise NotAnArchive(f"{self.name} is too large")
        return self.read()

    @property
    def table(self) -> str:
        """The table whose rows these are; empty: they are none."""
        parts = self.name.split("/")
        return parts[1] if self.name.startswith(TABLES) and len(parts) == 3 else ""

    @property
    def picture(self) -> str:
        """The name of this picture; empty: it is none. Raises NotAnArchive for one that would
        lead out of the folder."""
        if not self.name.startswith(PICTURES):
            return ""
        name = self.name.removeprefix(PICTURES)
        path = PurePosixPath(name)
        if not name or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
            raise NotAnArchive(f"{self.name!r} is no name of a picture")
        return str(path)


def members(path: Path) -> Iterator[Found]:
    """The file's members, one after the other, each to be read before the next is asked for.

    Raises NotAnArchive, and OSError when the file cannot be read.
    """
    with _whole(), tarfile.open(path, mode="r|gz") as tar:
        for one in tar:
            file = tar.extractfile(one) if one.isreg() else None
            if file is None:
                raise NotAnArchive(f"{one.name!r} is no file")
            yield Found(one.name, one.size, file)


@contextmanager
def _whole() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise NotAnArchive(f"it is damaged, or not whole ({error})") from None


def about(path: Path) -> dict[str, Any]:
    """What the file says of itself. Raises NotAnArchive."""
    first = next(members(path), None)
    if first is None or first.name != ABOUT:
        raise NotAnArchive("it was not made by `broadsheet backup`")
    said = told(first)
    if said.get("format") != FORMAT:
        raise NotAnArchive("it was made by another version, in a form this one does not know")
    return said


def tables_in(said: dict[str, Any]) -> dict[str, Table]:
    """The tables of an archive, by name."""
    try:
        found = [
            Table(one["name"], tuple((name, kind) for name, kind in one["columns"]), one["counted"])
            for one in said["tables"]
        ]
    except (KeyError, TypeError, ValueError):
        raise NotAnArchive("what it says of its tables cannot be understood") from None
    return {one.name: one for one in found}


def told(found: Found) -> dict[str, Any]:
    """What a member says in JSON. Raises NotAnArchive."""
    try:
        said = json.loads(found.content())
    except ValueError:
        raise NotAnArchive(f"{found.name} cannot be understood") from None
    if not isinstance(said, dict):
        raise NotAnArchive(f"{found.name} cannot be understood")
    return said


def lines_of(found: Found) -> list[bytes]:
    """The rows of a batch, as they are written."""
    return found.content().split(b"\n")


def described(tables: list[Table]) -> list[dict[str, Any]]:
    """The tables, as about.json tells of them."""
    return [asdict(one) for one in tables]


def picture_line(found: Found, keep: Callable[[bytes], object] = len) -> bytes:
    """Read a picture to its end, giving each piece to `keep`; what a tally adds of it."""
    digest = hashlib.sha256()
    while piece := found.read(CHUNK):
        digest.update(piece)
        keep(piece)
    return _line_of(found.picture, digest.hexdigest())


class _Watched(io.RawIOBase):
    """A file whose digest is known when it has been read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self._digest.update(piece)
        return piece

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()


def _line_of(name: str, digest: str) -> bytes:
    return f"{name}\0{digest}".encode()


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(time.time())
    return member
