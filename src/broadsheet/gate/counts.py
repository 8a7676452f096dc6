"""What is counted at the gate: plain numbers of this process, which `telemetry` reads.

They are added to in the event loop alone, and never go down.
"""

from bisect import bisect_left
from collections import defaultdict
from enum import StrEnum

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds up to which answers are counted together."""


class Kind(StrEnum):
    """What a request is for."""

    ARTICLE = "article"
    SEAT = "seat"
    SITE = "site"


class Times:
    """How long answers took: how many up to each of BOUNDS, and above; and all together."""

    __slots__ = ("counts", "total")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


class Counts:
    """Everything that is counted, since the process began."""

    def __init__(self) -> None:
        self.requests: defaultdict[tuple[Kind, int], int] = defaultdict(int)
        """By kind, and by the first digit of the status; without what is in `articles`."""
        self.times = {kind: Times() for kind in Kind}
        """Until the answer began; of articles, until it was sent."""
        self.articles: defaultdict[bytes, int] = defaultdict(int)
        """Articles sent, by what their header says: outcome and reason."""
        self.unchanged = 0
        """Of these, answered with 304."""
        self.away: defaultdict[str, int] = defaultdict(int)
        """Times that a store (`seats`, `meters`) was asked in vain."""

    def answered(self, kind: Kind, status: int, seconds: float) -> None:
        """A request was answered."""
        self.requests[kind, status // 100] += 1
        self.times[kind].add(seconds)
