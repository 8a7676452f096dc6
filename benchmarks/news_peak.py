"""Readers of a news peak, one by one: what their browsers ask of the paper, second by second.

A sample of readers is followed through their visits as web/static/broadsheet/seat.js has them:
a story asked for, its event stream, a beat after a second and every `beat` seconds while somebody
reads, a release when the tab is hidden or left, the page asked for again when it is shown, a new
pass when the old one is ten minutes old. Rates are not put in: they come out.
"""

import math
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from broadsheet.gate.streams import RETRY

WARM = 3600.0
"""Seconds simulated before the ones that are looked at, so that readers are there already."""
SETTLE = 1.0
"""Seconds after which a page that was opened first says that it is read."""
SOONEST, LATEST = (milliseconds / 1000 for milliseconds in RETRY)
"""Seconds after which browsers open a broken stream again, as the stream told them."""


class Ask(StrEnum):
    """What reaches the paper's hosts."""

    PAGE = "pages"
    """A subscribers' story, asked for by a subscriber."""
    IN_USE = "in use"
    """The same, met by another device: a preview with the dialog."""
    FREE = "free pages"
    FRONT = "front pages"
    BEAT = "beats"
    RELEASE = "releases"
    TAKEOVER = "takeovers"
    STREAM = "streams opened"
    ADMISSION = "passes issued"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How people read. Every one of these is an assumption; times are in seconds."""

    pages: float = 3.0
    """Stories opened in a visit, on average (geometric)."""
    subscribers_only: float = 0.7
    """Share of stories that need a subscription; the others have no lease and no stream."""
    front: float = 0.5
    """Share of visits that begin at the front page."""
    reading: float = 75.0
    """Median time on a story (log-normal)."""
    reading_spread: float = 0.9
    hides: float = 0.25
    """Share of stories whose tab is hidden once and shown again."""
    hidden: float = 40.0
    """Median time hidden."""
    walks_away: float = 0.08
    """Share of stories left open in a visible tab when the visit is over."""
    away: float = 600.0
    """Median time until such a tab is closed or hidden."""
    second_device: float = 0.02
    """Share of stories during which the same reader goes on on another device."""
    takes_over: float = 0.85
    """Of those, the share who press the button when the seat is in use."""
    beat: float = 30.0
    activity: float = 120.0
    a_pass: float = 600.0


@dataclass(frozen=True, slots=True)
class Peak:
    """When people come. Times are in seconds; `at` is when the news is out."""

    base: float = 0.1
    """Arrivals before the news, as a share of those at its height."""
    at: float = 900.0
    rise: float = 300.0
    half_life: float = 600.0
    until: float = 5400.0

    def arrivals(self, now: float) -> float:
        """How many come at a moment, as a share of the most."""
        if now < self.at:
            return self.base
        if now < self.at + self.rise:
            return self.base + (1 - self.base) * (now - self.at) / self.rise
        gone = (now - self.at - self.rise) / self.half_life
        return self.base + (1 - self.base) * math.pow(0.5, gone)


@dataclass(slots=True)
class Tally:
    """What happened, by second."""

    until: float
    counts: dict[Ask, list[int]] = field(default_factory=dict)
    readers: list[int] = field(default_factory=list)
    """Changes of how many visits are under way."""
    streams: list[int] = field(default_factory=list)
    """Changes of how many event streams are open."""
    visits: int = 0
    """How many began in the seconds that are looked at."""
    spans: list[tuple[float, float]] = field(default_factory=list)
    """When each stream was open, for what happens to those that a host takes with it."""

    def __post_init__(self) -> None:
        """Room for every second, and for what ends later."""
        size = int(self.until) + 1
        self.counts = defaultdict(lambda: [0] * size)
        self.readers, self.streams = [0] * size, [0] * size

    def note(self, ask: Ask, at: float) -> None:
        """Something is asked."""
        if 0 <= at < self.until:
            self.counts[ask][int(at)] += 1

    def stream(self, since: float, until: float) -> None:
        """A stream is open for so long."""
        self.note(Ask.STREAM, since)
        self._span(self.streams, since, until)
        self.spans.append((since, until))

    def visit(self, since: float, until: float) -> None:
        """Somebody is there for so long."""
        self.visits += since >= 0
        self._span(self.readers, since, until)

    def _span(self, changes: list[int], since: float, until: float) -> None:
        # Who comes before the beginning is there at it, unless they have gone.
        if until > 0 and since < self.until:
            changes[int(max(0.0, since))] += 1
            if until < self.until:
                changes[int(until)] -= 1


class Visit:
    """One reader, from their first page to their last."""

    def __init__(self, habits: Behaviour, chance: random.Random, tally: Tally) -> None:
        self._habits = habits
        self._chance = chance
        self._tally = tally
        self._passes = [-math.inf, -math.inf]
        """Until when the pass of each device is good."""
        self._device = 0

    def read(self, begin: float) -> None:
        """Come at a time, and read."""
        habits, chance, now = self._habits, self._chance, begin
        if chance.random() < habits.front:
            self._ask(Ask.FRONT, now)
            now += self._lognormal(10.0)
        stories = 1
        while chance.random() > 1 / habits.pages:
            stories += 1
        for number in range(stories):
            stays = self._lognormal(habits.reading)
            if chance.random() < habits.subscribers_only:
                now = self._story(now, stays, last=number == stories - 1)
            else:
                self._ask(Ask.FREE, now)
                now += stays
        self._tally.visit(begin, now)

    def _story(self, now: float, stays: float, *, last: bool) -> float:
        """A subscribers' story read for so long; when it is left."""
        habits, chance = self._habits, self._chance
        self._ask(Ask.PAGE, now)
        begin, end = now, now + stays
        if chance.random() < habits.second_device:
            now = self._moves(now, now + chance.random() * stays)
        first = SETTLE if now == begin else habits.beat
        if chance.random() < habits.hides and now < end:
            hides = now + chance.random() * (end - now)
            self._seen(now, hides, hides, first)
            now = hides + self._lognormal(habits.hidden)
            if now >= end:
                return now  # for another story, or not at all
            self._ask(Ask.PAGE, now)
            first = habits.beat
        gone = max(now, end)
        if last and chance.random() < habits.walks_away:
            gone += self._lognormal(habits.away)
        self._seen(now, end, gone, first)
        return max(now, end)

    def _moves(self, since: float, at: float) -> float:
        """Another device asks for the story while this one shows it; since when it is read where
        it is read then."""
        here, other = self._device, 1 - self._device
        self._device = other
        self._ask(Ask.IN_USE, at)
        self._device = here
        if self._chance.random() >= self._habits.takes_over:
            return since
        pressed = at + self._lognormal(4.0)
        self._tally.stream(since, pressed)
        self._beats(since + SETTLE, pressed)
        self._ask(Ask.IN_USE, pressed)  # the device that lost asks for the page again
        self._device = other
        self._ask(Ask.TAKEOVER, pressed)
        self._ask(Ask.PAGE, pressed)
        return pressed

    def _seen(self, since: float, until: float, gone: float, first: float) -> None:
        """The text is in sight, read `until`, and left open until it is `gone`."""
        self._tally.stream(since, gone)
        self._beats(since + first, min(gone, until + self._habits.activity))
        self._ask(Ask.RELEASE, gone)

    def _beats(self, first: float, until: float) -> None:
        while first < until:
            self._ask(Ask.BEAT, first)
            first += self._habits.beat

    def _ask(self, ask: Ask, at: float) -> None:
        self._tally.note(ask, at)
        if ask not in (Ask.FREE, Ask.FRONT) and at >= self._passes[self._device]:
            self._passes[self._device] = at + self._habits.a_pass
            self._tally.note(Ask.ADMISSION, at)

    def _lognormal(self, middle: float) -> float:
        return middle * math.exp(self._chance.gauss(0.0, self._habits.reading_spread))


