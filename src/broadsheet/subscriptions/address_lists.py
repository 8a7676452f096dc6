"""Lists of addresses as people have them: files of spreadsheets, in their many dialects.

Files are read as a stream. Nothing here knows of seats.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import IO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from broadsheet.subscriptions.addresses import NotAnAddress, email_key

MOST_ROWS = 50_000
MOST_BYTES = 5_000_000
CHUNK = 64 * 1024
LONGEST_CELL = 320
SEPARATORS = ",;\t"
HEADERS = frozenset(
    {"e-mail", "email", "mail", "address", "e-mail-address", "email-address"}
    | {"correo", "correo-electrónico", "correo-electronico", "dirección", "direccion"}
)
"""What a column of addresses may be called, with - for spaces."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so."""


class Fault(StrEnum):
    """What is wrong with a row by itself."""

    MALFORMED = "malformed"
    FORMULA = "formula"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, what it says, and the address's key if it is good."""

    line: int
    email: str
    key: str
    fault: Fault | None


class Unreadable(Exception):
    """The whole list cannot be taken; `says` tells why."""

    def __init__(self, says: Promise | str) -> None:
        super().__init__(str(says))
        self.says = says


def read(file: IO[bytes]) -> Iterator[Row]:
    """The rows of a file, one by one. Raises Unreadable, at the first row that makes it so."""
    encoding = _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    try:
        yield from _rows(text)
    except csv.Error:
        raise Unreadable(
            _("The list cannot be read. Save it as CSV, with one address in each row.")
        ) from None
    finally:
        text.detach()  # the file is its owner's to close


def read_text(text: str) -> Iterator[Row]:
    """The rows of a text that was pasted. Raises Unreadable."""
    return read(io.BytesIO(text.encode()))


def neutral(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    shown = cell.lstrip()
    runs = cell.startswith(FORMULA) or unicodedata.normalize("NFKC", shown).startswith(FORMULA)
    return f"'{cell}" if runs else cell


def _encoding(file: IO[bytes]) -> str:
    """UTF-16 and UTF-8 by their marks or their bytes, else what Windows writes."""
    file.seek(0)
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in start:  # every second byte of plain letters, when the mark is missing
        return "utf-16-be" if start[:1] == b"\0" else "utf-16-le"
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _rows(text: Iterable[str]) -> Iterator[Row]:
    lines = iter(text)
    first = next(lines, "")
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(chain([first], lines), delimiter=separator)
    column: int | None = None
    seen: set[str] = set()
    count = 0
    for number, cells in enumerate(reader, start=1):
        if number == 1 and (column := _column(cells)) is not None:
            continue
        cell = _address_cell(cells, column)
        if not cell:
            continue
        count += 1
        if count > MOST_ROWS:
            raise Unreadable(_("The list has more than 50,000 rows. Give it in parts."))
        yield _row(reader.line_num, cell, seen)


def _column(cells: list[str]) -> int | None:
    """Which column of a header row has the addresses; None if it is not a header row."""
    names = ["-".join(cell.casefold().split()) for cell in cells]
    return next((place for place, name in enumerate(names) if name in HEADERS), None)


def _address_cell(cells: list[str], column: int | None) -> str:
    if column is not None:
        return cells[column].strip(" ") if column < len(cells) else ""
    filled = [cell.strip(" ") for cell in cells if cell.strip()]
    return next((cell for cell in filled if "@" in cell), filled[0] if filled else "")


def _row(line: int, cell: str, seen: set[str]) -> Row:
    shown = cell[:LONGEST_CELL]
    if cell.startswith(FORMULA):
        return Row(line, shown, "", Fault.FORMULA)
    address = cell.rpartition("<")[2].partition(">")[0] if "<" in cell else cell.strip()
    try:
        key = email_key(address)
    except NotAnAddress:
        return Row(line, shown, "", Fault.MALFORMED)
    if key in seen:
        return Row(line, address, key, Fault.DUPLICATE)
    seen.add(key)
    return Row(line, address, key, None)
