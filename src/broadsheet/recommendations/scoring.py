"""What a reader may want to read next: values in, a ranking out.

Every story gets points for what the reader follows, for likeness to what they read, for what
others read, and for being new; the largest of these is the reason that is told.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

DAY = 86400.0
HALF_LIFE = 2 * DAY
"""After this time a story's newness, and a reading's weight times ten, is worth half."""
FOLLOWED = 1.0
"""Points of the first topic or author that is followed."""
FOLLOWED_TOO = 0.25
"""Points of each further one."""
ALIKE = 1.6
"""Points of a story that is wholly alike to one that was just read."""
MUCH_READ = 0.6
"""Points of what is read most."""
NEW = 0.5
"""Points of what has just been published."""
LEAST_ALIKE = 0.08
"""Likeness below which nobody would see it."""
LEAST_READ = 0.3
"""Share of the most read story's openings from which a story counts as much read."""


class Why(StrEnum):
    """Why a story is recommended."""

    TOPIC = "topic"
    AUTHOR = "author"
    LIKE = "like"
    READ = "read"
    NEW = "new"


class Reason(NamedTuple):
    """The reason, and the topic, author, story or section (a key) that it is about."""

    why: Why
    of: int = 0


class Candidate(NamedTuple):
    """A story that may be recommended."""

    pk: int
    section: int
    published: float
    topics: frozenset[int] = frozenset()
    authors: frozenset[int] = frozenset()
    popularity: float = 0.0
    """Its openings as a share, from 0 to 1, of those of the most read story."""


@dataclass(frozen=True, slots=True)
class Tastes:
    """What is known of a reader with their consent: `read` maps stories to when."""

    topics: frozenset[int] = frozenset()
    authors: frozenset[int] = frozenset()
    read: Mapping[int, float] = field(default_factory=dict)


class Choice(NamedTuple):
    """One recommended story."""

    pk: int
    score: float
    reason: Reason


type Alike = Mapping[int, Mapping[int, float]]
"""Of stories: the stories that they are alike to, and how much, from 0 to 1."""


def rank(
    candidates: Iterable[Candidate], tastes: Tastes, alike: Alike, now: float, most: int
) -> list[Choice]:
    """The best of the candidates for this reader, the best first: never one that was read, and
    no section with more than its share of places, as long as others have something."""
    unread = [one for one in candidates if one.pk not in tastes.read]
    scored = [(_choice(one, tastes, alike, now), one) for one in unread]
    # The order is the same whenever the values are: the key decides between equals.
    scored.sort(key=lambda pair: (-pair[0].score, -pair[1].published, pair[1].pk))
    share = fair_share(most, len({one.section for one in unread}))
    taken: dict[int, int] = {}
    chosen: list[Choice] = []
    for choice, one in scored:
        if taken.get(one.section, 0) < share and len(chosen) < most:
            taken[one.section] = taken.get(one.section, 0) + 1
            chosen.append(choice)
    return chosen


def fair_share(most: int, sections: int) -> int:
    """Places one section may have: a third, or more where there are fewer than three."""
    return max(math.ceil(most / 3), math.ceil(most / max(sections, 1)))


def _choice(one: Candidate, tastes: Tastes, alike: Alike, now: float) -> Choice:
    points = _points(one, tastes, alike.get(one.pk, {}), now)
    fresh = _faded(now - one.published, HALF_LIFE)
    # What is old counts less, whatever else speaks for it, but not for nothing.
    score = sum(points.values()) * (0.4 + 0.6 * fresh)
    reason = max(points, key=lambda reason: (points[reason], reason.why.value, -reason.of))
    return Choice(one.pk, score, reason)


def _points(
    one: Candidate, tastes: Tastes, alike: Mapping[int, float], now: float
) -> dict[Reason, float]:
    points = {Reason(Why.NEW, one.section): NEW * _faded(now - one.published, HALF_LIFE)}
    if one.popularity >= LEAST_READ:
        points[Reason(Why.READ)] = MUCH_READ * min(one.popularity, 1.0)
    followed = [Reason(Why.TOPIC, key) for key in sorted(one.topics & tastes.topics)]
    followed += [Reason(Why.AUTHOR, key) for key in sorted(one.authors & tastes.authors)]
    for place, reason in enumerate(followed):
        points[reason] = FOLLOWED_TOO if place else FOLLOWED
    near = {
        read: score * _faded(now - tastes.read[read], 10 * HALF_LIFE)
        for read, score in alike.items()
        if read in tastes.read and score >= LEAST_ALIKE
    }
    if near:
        nearest = max(near, key=lambda read: (near[read], -read))
        points[Reason(Why.LIKE, nearest)] = ALIKE * min(near[nearest], 1.0)
    return points


def _faded(age: float, half_life: float) -> float:
    return float(0.5 ** (max(age, 0.0) / half_life))
