"""Moments as other papers write them; impossible ones are none."""

from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

from django.utils.dateparse import parse_datetime

EARLIEST = datetime(1600, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def moment(text: object, zone: tzinfo = UTC) -> datetime | None:
    """The moment, or None for one that cannot be meant: no date, year 0, the year 9999.

    Without a zone of its own it is taken as one of `zone`.
    """
    found = _parsed(text)
    if found is None:
        return None
    try:
        found = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return found if EARLIEST < found < LATEST else None


def _parsed(text: object) -> datetime | None:
    try:
        if isinstance(text, (int, float)):
            return datetime.fromtimestamp(float(text) / 1000, UTC)
        if not isinstance(text, str) or not text.strip():
            return None
        text = text.strip()
        return parse_datetime(text.replace(" ", "T", 1)) or _by_mail(text)
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _by_mail(text: str) -> datetime | None:
    return parsedate_to_datetime(text) if text[:1].isalpha() else None
