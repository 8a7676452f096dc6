"""The world's land and borders, read from Natural Earth (see README.md)."""

import functools
import gzip
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from typing import Any

FILE = "countries-50m.json.gz"
SEAM = 179.99
"""Degrees: lines along the 180th meridian only cut countries in two for the file's sake."""

POLAR = 85.0
"""Degrees from the equator beyond which a line across the world is no line on the ground."""

type Point = tuple[float, float]
"""Degrees east, degrees north."""
type Line = Sequence[Point]


@dataclass(frozen=True, slots=True)
class Shape:
    """A line and the box around it: west, south, east, north."""

    line: Line
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Atlas:
    """Rings of land, lakes among them; lines along coasts; lines between countries."""

    land: tuple[Shape, ...]
    coasts: tuple[Shape, ...]
    borders: tuple[Shape, ...]


@functools.cache
def load() -> Atlas:
    """Read the atlas; TopoJSON keeps every line once, as whole-numbered steps on a grid."""
    packed = resources.files(__package__).joinpath(FILE).read_bytes()
    topology: dict[str, Any] = json.loads(gzip.decompress(packed))
    arcs = [_decoded(arc, topology["transform"]) for arc in topology["arcs"]]
    uses: Counter[int] = Counter()
    for country in topology["objects"]["countries"]["geometries"]:
        uses.update({_place(index) for index in _indices(country.get("arcs", []))})
    land = [
        _joined(ring, arcs)
        for shape in topology["objects"]["land"]["geometries"]
        for rings in shape["arcs"]
        for ring in rings
    ]
    coasts = [part for index, count in uses.items() if count == 1 for part in _open(arcs[index])]
    return Atlas(
        land=tuple(_shape(_unbroken(ring)) for ring in land),
        coasts=tuple(_shape(_unbroken(part)) for part in coasts),
        borders=tuple(_shape(_unbroken(arcs[index])) for index, count in uses.items() if count > 1),
    )


def _decoded(arc: Sequence[Sequence[int]], transform: dict[str, list[float]]) -> Line:
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


def _joined(ring: Sequence[int], arcs: Sequence[Line]) -> Line:
    points: list[Point] = []
    for index in ring:
        arc = arcs[_place(index)]
        points.extend(arc if index >= 0 else reversed(arc))
        points.pop()
    return points


def _open(line: Line) -> Iterator[Line]:
    """The line without what runs along the seam."""
    part: list[Point] = [line[0]]
    for one, other in pairwise(line):
        if abs(one[0]) > SEAM and abs(other[0]) > SEAM:
            if len(part) > 1:
                yield part
            part = []
        part.append(other)
    if len(part) > 1:
        yield part


def _unbroken(line: Line) -> Line:
    """The line counted on beyond the 180th meridian where it crosses it. Not at the pole, where
    Antarctica's ends are joined."""
    points: list[Point] = [line[0]]
    turn = 0
    for one, other in pairwise(line):
        step = other[0] - one[0]
        if abs(step) > 180 and abs(other[1]) < POLAR:
            turn -= 360 if step > 0 else -360
        points.append((other[0] + turn, other[1]))
    return points


def _shape(line: Line) -> Shape:
    east = [point[0] for point in line]
    north = [point[1] for point in line]
    return Shape(line, (min(east), min(north), max(east), max(north)))
