"""The meter: so many subscribers' articles in a rolling 30 days, each counted once."""

from collections.abc import Mapping

from broadsheet.access.reading import Meter

WINDOW = 30 * 86400.0
"""Seconds an article stays counted."""


def in_window(counted: Mapping[int, float], now: float) -> dict[int, float]:
    """The articles still counted at `now`: article id to when it was first read.

    A time in the future (the clock stepped back) is taken as now.
    """
    return {article: min(at, now) for article, at in counted.items() if now - at < WINDOW}


def read_meter(counted: Mapping[int, float], article: int, allowance: int, now: float) -> Meter:
    """The meter as it stands at this article."""
    current = in_window(counted, now)
    return Meter(allowance, len(current), article in current)
