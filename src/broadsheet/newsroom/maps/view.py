"""What part of the world a map shows, and where a place falls on it.

The projection is Mercator's: shapes are true, and so is the scale at the map's middle. So near
the poles, where the scale would change too much within a map, there are none.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from broadsheet.newsroom.maps.atlas import Line, Point, Shape

WIDTH, HEIGHT = 1320.0, 880.0
"""Of the drawing, in its own units: half a pixel where it is widest."""
EARTH = 6371.0
"""Its radius in kilometres."""
NARROWEST, WIDEST = 20, 6000
"""Kilometres across that a map can show: below, coasts would be made up of a few straight lines."""
NORTHMOST = 75.0
"""Degrees from the equator to which places are shown."""
MARGIN = 16.0
"""Units beyond the frame where lines are cut."""
FINEST = 2.5
"""Units; points nearer than that to each other are one."""
EDGE = 0.02
"""Share of the frame in which a place would be half outside."""


class Place(NamedTuple):
    """Something to find on a map."""

    label: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class View:
    """A frame on the world: its middle in degrees, and its width in kilometres."""

    longitude: float
    latitude: float
    kilometres: float

    @cached_property
    def _scale(self) -> float:
        """Units a radian of longitude takes."""
        return WIDTH * EARTH * math.cos(math.radians(self.latitude)) / self.kilometres

    @cached_property
    def _bottom(self) -> float:
        return _stretched(self.latitude)

    def __call__(self, longitude: float, latitude: float) -> Point:
        """Where a place falls, in units from the upper left."""
        x = WIDTH / 2 + self._scale * math.radians(longitude - self.longitude)
        y = HEIGHT / 2 - self._scale * (_stretched(latitude) - self._bottom)
        return x, y

    def shows(self, place: Place) -> bool:
        """Whether a place falls within the frame, and not on its very edge."""
        x, y = self(_near(place.longitude, self.longitude), place.latitude)
        return EDGE < x / WIDTH < 1 - EDGE and EDGE < y / HEIGHT < 1 - EDGE

    def areas(self, shapes: Iterable[Shape]) -> Iterator[Line]:
        """Rings cut to the frame, in units."""
        for ring in self._projected(shapes):
            cut = _thinned(_cut(ring))
            if len(cut) > 2:
                yield cut

    def lines(self, shapes: Iterable[Shape]) -> Iterator[Line]:
        """Lines cut to the frame, in units."""
        for line in self._projected(shapes):
            part: list[Point] = []
            for point in _thinned(line):
                if not part or _near_frame(part[-1], point):
                    part.append(point)
                    continue
                if len(part) > 1:
                    yield part
                part = [point]
            if len(part) > 1:
                yield part

    def _projected(self, shapes: Iterable[Shape]) -> Iterator[Line]:
        # The world goes round: a map across the 180th meridian shows both its ends.
        for shape in shapes:
            west, south, east, north = shape.box
            for turn in (-360, 0, 360):
                left, top = self(west + turn, north)
                right, bottom = self(east + turn, south)
                if right > 0 and left < WIDTH and bottom > 0 and top < HEIGHT:
                    yield [self(longitude + turn, latitude) for longitude, latitude in shape.line]


def around(places: Sequence[Place], kilometres: float) -> View:
    """The frame so wide with the places, at least one, in its middle."""
    first = places[0].longitude
    east = [_near(place.longitude, first) for place in places]
    north = [place.latitude for place in places]
    return View((min(east) + max(east)) / 2, (min(north) + max(north)) / 2, kilometres)


def _near(longitude: float, other: float) -> float:
    """The same longitude, counted so that it lies within half the world of another."""
    return other + (longitude - other + 180) % 360 - 180


def _stretched(latitude: float) -> float:
    return math.asinh(math.tan(math.radians(max(-85.0, min(85.0, latitude)))))


def _near_frame(one: Point, other: Point) -> bool:
    """Whether the stretch between two points may be seen."""
    return (
        max(one[0], other[0]) > -MARGIN
        and min(one[0], other[0]) < WIDTH + MARGIN
        and max(one[1], other[1]) > -MARGIN
        and min(one[1], other[1]) < HEIGHT + MARGIN
    )


def _thinned(line: Line) -> Line:
    kept = list(line[:1])
    for point in line[1:]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) > FINEST:
            kept.append(point)
    return kept


def _cut(ring: Line) -> Line:
    """The part of a ring inside the frame and its margin, side after side (Sutherland, Hodgman)."""
    for axis, limit, sign in (
        (0, -MARGIN, 1),
        (0, WIDTH + MARGIN, -1),
        (1, -MARGIN, 1),
        (1, HEIGHT + MARGIN, -1),
    ):
        cut: list[Point] = []
        for one, other in zip([ring[-1], *ring[:-1]] if ring else (), ring, strict=True):
            inside, was = sign * (other[axis] - limit) >= 0, sign * (one[axis] - limit) >= 0
            if inside != was:
                share = (limit - one[axis]) / (other[axis] - one[axis])
                x, y = (a + share * (b - a) for a, b in zip(one, other, strict=True))
                cut.append((x, y))
            if inside:
                cut.append(other)
        ring = cut
    return ring
