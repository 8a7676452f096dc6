"""The two maps: where Harbin lies, and where a pipeline is planned."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from broadsheet.newsroom.demo.pictures import atlas
from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Outline,
    Point,
    curve,
    ellipse,
    rect,
)
from broadsheet.newsroom.demo.pictures.sheet import BRICK, INK, OCHRE, PAPER, Ink, Sheet, mixed

CHINA = "156"
SEA = "#c9d5d8"
SEA_LINE = "#7b98a6"
LAND = PAPER
HOME = mixed(PAPER, OCHRE, 0.34)
"""The country the story is about."""

BORDER = "#6f675c"
NAME = "#5d564c"

HARBIN: Point = (126.63, 45.75)

SPANISH = {
    "RUSSIA": "RUSIA",
    "NORTH": "COREA",
    "KOREA": "DEL NORTE",
    "SOUTH": "COREA",
    "KOREA ": "DEL SUR",
    "JAPAN": "JAPÓN",
    "KAZAKHSTAN": "KAZAJISTÁN",
    "Beijing": "Pekín",
    "Khabarovsk": "Jabárovsk",
    "Ulaanbaatar": "Ulán Bator",
    "Power of Siberia-2": "Fuerza de Siberia-2",
    "planned": "en proyecto",
}
"""What the maps say in a Spanish edition; words missing here are the same in both languages."""


def harbin_projection() -> atlas.LambertConic:
    """The projection of the map of Harbin; the tests find the city's place with it."""
    return atlas.LambertConic((126.4, 45.3), (900, 590), 0.565, (40, 51))


def pipeline_projection() -> atlas.LambertConic:
    """The projection of the map of the pipeline."""
    return atlas.LambertConic((94, 54.5), (860, 614), 0.283, (44, 64))


@dataclass(frozen=True)
class Lettering:
    """Writes the labels of one map in one language."""

    sheet: Sheet
    to: atlas.LambertConic
    language: str

    def word(self, english: str) -> str:
        """The word in the map's language."""
        return SPANISH.get(english, english).strip() if self.language == "es" else english.strip()

    def country(self, lines: Sequence[str], at: Point, size: float, halo: Ink = LAND) -> None:
        """A country's name, spaced out, centred on a place in degrees."""
        x, y = self.to(*at)
        for i, line in enumerate(lines):
            place = (x, y + i * size * 1.08)
            self.sheet.text(NAME, self.word(line), place, size, "mm", size * 0.14, 0.3, halo, 3)

    def city(self, name: str, at: Point, side: str = "r", halo: Ink = LAND) -> None:
        """A town: a dot and its name, to the right of it, the left, above, below, down left."""
        x, y = self.to(*at)
        self.sheet.flat(PAPER, ellipse(x, y, 13))
        self.sheet.flat(INK, ellipse(x, y, 9.5))
        dx, dy, anchor = {
            "r": (24, 0, "lm"),
            "l": (-24, 0, "rm"),
            "a": (0, -22, "ms"),
            "b": (0, 26, "mt"),
            "d": (-20, 36, "rm"),
        }[side]
        words = self.word(name)
        self.sheet.text(INK, words, (x + dx, y + dy), 52, anchor, 0, 0.5, halo)


def harbin(language: str = "en") -> Image.Image:
    """The north-east of China and its neighbours, Harbin marked."""
    sheet, to = Sheet("map-harbin", SEA), harbin_projection()
    write = Lettering(sheet, to, language)
    _ground(sheet, to, reach=150)
    write.country(["RUSSIA"], (132.6, 52.2), 62)
    write.country(["MONGOLIA"], (112.2, 46.55), 50)
    write.country(["CHINA"], (114.9, 42.6), 72, HOME)
    write.country(["NORTH", "KOREA"], (126.95, 40.45), 42)
    write.country(["SOUTH", "KOREA "], (127.9, 37.1), 42)
    write.country(["JAPAN"], (139.7, 37.6), 54)
    write.city("Beijing", (116.4, 39.9), "l", HOME)
    write.city("Vladivostok", (131.89, 43.12))
    write.city("Khabarovsk", (135.08, 48.48), "r")
    _marked(sheet, to(*HARBIN), "Harbin")
    _scale_bar(sheet, to, (64, HEIGHT - 64), 500)
    _inset(sheet, to, rect(40, 40, 420, 330))
    return sheet.finish(grain=3)


def pipeline(language: str = "en") -> Image.Image:
    """Siberia, Mongolia and China, with the planned route of the Power of Siberia-2 line."""
    sheet, to = Sheet("map-pipeline", SEA), pipeline_projection()
    write = Lettering(sheet, to, language)
    _ground(sheet, to, reach=130)
    lake = curve(to.line(BAIKAL))
    sheet.flat(SEA, lake)
    sheet.stroke(SEA_LINE, [*lake, lake[0]], 2)
    write.country(["RUSSIA"], (104.5, 62.0), 74)
    write.country(["KAZAKHSTAN"], (68.5, 48.6), 46)
    write.country(["MONGOLIA"], (101.6, 46.0), 46)
    write.country(["CHINA"], (101.5, 38.9), 66, HOME)
    route = curve(to.line(ROUTE), closed=False, steps=14)
    sheet.dashes(BRICK, route, 9.5, 34, 17)
    write.city("Yamal", ROUTE[0], "l")
    write.city("Krasnoyarsk", (92.87, 56.01), "b")
    write.city("Irkutsk", (104.28, 52.29), "d")
    write.city("Ulaanbaatar", (106.92, 47.92), "r")
    write.city("Beijing", (116.4, 39.9), "b", HOME)
    _route_name(sheet, write, to)
    _scale_bar(sheet, to, (1180, 150), 1000)
    return sheet.finish(grain=3)


