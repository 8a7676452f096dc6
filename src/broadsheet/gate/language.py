"""Which language the paper speaks to this reader: their choice, then their browser's."""

import re
from collections.abc import Sequence
from functools import lru_cache

WEIGHT = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
"""A weight, by RFC 9110, section 12.4.2."""


@lru_cache(maxsize=2048)
def choose(chosen: str, accepted: str, fallback: str, offered: Sequence[str]) -> str:
    """One of `offered`: the reader's choice, else the best of Accept-Language (RFC 9110,
    section 12.5.4), else the language of `fallback` (an edition's, such as `es-ES`), else the
    first. Malformed weights count as zero."""
    wanted = [chosen, *_by_weight(accepted), fallback]
    for tag in wanted:
        primary = tag.strip().lower().partition("-")[0]
        if primary in offered:
            return primary
    return offered[0]


def _by_weight(header: str) -> list[str]:
    weighed = []
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        weighed.append((_weight(weight), tag))
    weighed.sort(key=lambda pair: -pair[0])
    return [tag for weight, tag in weighed if weight > 0]


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    return float(value) if WEIGHT.fullmatch(value.strip()) else 0.0
