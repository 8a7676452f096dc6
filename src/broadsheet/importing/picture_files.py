"""Pictures that lie beside an import's file: in a folder or a ZIP archive."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _

from broadsheet.importing import fetching
from broadsheet.importing.pieces import FileRefused
from broadsheet.newsroom.pictures import MOST_BYTES

PLACES = ("", "wp-content/uploads", "uploads", "content/images", "images", "media")
ROOTS = ("/wp-content/uploads/", "/uploads/", "/content/images/", "/files/")
SIZED = re.compile(r"-\d{1,5}x\d{1,5}(?=\.\w+$)")
"""WordPress's smaller copies: photo-1024x683.jpg."""
GHOST_SIZE = re.compile(r"^(?:size/w\d+(?:h\d+)?/)?(?:format/\w+/)?")


class NotFound(Exception):
    """A picture is not to be had; the text says where it was looked for."""


class Pictures(Protocol):
    """Where pictures are looked for."""

    def has(self, address: str) -> bool:
        """Whether it seems to be there; what must be fetched is not asked for."""

    def get(self, address: str) -> bytes:
        """The picture's file. Raises NotFound."""


class Folder:
    """A folder with pictures, in the same order as on the old site or all in one place."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def has(self, address: str) -> bool:
        """Whether there is such a file."""
        return self._file(address) is not None

    def get(self, address: str) -> bytes:
        """The file; no more of it than a picture may have."""
        file = self._file(address)
        if file is None:
            raise NotFound(_("It is not in the folder of pictures."))
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)

    def _file(self, address: str) -> Path | None:
        for name in names(address):
            try:
                file = (self._root / name).resolve()
                if file.is_relative_to(self._root) and file.is_file():
                    return file
            except (OSError, ValueError):
                continue
        return None


class Archive:
    """The same in a ZIP archive, below whatever folder it was packed with."""

    def __init__(self, file: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (OSError, zipfile.BadZipFile):
            raise FileRefused(_("%(name)s is no ZIP archive.") % {"name": file.name}) from None
        self._names: dict[str, str] = {}
        for name in self._zip.namelist():
            parts = name.split("/")
            for start in range(min(len(parts), 6)):
                self._names.setdefault("/".join(parts[start:]), name)

    def has(self, address: str) -> bool:
        """Whether it holds such a file."""
        return any(name in self._names for name in names(address))

    def get(self, address: str) -> bytes:
        """The file; no more of it than a picture may have, whatever the archive says of it."""
        for name in names(address):
            if name in self._names:
                try:
                    with self._zip.open(self._names[name]) as opened:
                        return opened.read(MOST_BYTES + 1)
                except (OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile, EOFError):
                    raise NotFound(_("It is damaged in the archive.")) from None
                except Exception as error:  # decompressors raise errors of their own
                    raise NotFound(str(error)) from None
        raise NotFound(_("It is not in the archive of pictures."))


class Everywhere:
    """Several places, one after the other, and the net at last if that is wished."""

    def __init__(self, places: list[Pictures], site: str, *, fetch: bool) -> None:
        self._places = places
        self._site = site
        self._fetch = fetch

    def has(self, address: str) -> bool:
        """Whether one of the places has it."""
        return any(place.has(address) for place in self._places)

    def can_have(self, address: str) -> bool:
        """Whether it may be had, by looking or by fetching."""
        return self.has(address) or self._fetch

    def get(self, address: str) -> bytes:
        """The picture's file. Raises NotFound."""
        for place in self._places:
            if place.has(address):
                return place.get(address)
        if not self._fetch:
            raise NotFound(_("It is not beside the file, and it was not asked to fetch it."))
        full = self._site + address if address.startswith("/") else address
        full = address.replace("__GHOST_URL__", self._site) if "__GHOST_URL__" in address else full
        try:
            return fetching.fetch("https:" + full if full.startswith("//") else full)
        except fetching.NotFetched as error:
            raise NotFound(str(error)) from None


def beside(file: Path) -> list[Pictures]:
    """The folders and the archive of the same name that lie beside a file."""
    found: list[Pictures] = []
    for name in ("wp-content/uploads", "uploads", "content/images", "media", "images"):
        folder = file.parent / name
        if folder.is_dir():
            found.append(Folder(folder))
    archive = file.with_suffix(".zip")
    if archive.is_file() and archive != file:
        found.append(Archive(archive))
    return found


def at(path: Path) -> Pictures:
    """The folder or archive at a path. Raises FileRefused."""
    if path.is_dir():
        return Folder(path)
    if path.is_file():
        return Archive(path)
    raise FileRefused(_("There is nothing at %(path)s.") % {"path": path})


def names(address: str) -> Iterator[str]:
    """Where the picture of an address may lie, the likeliest first; never above the folder."""
    try:
        path = unquote(urlsplit(address.replace("__GHOST_URL__", "")).path)
    except ValueError:
        return
    within = path.lstrip("/")
    for root in ROOTS:
        if root in path:
            within = path.split(root, 1)[1]
            break
    within = GHOST_SIZE.sub("", within)
    parts = [part for part in PurePosixPath(within).parts if part not in ("", ".", "/")]
    if not parts or ".." in parts or "\0" in within:
        return
    for whole in dict.fromkeys(("/".join(parts), SIZED.sub("", "/".join(parts)))):
        for place in PLACES:
            yield f"{place}/{whole}" if place else whole
        yield whole.rpartition("/")[2]


def stem(address: str) -> str:
    """A picture's name, from its address."""
    try:
        return PurePosixPath(unquote(urlsplit(address).path)).stem[:200]
    except ValueError:
        return ""
