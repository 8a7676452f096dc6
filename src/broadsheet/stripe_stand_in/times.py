"""Billing periods. Months are counted from the anchor, so that 31 January is followed by
28 or 29 February and then by 31 March."""

import calendar
from datetime import UTC, datetime

DAY = 86_400
HOUR = 3_600
MONTHS = {"month": 1, "year": 12}
SECONDS = {"day": DAY, "week": 7 * DAY}


def add_months(moment: int, months: int) -> int:
    """The same day and time so many months on, or the month's last day if it is shorter."""
    at = datetime.fromtimestamp(moment, UTC)
    index = at.year * 12 + at.month - 1 + months
    year, month = index // 12, index % 12 + 1
    day = min(at.day, calendar.monthrange(year, month)[1])
    return int(at.replace(year=year, month=month, day=day).timestamp())


def boundary(anchor: int, interval: str, count: int, number: int) -> int:
    """The boundary between periods that lies so many periods after the anchor."""
    if interval in MONTHS:
        return add_months(anchor, MONTHS[interval] * count * number)
    return anchor + SECONDS[interval] * count * number


def next_boundary(anchor: int, interval: str, count: int, after: int) -> int:
    """The first boundary after a moment."""
    longest = {"day": 1, "week": 7, "month": 31, "year": 366}[interval] * DAY * count
    number = max((after - anchor) // longest, 0)
    while boundary(anchor, interval, count, number) <= after:
        number += 1
    return boundary(anchor, interval, count, number)


def iso(moment: int) -> str:
    """The day of a moment, in UTC: 2026-11-24."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
