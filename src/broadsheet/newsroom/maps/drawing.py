"""A locator map as inline SVG: land, borders, the places with their names, and a scale.

The land is stretched to the column; names and marks stand at shares of the width and height, so
that letters keep their size on every screen. There is no `style` attribute (the page's policy
forbids it): the classes let the paper's own sheet decide.
"""

import math
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from broadsheet.newsroom.charts.drawing import element, number, percent
from broadsheet.newsroom.maps import atlas
from broadsheet.newsroom.maps.view import HEIGHT, WIDTH, Place, View, around

SMALLEST = (280.0, 187.0)
"""Pixels of a map on the narrowest screen, on which names must not lie on each other."""
LETTER, LINE = 7.6, 18.0
"""Pixels of a name's letter and of its line, about."""
AWAY = 9
"""Pixels from a place to its name."""
BAR_LEFT, BAR_BOTTOM = 4.0, 93.0
"""Percent: where the scale stands."""


@dataclass(frozen=True)
class LocatorMap:
    """What to draw: a title, one to five places, and how many kilometres the map is wide."""

    title: str
    places: Sequence[Place]
    kilometres: float
    write: Callable[[float], str] = str
    """Writes a number as the paper does."""

    @property
    def view(self) -> View:
        """The frame on the world."""
        return around(self.places, self.kilometres)

    @property
    def id(self) -> str:
        """The same for the same map, and not for two on one page."""
        content = repr((self.title, self.places, self.kilometres))
        return f"map-{zlib.crc32(content.encode()):08x}"

    @property
    def description(self) -> str:
        """The places in words, with how they lie."""
        return " ".join(self._told(place) for place in self.places)

    def _told(self, place: Place) -> str:
        north = _("north") if place.latitude >= 0 else _("south")
        east = _("east") if place.longitude >= 0 else _("west")
        return _("%(place)s, %(latitude)s° %(north)s, %(longitude)s° %(east)s.") % {
            "place": place.label,
            "latitude": self.write(abs(round(place.latitude, 2))),
            "longitude": self.write(abs(round(place.longitude, 2))),
            "north": north,
            "east": east,
        }


def draw(a_map: LocatorMap) -> SafeString:
    """The map as inline SVG; nothing when it has no place."""
    if not a_map.places:
        return SafeString("")
    view, world = a_map.view, atlas.load()
    title, description = f"{a_map.id}-title", f"{a_map.id}-description"
    ground = [
        _path("map-land", view.areas(world.land), closed=True),
        _path("map-border", view.lines(world.borders)),
        _path("map-coast", view.lines(world.coasts)),
    ]
    opening = (
        f'<svg class="map-drawing" id="{a_map.id}" role="img" aria-labelledby="{title}"'
        f' aria-describedby="{description}" width="100%" direction="ltr">'
    )
    stretched = (
        f'<svg viewBox="0 0 {number(WIDTH)} {number(HEIGHT)}" width="100%" height="100%"'
        ' preserveAspectRatio="xMidYMid slice">'
    )
    parts = [
        opening,
        element("title", a_map.title or _("Map"), id=title),
        element("desc", a_map.description, id=description),
        stretched,
        *ground,
        "</svg>",
        *_marks(a_map.places, view),
        *_scale(a_map),
        "</svg>",
    ]
    return mark_safe("".join(parts))  # noqa: S308 (escaped by `element`)


def _path(kind: str, lines: Iterable[atlas.Line], *, closed: bool = False) -> str:
    drawn = "".join(_steps(line) + ("z" if closed else "") for line in lines)
    if not drawn:
        return ""
    look = {"fill_rule": "evenodd"} if closed else {"fill": "none", "stroke": "currentColor"}
    return element("path", kind=kind, d=drawn, vector_effect="non-scaling-stroke", **look)


def _steps(line: atlas.Line) -> str:
    """The line from its first point in whole steps, which take the fewest characters."""
    points = [(round(x), round(y)) for x, y in line]
    steps = [f"{bx - ax} {by - ay}" for (ax, ay), (bx, by) in pairwise(points)]
    return f"M{points[0][0]} {points[0][1]}l" + " ".join(steps)


def _marks(places: Sequence[Place], view: View) -> list[str]:
    taken: list[_Box] = []
    parts: list[str] = []
    spots = [_spot(place, view) for place in places]
    for place, (x, y) in zip(places, spots, strict=True):
        side = _side(place.label, x, y, taken)
        parts += [
            element("circle", kind="map-place", cx=percent(x), cy=percent(y), r=4.5),
            element(
                "text",
                place.label,
                kind="map-label",
                x=percent(x),
                y=percent(y),
                dx=side.dx,
                dy=side.dy,
                text_anchor=side.anchor,
            ),
        ]
    return parts


def _spot(place: Place, view: View) -> tuple[float, float]:
    """Where a place falls, in percent; counted round the world to where the map shows it."""
    away = (place.longitude - view.longitude + 180) % 360 - 180
    x, y = view(view.longitude + away, place.latitude)
    return 100 * x / WIDTH, 100 * y / HEIGHT


@dataclass(frozen=True)
class _Side:
    anchor: str
    dx: float
    dy: float


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


SIDES = (
    _Side("start", AWAY, 5),
    _Side("end", -AWAY, 5),
    _Side("middle", 0, -AWAY),
    _Side("middle", 0, AWAY + 12),
)


def _side(label: str, x: float, y: float, taken: list[_Box]) -> _Side:
    """Where a name has room beside its place: it is on the map, and on no other name."""
    wide, high = SMALLEST
    length = len(label) * LETTER
    frame = _Box(0, 0, wide, high)
    left, top = x / 100 * wide, y / 100 * high
    for side in SIDES:
        start = left + side.dx - {"start": 0.0, "end": length, "middle": length / 2}[side.anchor]
        box = _Box(start, top + side.dy - LINE + 4, start + length, top + side.dy + 4)
        within = box.left >= 0 and box.top >= 0 and box.right <= wide and box.bottom <= high
        if frame.meets(box) and within and not any(box.meets(other) for other in taken):
            taken.append(box)
            return side
    return SIDES[0] if x < 50 else SIDES[1]


def _scale(a_map: LocatorMap) -> list[str]:
    length = _round(a_map.kilometres / 4)
    end = BAR_LEFT + 100 * length / a_map.kilometres
    text = _("%(length)s km") % {"length": a_map.write(length)}
    level = percent(BAR_BOTTOM)
    return [
        element(
            "line",
            kind="map-scale",
            x1=percent(BAR_LEFT),
            x2=percent(end),
            y1=level,
            y2=level,
            stroke="currentColor",
            stroke_width=2,
        ),
        element("text", text, kind="map-kilometres", x=percent(BAR_LEFT), y=level, dy=-7),
    ]


def _round(length: float) -> int:
    """The largest of 1, 2, 5, 10, 20, 50 … that is not above a length of at least one."""
    size = 10 ** math.floor(math.log10(length))
    return int(next(step * size for step in (5, 2, 1) if step * size <= length))
