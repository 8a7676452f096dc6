"""From values to places: scales and the round numbers along them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

ROUND_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values from `low` to `high` onto places from `start` to `end`, evenly."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value."""
        # Halved first: the span of two enormous numbers need not fit into a float.
        share = (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
        return self.start + share * (self.end - self.start)


def around_zero(values: Sequence[float]) -> tuple[float, float]:
    """The lowest and highest of the values and zero; never the same number twice."""
    low, high = min(0.0, *values), max(0.0, *values)
    return (low, high) if low < high else (0.0, 1.0)


def ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """About `wanted` round numbers, evenly apart, that begin at or below low, end at or above high.

    >>> ticks(190, 240.1)
    [180.0, 200.0, 220.0, 240.0, 260.0]
    """
    if low >= high:
        half = abs(low) / 2 or 1.0
        low, high = low - half, high + half
    step = _round_up((high - low) / wanted)
    first, last = math.floor(low / step), math.ceil(high / step)
    digits = 2 - math.floor(math.log10(step))
    return [round(place * step, digits) for place in range(first, last + 1)]


def _round_up(step: float) -> float:
    size = 10.0 ** math.floor(math.log10(step))
    return next(size * round_step for round_step in ROUND_STEPS if size * round_step >= step)
