"""The plain geometry of the pictures: outlines, and fields of tone.

Lengths are page units: a picture is 1800 units wide and 1200 high, the origin at the top left,
y downwards. An outline is a sequence of points, closed implicitly; a field gives the tone at a
point, from 0 (bare paper) to 1 (solid ink).
"""

import math
import random
from collections.abc import Callable, Sequence

type Point = tuple[float, float]
type Outline = Sequence[Point]
type Field = Callable[[float, float], float]

WIDTH = 1800
HEIGHT = 1200


def rect(left: float, top: float, right: float, bottom: float) -> Outline:
    """An upright rectangle."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def ellipse(
    cx: float, cy: float, rx: float, ry: float | None = None, start: float = 0, end: float = 360
) -> Outline:
    """An ellipse, or the part of it from `start` to `end` degrees (clockwise from the right)."""
    ry = rx if ry is None else ry
    steps = max(12, int(abs(end - start) / 360 * max(40, min(180, (rx + ry) / 2))))
    turns = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
    return [(cx + rx * math.cos(t), cy + ry * math.sin(t)) for t in turns]


def curve(points: Outline, closed: bool = True, steps: int = 10) -> Outline:
    """A smooth line through all the points (Catmull-Rom)."""
    count = len(points)
    smooth: list[Point] = []
    for i in range(count if closed else count - 1):
        if closed:
            a, b, c, d = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        else:
            a, b, c, d = (points[min(max(i + k, 0), count - 1)] for k in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            smooth.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    if not closed:
        smooth.append(points[-1])
    return smooth


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b
        + (c - a) * t
        + (2 * a - 5 * b + 4 * c - d) * t * t
        + (3 * b - a - 3 * c + d) * t * t * t
    )


def capsule(start: Point, end: Point, first: float, last: float | None = None) -> Outline:
    """A limb: a bar with round ends, of radius `first` at the start and `last` at the end."""
    last = first if last is None else last
    turn = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
    return [
        *ellipse(*start, first, start=turn + 90, end=turn + 270),
        *ellipse(*end, last, start=turn - 90, end=turn + 90),
    ]


def ribbon(points: Outline, widths: Sequence[float]) -> Outline:
    """A line with a width of its own at every point (full widths)."""
    left: list[Point] = []
    right: list[Point] = []
    for i, (x, y) in enumerate(points):
        before, after = points[max(i - 1, 0)], points[min(i + 1, len(points) - 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        length = math.hypot(dx, dy) or 1
        half = widths[i] / 2
        left.append((x - dy / length * half, y + dx / length * half))
        right.append((x + dy / length * half, y - dx / length * half))
    return [*left, *reversed(right)]


def taper(points: Outline, start: float, end: float) -> Outline:
    """A line growing or shrinking evenly from the width `start` to the width `end`."""
    last = max(len(points) - 1, 1)
    return ribbon(points, [start + (end - start) * i / last for i in range(len(points))])


def spindle(points: Outline, width: float) -> Outline:
    """A line pointed at both ends, as a graver cuts it."""
    last = max(len(points) - 1, 1)
    return ribbon(points, [width * math.sin(math.pi * i / last) for i in range(len(points))])


def moved(outline: Outline, dx: float, dy: float, scale: float = 1, flip: bool = False) -> Outline:
    """The outline scaled about the origin, turned to face the other way or not, then moved."""
    across = -scale if flip else scale
    return [(x * across + dx, y * scale + dy) for x, y in outline]


def turned(outline: Outline, degrees: float, about: Point) -> Outline:
    """The outline turned clockwise about a point."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    ax, ay = about
    return [
        (ax + (x - ax) * cos - (y - ay) * sin, ay + (x - ax) * sin + (y - ay) * cos)
        for x, y in outline
    ]


def between(a: Point, b: Point, t: float) -> Point:
    """The point a share `t` of the way from `a` to `b`."""
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t


