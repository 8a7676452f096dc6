"""The shapes of countries, read from `shapes.json` (see README.md), and a projection for them."""

import functools
import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from broadsheet.newsroom.demo.pictures.forms import Outline, Point

type Ring = Sequence[Point]
"""A closed line in degrees: longitude, latitude."""


@dataclass(frozen=True)
class Country:
    """A country: its ISO 3166-1 numeric code and its polygons, each an outer ring, then holes."""

    code: str
    name: str
    polygons: tuple[tuple[Ring, ...], ...]

    def contains(self, longitude: float, latitude: float) -> bool:
        """Whether a place, in degrees, lies in the country."""
        place = (longitude, latitude)
        return any(
            _inside(rings[0], place) and not any(_inside(hole, place) for hole in rings[1:])
            for rings in self.polygons
        )


@dataclass(frozen=True)
class Atlas:
    """Countries by code, and their lines told apart: shared ones are borders, others coasts."""

    countries: dict[str, Country]
    borders: tuple[Ring, ...]
    coasts: tuple[Ring, ...]


@functools.cache
def load() -> Atlas:
    """Read the atlas; TopoJSON keeps every line once, as whole-numbered steps on a grid."""
    source = resources.files(__package__).joinpath("shapes.json").read_text(encoding="utf-8")
    topology: dict[str, Any] = json.loads(source)
    arcs = [_decode(arc, topology["transform"]) for arc in topology["arcs"]]
    shapes = topology["objects"]["countries"]["geometries"]
    uses: Counter[int] = Counter()
    countries: dict[str, Country] = {}
    for shape in shapes:
        uses.update({_place(index) for index in _indices(shape["arcs"])})
        polygons = tuple(tuple(_join(ring, arcs) for ring in rings) for rings in shape["arcs"])
        name = shape["properties"]["name"]
        code = shape.get("id") or name
        countries[code] = Country(code, name, polygons)
    return Atlas(
        countries,
        borders=tuple(arcs[index] for index, count in uses.items() if count > 1),
        coasts=tuple(arcs[index] for index, count in uses.items() if count == 1),
    )


def _decode(arc: Sequence[Sequence[int]], transform: dict[str, list[float]]) -> Ring:
    (scale_x, scale_y), (left, bottom) = transform["scale"], transform["translate"]
    x = y = 0
    points: list[Point] = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * scale_x + left, y * scale_y + bottom))
    return points


def _place(index: int) -> int:
    """Where an arc is kept: a negative index (its complement) means 'run backwards'."""
    return index if index >= 0 else ~index


def _indices(nested: Sequence[Any]) -> Iterator[int]:
    for item in nested:
        if isinstance(item, int):
            yield item
        else:
            yield from _indices(item)


def _join(ring: Sequence[int], arcs: Sequence[Ring]) -> Ring:
    points: list[Point] = []
    for index in ring:
        arc = arcs[_place(index)]
        points.extend(arc if index >= 0 else reversed(arc))
        points.pop()
    return points


def _inside(ring: Ring, place: Point) -> bool:
    """Even-odd rule: how many sides a line from the place eastwards crosses."""
    x, y = place
    inside = False
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
            inside = not inside
    return inside


class LambertConic:
    """Lambert's conformal conic projection of the globe onto a picture.

    Shapes keep their angles, and the scale is true along the two standard parallels.
    """

    EARTH = 6371.0

    def __init__(
        self, centre: Point, at: Point, scale: float, parallels: tuple[float, float]
    ) -> None:
        """Put `centre` (degrees) at a point of the picture, at `scale` page units to a km."""
        self.scale = scale
        self._meridian = centre[0]
        south, north = (math.radians(p) for p in parallels)
        self._cone = math.log(math.cos(south) / math.cos(north)) / math.log(
            _stretch(north) / _stretch(south)
        )
        self._reach = math.cos(south) * _stretch(south) ** self._cone / self._cone
        self._at = at
        self._offset = (0.0, 0.0)
        self._offset = self(*centre)

    def __call__(self, longitude: float, latitude: float) -> Point:
        """The point of the picture where a place in degrees falls."""
        away = (longitude - self._meridian + 180) % 360 - 180
        turn = self._cone * math.radians(away)
        far = self._reach / _stretch(math.radians(max(latitude, -60))) ** self._cone
        x = far * math.sin(turn) * self.EARTH * self.scale
        y = far * math.cos(turn) * self.EARTH * self.scale
        if self._offset == (0.0, 0.0):
            return x, y
        return x - self._offset[0] + self._at[0], y - self._offset[1] + self._at[1]

    def place(self, point: Point) -> Point:
        """The place in degrees that falls on a point of the picture: the way back."""
        x = (point[0] - self._at[0] + self._offset[0]) / (self.EARTH * self.scale)
        y = (point[1] - self._at[1] + self._offset[1]) / (self.EARTH * self.scale)
        stretch = (self._reach / math.hypot(x, y)) ** (1 / self._cone)
        longitude = self._meridian + math.degrees(math.atan2(x, y) / self._cone)
        return longitude, math.degrees(2 * math.atan(stretch)) - 90

    def line(self, ring: Ring) -> Outline:
        """A line in degrees as a line on the picture."""
        return [self(longitude, latitude) for longitude, latitude in ring]


def _stretch(latitude: float) -> float:
    return math.tan(math.pi / 4 + latitude / 2)