@dataclass(frozen=True, slots=True)
class Course:
    """What a peak was like, scaled to all readers. Rates are per second, means of a minute."""

    scale: float
    """Readers that one of the sample stands for."""
    visits: float
    readers: list[float]
    streams: list[float]
    rates: dict[Ask, list[float]]
    spans: list[tuple[float, float]]

    @property
    def height(self) -> int:
        """The second at which most readers are there."""
        return max(range(len(self.readers)), key=self.readers.__getitem__)

    def highest(self, ask: Ask) -> float:
        """The highest rate of one thing, whenever it is."""
        return max(self.rates.get(ask, [0.0]))

    def reopened(self, at: float, share: float) -> float:
        """Streams a second that come back when hosts with this share of them fail at once."""
        there = sum(since <= at < until for since, until in self.spans)
        return there * self.scale * share / (LATEST - SOONEST)


def simulate(
    habits: Behaviour, peak: Peak, readers: float, *, visits: int = 40_000, seed: int = 1
) -> Course:
    """A peak at whose height so many readers are there, by a sample of about so many visits."""
    tally = Tally(peak.until)
    chance = random.Random(seed)
    for begin in _arrivals(peak, visits, chance):
        Visit(habits, chance, tally).read(begin)
    there = _running(tally.readers)
    scale = readers / max(_smooth(there))
    return Course(
        scale=scale,
        visits=tally.visits * scale,
        readers=[scale * one for one in _smooth(there)],
        streams=[scale * one for one in _smooth(_running(tally.streams))],
        rates={ask: [scale * one for one in _smooth(tally.counts[ask])] for ask in Ask},
        spans=tally.spans,
    )


def _arrivals(peak: Peak, visits: int, chance: random.Random) -> Iterator[float]:
    """About so many moments, as dense as people come (a Poisson process, thinned)."""
    weight = sum(peak.arrivals(at) for at in range(-int(WARM), int(peak.until)))
    most = visits / weight
    now = -WARM
    while (now := now + chance.expovariate(most)) < peak.until:
        if chance.random() < peak.arrivals(now):
            yield now


def _running(changes: Sequence[int]) -> list[int]:
    total, found = 0, []
    for change in changes:
        total += change
        found.append(total)
    return found


def _smooth(values: Sequence[float], width: int = 60) -> list[float]:
    """Means of the last minute."""
    total, found = 0.0, []
    for at, value in enumerate(values):
        total += value - (values[at - width] if at >= width else 0)
        found.append(total / min(at + 1, width))
    return found