def quad_cell(quad: Sequence[Point], u0: float, v0: float, u1: float, v1: float) -> Outline:
    """A cell of a four-cornered face (given clockwise from its top left), in shares of its sides.

    The sides are divided in a straight line, which is right for a face seen square on and near
    enough for one seen at a slant.
    """

    def at(u: float, v: float) -> Point:
        return between(between(quad[0], quad[1], u), between(quad[3], quad[2], u), v)

    return [at(u0, v0), at(u1, v0), at(u1, v1), at(u0, v1)]


class Floor:
    """A level floor seen in one-point perspective.

    A place on it is `across` (units to the right of the eye) and `away` (1 at the near edge, where
    one unit across is one page unit; 2 is twice as far).
    """

    def __init__(self, eye: float, horizon: float, near: float) -> None:
        self.eye, self.horizon, self.near = eye, horizon, near

    def __call__(self, across: float, away: float, up: float = 0) -> Point:
        """The page point of a place, `up` units above the floor."""
        depth = self.near - self.horizon
        return self.eye + across / away, self.horizon + (depth - up) / away

    def wall(self, across: float, near: float, far: float, low: float, high: float) -> Outline:
        """A piece of an upright wall running away from the eye; its near top corner comes first."""
        places = ((near, high), (far, high), (far, low), (near, low))
        return [self(across, away, up) for away, up in places]

    def level(self, left: float, right: float, near: float, far: float, up: float = 0) -> Outline:
        """A level piece, of the floor, a table or a ceiling; its far left corner comes first."""
        places = ((left, far), (right, far), (right, near), (left, near))
        return [self(across, away, up) for across, away in places]


def ramp(start: Point, first: float, end: Point, last: float) -> Field:
    """Tone going evenly from `first` at one point to `last` at another."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy

    def tone(x: float, y: float) -> float:
        along = ((x - start[0]) * dx + (y - start[1]) * dy) / length
        return first + (last - first) * min(max(along, 0), 1)

    return tone


def glow(centre: Point, radius: float, inner: float, outer: float, flat: float = 1) -> Field:
    """Tone going from `inner` at the centre to `outer` at the radius; `flat` squashes it."""

    def tone(x: float, y: float) -> float:
        far = math.hypot(x - centre[0], (y - centre[1]) / flat) / radius
        return inner + (outer - inner) * min(far, 1)

    return tone


def rings(centre: Point, flat: float = 1) -> Field:
    """A height whose contours are rings around a centre; `flat` squashes them."""
    return lambda x, y: math.hypot(x - centre[0], (y - centre[1]) / flat)


class Noise:
    """Smooth, repeatable unevenness between 0 and 1; `scale` is the size of its features."""

    SIDE = 64

    def __init__(self, seed: str) -> None:
        chance = random.Random(seed)  # noqa: S311 - an artist's chance, not a secret's
        self._table = [chance.random() for _ in range(self.SIDE * self.SIDE)]

    def __call__(self, x: float, y: float, scale: float = 100) -> float:
        """The value at a point."""
        x, y = x / scale, y / scale
        left, top = math.floor(x), math.floor(y)
        u, v = x - left, y - top
        u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
        row, below = top % self.SIDE * self.SIDE, (top + 1) % self.SIDE * self.SIDE
        column, after = left % self.SIDE, (left + 1) % self.SIDE
        upper = self._table[row + column] * (1 - u) + self._table[row + after] * u
        lower = self._table[below + column] * (1 - u) + self._table[below + after] * u
        return upper * (1 - v) + lower * v

    def rough(self, x: float, y: float, scale: float = 100) -> float:
        """Three layers of it, each half as large and half as strong as the one before."""
        return (
            4 * self(x, y, scale) + 2 * self(x + 77, y, scale / 2) + self(x, y + 91, scale / 4)
        ) / 7


def swell(across: float, down: float, depth: float, noise: Noise, scale: float) -> Field:
    """A height rising evenly `across` and `down` the page, bent by noise of a depth and scale."""
    return lambda x, y: across * x + down * y + depth * noise(x, y, scale)
