"""The rows of the tables in a Ghost export, one at a time, however large the file is."""

import re
from collections.abc import Iterable, Iterator
from typing import IO, Any

import ijson
from django.utils.translation import gettext as _
from ijson.common import ObjectBuilder

from broadsheet.importing.decoding import Text, Utf8
from broadsheet.importing.pieces import FileRefused, Loss

ROW = re.compile(r"(?:db\.item\.|db\.)?data\.([a-z_]+)\.item")
MOST_TEXT = 32_000_000
"""Characters of one row; a story of more is no story."""
MOST_DEPTH = 100


class TooLarge(Exception):
    """A row that no story has."""


class Broken(Exception):
    """The file goes on in no sensible way after the rows that were read."""


class Tables:
    """Reads one file from its beginning."""

    def __init__(self, file: IO[bytes]) -> None:
        self._text = Text(file)
        self.found = False

    @property
    def losses(self) -> list[Loss]:
        """What was wrong with the file's characters."""
        return self._text.losses

    def rows(self, wanted: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """Name of the table and row; TooLarge in place of one that is. Raises Broken, with the
        place, after what is whole."""
        wanted = frozenset(wanted)
        row: _Row | None = None
        try:
            for prefix, event, value in ijson.parse(Utf8(self._text), use_float=True):
                if row is not None:
                    row.event(event, value)
                    if row.whole:
                        yield row.table, row.value
                        row = None
                elif event == "start_map" and (at := ROW.fullmatch(prefix)):
                    self.found = True
                    if at[1] in wanted:
                        row = _Row(at[1])
                        row.event(event, value)
        except ijson.JSONError as error:
            where = _("about byte %(byte)d") % {"byte": self._text.bytes_read}
            raise Broken(f"{where}; {_first_line(error)}") from None
        if not self.found:
            raise no_export()


class _Row:
    def __init__(self, table: str) -> None:
        self.table = table
        self._builder: ObjectBuilder | None = ObjectBuilder()
        self._size = 0
        self._depth = 0

    @property
    def whole(self) -> bool:
        return self._depth == 0

    @property
    def value(self) -> Any:
        return self._builder.value if self._builder is not None else TooLarge()

    def event(self, event: str, value: Any) -> None:
        if event in ("start_map", "start_array"):
            self._depth += 1
        elif event in ("end_map", "end_array"):
            self._depth -= 1
        elif isinstance(value, str):
            self._size += len(value)
            value = value.encode("utf-8", "replace").decode().replace("\0", " ")
        if self._size > MOST_TEXT or self._depth > MOST_DEPTH:
            self._builder = None
        if self._builder is not None:
            self._builder.event(event, value)


def no_export() -> FileRefused:
    """What is said of a file that holds no tables of Ghost's."""
    return FileRefused(
        _("This is no export file of Ghost. In Ghost it is made with Settings → Import/Export.")
    )


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else ""
