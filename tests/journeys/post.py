"""Reading the mail that the paper wrote to files."""

import re
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.live import LivePaper

CODE = re.compile(r"^\s*((?:[A-Z0-9]{3,4}-?){2})\s*$", re.MULTILINE)
BETWEEN = b"\n" + b"-" * 79 + b"\n"
"""What stands after each letter; letters of the same second may share a file."""


def text_of(letter: EmailMessage) -> str:
    """The text part of a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


class Postbox:
    """What arrives for readers from now on."""

    def __init__(self, paper: LivePaper) -> None:
        self._folder = Path(str(paper.told["mail"]))
        self._read = {path: path.stat().st_size for path in self._folder.glob("*")}

    def code_for(self, address: str) -> str:
        """The code in the mail that has come for an address, or soon does."""
        letter = self.letter_for(address, lambda letter: bool(CODE.search(text_of(letter))))
        found = CODE.search(text_of(letter))
        assert found
        return found[1]

    def letter_for(
        self,
        address: str,
        wanted: Callable[[EmailMessage], bool] = lambda letter: True,
        patience: float = 15,
    ) -> EmailMessage:
        """The next letter for an address that is wanted; letters leave in the background."""
        end = time.monotonic() + patience
        while True:
            for letter in self._new_letters():
                if letter["To"] == address and wanted(letter):
                    return letter
            assert time.monotonic() < end, f"no mail for {address}"
            time.sleep(0.05)

    def _new_letters(self) -> Iterator[EmailMessage]:
        for path in sorted(self._folder.glob("*")):
            start = self._read.get(path, 0)
            *letters, _unfinished = path.read_bytes()[start:].split(BETWEEN)
            for letter in letters:
                start += len(letter) + len(BETWEEN)
                self._read[path] = start
                yield message_from_bytes(letter, policy=policy.default)
