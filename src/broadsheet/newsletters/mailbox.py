"""The mailbox where reports come in, when mail goes over SMTP: looked through by IMAP."""

import imaplib
import logging
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import unquote, urlsplit

from django.tasks import task
from django.utils import timezone

from broadsheet.newsletters.bounces import heard, read
from broadsheet.settings.django import PAPER, SLOW

logger = logging.getLogger(__name__)

MOST = 500
"""Messages that are read at a time."""
LARGEST = 256 * 1024
"""Bytes that are read of each: reports come first, and may have a whole mail behind them."""
TIMEOUT = 30
"""Seconds."""


@task(queue_name=SLOW)
def look_into_mailbox() -> None:
    """Read what is new there, and mark it as seen; what is no report is left unread."""
    if not PAPER.bounce_mailbox:
        return
    try:
        told = collect(PAPER.bounce_mailbox)
    except (OSError, imaplib.IMAP4.error) as error:
        logger.warning("the mailbox of returned mail cannot be read: %s", error)
        return
    if told:
        logger.info("%d reports about newsletters", told)


def collect(address: str) -> int:
    """How many reports about our mails were new in the mailbox at imaps://user:password@host/INBOX.

    Raises OSError and imaplib.IMAP4.error.
    """
    place = urlsplit(address)
    kind: Any = imaplib.IMAP4_SSL if place.scheme == "imaps" else imaplib.IMAP4
    told = 0
    with kind(place.hostname, place.port or _port(place.scheme), timeout=TIMEOUT) as box:
        box.login(unquote(place.username or ""), unquote(place.password or ""))
        status, _ = box.select(place.path.strip("/") or "INBOX")
        if status != "OK":
            raise imaplib.IMAP4.error(f"no mailbox {place.path}")
        _, found = box.search(None, "UNSEEN", "HEADER", "Content-Type", '"multipart/report"')
        for number in found[0].split()[-MOST:]:  # the newest; others' reports stay unread
            _, parts = box.fetch(number, f"(BODY.PEEK[]<0.{LARGEST}>)")
            raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
            if _heard(raw):
                box.store(number, "+FLAGS", "\\Seen")
                told += 1
    return told


def _port(scheme: str) -> int:
    return 993 if scheme == "imaps" else 143


def _heard(raw: bytes) -> bool:
    report = read(message_from_bytes(raw, policy=policy.default))
    return report is not None and heard(report, timezone.now())
