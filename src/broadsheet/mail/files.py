"""Reading letters back from the files they are written to while there is no mail server."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

BETWEEN = b"\n" + b"-" * 79 + b"\n"
"""What Django's file backend writes after each message."""
SHOWN = 200
"""The newest files that are read."""


@dataclass(frozen=True, slots=True)
class FiledLetter:
    """One letter as it was written to a file."""

    name: str
    """Names it among its kind; letters and digits, dots and dashes."""
    to: str
    subject: str
    sent_at: datetime
    text: str
    html: str


def newest_first(folder: Path) -> list[FiledLetter]:
    """The letters in the newest files of a folder; none if there is no such folder."""
    files = sorted(folder.glob("*.log"), key=lambda path: path.name, reverse=True)[:SHOWN]
    letters = [letter for path in files for letter in _letters(path)]
    return sorted(letters, key=lambda letter: letter.sent_at, reverse=True)


def _letters(path: Path) -> Iterator[FiledLetter]:
    *letters, _unfinished = path.read_bytes().split(BETWEEN)
    for number, raw in enumerate(letters):
        message = message_from_bytes(raw, policy=policy.default)
        yield FiledLetter(
            name=f"{path.stem}.{number}",
            to=str(message["To"] or ""),
            subject=str(message["Subject"] or ""),
            sent_at=message["Date"].datetime,
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body else ""
