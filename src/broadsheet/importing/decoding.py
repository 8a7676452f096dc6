"""Bytes become text, whatever the file says about its encoding."""

import codecs
import re
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from broadsheet.importing.pieces import Loss

CHUNK = 1 << 18
SAMPLE = 1 << 20
DECLARED = re.compile(rb"""^[^<]{0,8}<\?xml[^>]{0,200}?encoding=["']([\w.:-]{1,40})["']""")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML and JSON may not hold, and no database wants."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _as_western(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    return "".join(_WESTERN[byte] for byte in wrong), error.end


_WESTERN = [bytes([n]).decode("cp1252", "replace") for n in range(256)]
codecs.register_error("as-western", _as_western)


def printable(text: str) -> str:
    """The text without what cannot be stored or shown."""
    return UNPRINTABLE.sub(" ", text) if UNPRINTABLE.search(text) else text


class Text:
    """A file's text in pieces. Nothing in a file makes it raise; `losses` says what was guessed."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._sample = file.read(SAMPLE)
        self._encoding, skip = self._guessed()
        self._sample = self._sample[skip:]
        self._repaired = False
        self._scrubbed = False
        self.bytes_read = skip

    @property
    def losses(self) -> list[Loss]:
        """What was wrong with the bytes read so far."""
        found = []
        if self._repaired:
            found.append(
                Loss(
                    _("Some characters are not written as the file says (%(encoding)s).")
                    % {"encoding": self._encoding},
                    _("They were read as Western European ones; look at names with accents."),
                )
            )
        if self._scrubbed:
            found.append(
                Loss(_("Some characters cannot be printed."), _("Spaces stand in their place."))
            )
        return found

    def __iter__(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self._encoding)()
        chunk = self._sample
        self._sample = b""
        while chunk:
            self.bytes_read += len(chunk)
            yield self._clean(self._decoded(decoder, chunk, final=False))
            chunk = self._file.read(CHUNK)
        yield self._clean(self._decoded(decoder, b"", final=True))

    def _decoded(self, decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool) -> str:
        try:
            return decoder.decode(chunk, final)
        except UnicodeDecodeError:
            # A decoder that has raised still holds what it held before.
            self._repaired = True
            decoder.errors = "as-western" if self._encoding == "utf-8" else "replace"
            return decoder.decode(chunk, final)

    def _clean(self, text: str) -> str:
        clean = printable(text)
        self._scrubbed |= clean is not text
        return clean

    def _guessed(self) -> tuple[str, int]:
        head = self._sample
        for mark, encoding in MARKS:
            if head.startswith(mark):
                return encoding, len(mark)
        for encoding, first in (("utf-16-le", (b"<\0", b"{\0")), ("utf-16-be", (b"\0<", b"\0{"))):
            if head.startswith(first):
                return encoding, 0
        declared = DECLARED.match(head)
        if declared and not _is_utf8(head):
            try:
                name = codecs.lookup(declared[1].decode()).name
                b"<".decode(name)
            except (LookupError, UnicodeError):
                return "utf-8", 0
            return ("utf-8", 0) if name in ("ascii", "utf-8") else (name, 0)
        return "utf-8", 0


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


class Utf8:
    """The same text as a file of UTF-8 bytes, for parsers that read files."""

    def __init__(self, text: Text) -> None:
        self._pieces = iter(text)
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        """So many bytes at the most; all of them for -1."""
        if size == 0:
            return b""
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = piece.encode()
        if size < 0:
            whole = self._left + b"".join(piece.encode() for piece in self._pieces)
            self._left = b""
            return whole
        part, self._left = self._left[:size], self._left[size:]
        return part