ROUTE: Sequence[Point] = (
    (68.4, 70.35),
    (70.6, 67.6),
    (74.8, 65.9),
    (79.5, 62.6),
    (83.2, 58.9),
    (86.6, 56.6),
    (92.9, 56.35),
    (98.4, 55.7),
    (102.4, 53.4),
    (104.6, 51.75),
    (106.5, 50.35),
    (106.7, 48.1),
    (109.2, 45.6),
    (111.95, 43.7),
    (114.3, 41.6),
    (116.1, 40.1),
)
"""The planned line, by and large: Yamal and its gas fields, the Altai's north, south of Lake
Baikal, into Mongolia at Kyakhta, past Ulaanbaatar, into China at Erenhot."""

BAIKAL: Sequence[Point] = (
    (103.7, 51.6),
    (104.9, 51.55),
    (106.0, 52.1),
    (107.6, 52.6),
    (108.9, 53.5),
    (109.6, 54.8),
    (109.9, 55.7),
    (109.2, 55.7),
    (108.7, 54.6),
    (107.4, 53.3),
    (105.7, 52.3),
)


def _ground(sheet: Sheet, to: atlas.LambertConic, reach: float) -> None:
    """Sea with lines along the coast, land, borders; China in a tone of its own."""
    countries = atlas.load().countries
    land: list[Outline] = []
    for country in countries.values():
        land += [to.line(rings[0]) for rings in country.polygons if _seen(to.line(rings[0]))]
    shore = sheet.near_edge(land, reach)
    sheet.engrave(SEA_LINE, lambda x, y: 0.62 * shore(x, y), pitch=8)
    sheet.flat(LAND, *land)
    home = [to.line(rings[0]) for rings in countries[CHINA].polygons]
    sheet.flat(HOME, *home)
    for coast in atlas.load().coasts:
        line = to.line(coast)
        if _seen(line):
            sheet.stroke("#4f6a78", line, 2)
    for border in atlas.load().borders:
        line = to.line(border)
        if _seen(line):
            sheet.stroke(BORDER, line, 2.6)


def _seen(line: Outline) -> bool:
    return any(-60 < x < WIDTH + 60 and -60 < y < HEIGHT + 60 for x, y in line)


def _marked(sheet: Sheet, at: Point, name: str) -> None:
    """The place the story is about: a ring, a dot, its name on a tag of paper."""
    x, y = at
    sheet.flat(PAPER, ellipse(x, y, 34))
    sheet.flat(BRICK, ellipse(x, y, 29))
    sheet.flat(PAPER, ellipse(x, y, 20))
    sheet.flat(BRICK, ellipse(x, y, 13))
    sheet.text(INK, name, (x - 50, y + 2), 84, "rm", 0, 2.2, HOME, 6)


def _scale_bar(sheet: Sheet, to: atlas.LambertConic, at: Point, kilometres: int) -> None:
    """A bar of two halves, with its length; `at` is its lower left corner."""
    x, y = at
    length = kilometres * to.scale
    sheet.flat(PAPER, rect(x - 24, y - 86, x + length + 24, y + 24))
    sheet.text(INK, f"{kilometres} km", (x + length / 2, y - 28), 44, "ms", 0, 0.5)
    sheet.flat(INK, rect(x, y - 12, x + length / 2, y))
    sheet.stroke(
        INK, [(x + length / 2, y - 11), (x + length - 1, y - 11), (x + length - 1, y - 1)], 2
    )
    sheet.stroke(INK, [(x + length / 2, y - 1), (x + length, y - 1)], 2)


def _inset(sheet: Sheet, outer: atlas.LambertConic, frame: Outline) -> None:
    """Asia in a small frame, with the part that the map shows boxed."""
    (left, top), (right, bottom) = frame[0], frame[2]
    middle = ((left + right) / 2, (top + bottom) / 2)
    to = atlas.LambertConic((98, 39), middle, (right - left) / 9400, (18, 56))
    countries = atlas.load().countries
    sheet.flat(INK, rect(left - 4, top - 4, right + 4, bottom + 4))
    sheet.flat(SEA, frame)
    with sheet.inside(frame):
        for country in countries.values():
            rings = [to.line(rings[0]) for rings in country.polygons]
            sheet.flat(HOME if country.code == CHINA else LAND, *rings)
        for border in atlas.load().borders:
            sheet.stroke("#b3a996", to.line(border), 1)
    sheet.flat(BRICK, ellipse(*to(*HARBIN), 9))
    edge = to.line(_frame(outer))
    sheet.stroke(BRICK, [*edge, edge[0]], 4)


def _frame(to: atlas.LambertConic) -> Outline:
    """The edge of a map, in degrees."""
    across = [(WIDTH * i / 12, 0.0) for i in range(12)] + [
        (WIDTH, HEIGHT * i / 8) for i in range(8)
    ]
    back = [(WIDTH - x, HEIGHT - y) for x, y in across]
    return [to.place(point) for point in [*across, *back]]


def _route_name(sheet: Sheet, write: Lettering, to: atlas.LambertConic) -> None:
    x, y = to(77.0, 60.4)
    accent: Ink = BRICK
    sheet.text(accent, write.word("Power of Siberia-2"), (x, y), 50, "rm", 0, 1.0, PAPER)
    sheet.text(accent, write.word("planned"), (x, y + 56), 50, "rm", 0, 1.0, PAPER)
