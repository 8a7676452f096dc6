"""The records of a WordPress export file, one at a time, however large or broken the file is."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from django.utils.translation import gettext as _

from broadsheet.importing.decoding import Text
from broadsheet.importing.pieces import FileRefused, Loss

RECORDS = frozenset(("item", "wp:author"))
SITE = frozenset(("title", "link", "wp:base_blog_url"))
AGAIN = b"<item"
OPENING = b"<rss><channel>"
MOST_TEXT = 32_000_000
"""Characters of one record; a story of more is no story."""
LOOKS_LIKE = re.compile(r"<rss\b|<channel\b", re.IGNORECASE)
LOOKED_AT = 1 << 16


@dataclass(slots=True)
class Record:
    """One record: the texts of its elements, its labels (domain, slug, name) and its settings."""

    kind: str
    line: int
    texts: dict[str, str] = field(default_factory=dict)
    labels: list[tuple[str, str, str]] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    comments: int = 0
    too_large: bool = False

    def text(self, name: str) -> str:
        """What stands in an element; nothing when it is missing."""
        return self.texts.get(name, "").strip()


@dataclass(frozen=True, slots=True)
class Break:
    """Where a file is broken, and the record that is lost there."""

    where: str
    fault: str
    title: str = ""
    foreign_id: str = ""


class Records:
    """Reads one file from its beginning. After a broken place it goes on with the next item."""

    def __init__(self, file: IO[bytes]) -> None:
        self._text = Text(file)
        self._shelf = _Shelf()
        self._line = 0
        self._fed = 0
        self._parser = self._begin()

    @property
    def losses(self) -> list[Loss]:
        """What was wrong with the file's characters."""
        return self._text.losses

    @property
    def site(self) -> dict[str, str]:
        """What the file says of the whole site."""
        return self._shelf.site

    def __iter__(self) -> Iterator[Record | Break]:
        """Every record. Raises FileRefused when the file is none of WordPress's."""
        looked = ""
        skipping = False
        tail = b""
        for piece in self._text:
            if len(looked) < LOOKED_AT:
                looked = _look_at(looked + piece)
            data = piece.encode()
            while data or skipping:
                if skipping:
                    data, tail = _from_next_item(tail + data)
                    if not data:
                        break
                    self._restart()
                    skipping = False
                try:
                    self._parser.Parse(data)
                except expat.ExpatError as error:
                    yield from self._shelf.take()
                    yield self._broken(error)
                    at = max(0, self._parser.ErrorByteIndex - self._fed)
                    self._line += error.lineno - 1
                    tail, data, skipping = b"", data[at + 1 :], True
                else:
                    self._fed += len(data)
                    data = b""
            yield from self._shelf.take()
        if not _looks_right(looked):
            raise _no_export()
        if not skipping:
            yield from self._end()

    def _end(self) -> Iterator[Record | Break]:
        try:
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            yield from self._shelf.take()
            yield self._broken(error)

    def _begin(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.ordered_attributes = False
        parser.StartDoctypeDeclHandler = _refuse_types
        parser.EntityDeclHandler = _refuse_types
        self._shelf.listen_to(parser, lambda: self._line + parser.CurrentLineNumber)
        return parser

    def _restart(self) -> None:
        self._parser = self._begin()
        self._parser.Parse(OPENING)
        self._fed = len(OPENING)

    def _broken(self, error: expat.ExpatError) -> Break:
        lost = self._shelf.drop()
        where = _("line %(line)d, column %(column)d") % {
            "line": self._line + error.lineno,
            "column": error.offset + 1,
        }
        fault = expat.ErrorString(error.code)
        if lost is None:
            return Break(where, fault)
        return Break(where, fault, lost.text("title"), lost.text("wp:post_id"))


class _Shelf:
    """Puts together what the parser finds."""

    def __init__(self) -> None:
        self.site: dict[str, str] = {}
        self._ready: deque[Record] = deque()
        self._forget()

    def _forget(self) -> None:
        self._path: list[str] = []
        self._record: Record | None = None
        self._texts: list[str] | None = None
        self._size = 0
        self._label: tuple[str, str] | None = None
        self._key = ""

    def listen_to(self, parser: expat.XMLParserType, line: object) -> None:
        self._forget()
        self._line = line
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._stop
        parser.CharacterDataHandler = self._data

    def take(self) -> Iterator[Record]:
        while self._ready:
            yield self._ready.popleft()

    def drop(self) -> Record | None:
        """The record that was being read."""
        lost = self._record
        self._forget()
        return lost

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        depth = len(self._path)
        self._path.append(name)
        if self._record is None:
            if depth == 2 and name in RECORDS:
                self._record = Record(name, self._line())  # type: ignore[operator]
                self._size = 0
            elif depth == 2 and name in SITE:
                self._texts = []
            return
        if depth == 3 and name == "wp:comment":
            self._record.comments += 1
        if depth == 3 or (depth == 4 and self._path[3] == "wp:postmeta"):
            self._texts = []
            if name == "category":
                self._label = (attributes.get("domain", ""), attributes.get("nicename", ""))

    def _data(self, text: str) -> None:
        if self._texts is None:
            return
        self._size += len(text)
        if self._record is not None and self._size > MOST_TEXT:
            self._record.too_large = True
            return
        self._texts.append(text)

    def _stop(self, name: str) -> None:
        self._path.pop()
        depth = len(self._path)
        text = "".join(self._texts) if self._texts is not None else None
        self._texts = None
        if self._record is None:
            if depth == 2 and text is not None:
                self.site.setdefault(name, text.strip())
        elif depth == 2:
            self._ready.append(self._record)
            self._record = None
        elif text is not None:
            self._keep(self._record, depth, name, text)

    def _keep(self, record: Record, depth: int, name: str, text: str) -> None:
        if depth == 4:
            if name == "wp:meta_key":
                self._key = text.strip()
            elif name == "wp:meta_value" and self._key:
                record.settings[self._key] = text
                self._key = ""
        elif name == "category" and self._label is not None:
            record.labels.append((*self._label, text.strip()))
            self._label = None
        elif name not in ("wp:comment", "wp:postmeta"):
            record.texts.setdefault(name, text)


def _refuse_types(*_declared: object) -> None:
    raise FileRefused(
        _(
            "The file declares its own entities (<!DOCTYPE …>). Export files of WordPress do not, "
            "and such files can make a reader run out of memory, so it is not read."
        )
    )


def _no_export() -> FileRefused:
    return FileRefused(
        _("This is no export file of WordPress. In WordPress it is made with Tools → Export.")
    )


def _look_at(looked: str) -> str:
    if len(looked) >= LOOKED_AT and not _looks_right(looked):
        raise _no_export()
    return looked


def _looks_right(looked: str) -> bool:
    return LOOKS_LIKE.search(looked) is not None


def _from_next_item(data: bytes) -> tuple[bytes, bytes]:
    """The data from the next item on, or what may be the beginning of its tag."""
    at = data.find(AGAIN)
    while at >= 0 and len(data) > at + len(AGAIN) and data[at + len(AGAIN)] not in b"> \t\r\n":
        at = data.find(AGAIN, at + 1)
    return (data[at:], b"") if at >= 0 else (b"", data[-(len(AGAIN) - 1) :])
