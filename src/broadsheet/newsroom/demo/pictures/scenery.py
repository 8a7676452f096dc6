"""Things that most of the scenes need: skies, suns, hills, water, trees, houses, birds."""

import math
from collections.abc import Sequence

from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Field,
    Noise,
    Outline,
    Point,
    curve,
    ellipse,
    rect,
    rings,
    spindle,
)
from broadsheet.newsroom.demo.pictures.sheet import PAPER, Ink, Sheet


def sky(
    sheet: Sheet,
    ink: Ink,
    horizon: float,
    top: float = 0.75,
    foot: float = 0.05,
    clouds: float = 0.5,
    pitch: float = 8,
) -> None:
    """A sky in level lines, from the tone `top` down to `foot`, torn open by clouds."""
    noise = Noise(f"sky {sheet.chance.random()}")

    def tone(x: float, y: float) -> float:
        even = top + (foot - top) * min(max(y / horizon, 0), 1)
        bank = noise.rough(x * 0.45, y * 1.7, 150)
        torn = min(max((bank - 0.42) * 5, 0), 1)
        return even * (1 - clouds * torn)

    sheet.engrave(ink, tone, rect(0, 0, WIDTH, horizon), pitch=pitch)


def rays(
    sheet: Sheet, ink: Ink, centre: Point, tone: Field | float, *outlines: Outline, pitch: float = 9
) -> None:
    """Rings around a light, thinning as `tone` says."""
    sheet.engrave(ink, tone, *outlines, pitch=pitch, flow=rings(centre), cell=30)


def beams(
    centre: Point, count: int, inner: float, outer: float, share: float = 0.4, turn: float = 0
) -> list[Outline]:
    """Straight beams of light around a centre, `share` of the round being beams."""
    step = 2 * math.pi / count
    found: list[Outline] = []
    for i in range(count):
        middle = math.radians(turn) + i * step
        one, two = middle - step * share / 2, middle + step * share / 2
        found.append(
            [
                (centre[0] + inner * math.cos(one), centre[1] + inner * math.sin(one)),
                (centre[0] + outer * math.cos(one), centre[1] + outer * math.sin(one)),
                (centre[0] + outer * math.cos(two), centre[1] + outer * math.sin(two)),
                (centre[0] + inner * math.cos(two), centre[1] + inner * math.sin(two)),
            ]
        )
    return found


def ridge(
    seed: str, base: float, height: float, scale: float, foot: float = HEIGHT, step: float = 12
) -> Outline:
    """A line of hills across the whole sheet, from `base` up to `height` above it."""
    noise = Noise(seed)
    count = int(WIDTH / step) + 2
    crest = [(i * step, base - height * noise.rough(i * step, 7, scale)) for i in range(count)]
    return [*crest, (crest[-1][0], foot), (0, foot)]


def ridge_height(seed: str, base: float, height: float, scale: float, x: float) -> float:
    """How high up the page the crest of that ridge is at x."""
    return base - height * Noise(seed).rough(x, 7, scale)


def water(
    sheet: Sheet,
    ink: Ink,
    outline: Outline,
    tone: Field | float,
    horizon: float,
    pitch: float = 9,
    swell: float = 5,
) -> None:
    """Water in rippling lines, which grow apart as they come nearer."""
    noise = Noise(f"water {sheet.chance.random()}")

    def flow(x: float, y: float) -> float:
        near = max(y - horizon, 0)
        growth = 1 + near / 400
        ripple = (noise(x, y * 4, 60 * growth) - 0.5) * swell * 2 * growth
        return 400 * math.log(growth) + ripple

    sheet.engrave(ink, tone, outline, pitch=pitch, flow=flow, cell=24)


def glints(
    sheet: Sheet, ink: Ink, x: float, top: float, bottom: float, spread: float, count: int
) -> None:
    """The light of a sun or a lamp broken up on water, as level cuts."""
    for _ in range(count):
        down = sheet.chance.random() ** 0.8
        y = top + (bottom - top) * down
        reach = spread * (0.25 + down)
        middle = x + sheet.chance.gauss(0, reach * 0.4)
        half = reach * (0.1 + 0.35 * sheet.chance.random())
        thick = 2 + 7 * down
        line = [(middle - half, y), (middle, y + sheet.chance.uniform(-2, 2)), (middle + half, y)]
        sheet.flat(ink, spindle(curve(line, closed=False, steps=4), thick))


def birds(sheet: Sheet, ink: Ink, places: Sequence[tuple[float, float, float]]) -> None:
    """Gulls: x, y and span of each."""
    for x, y, span in places:
        wing = [
            (x - span / 2, y - span * 0.02),
            (x - span * 0.24, y - span * 0.15),
            (x, y),
            (x + span * 0.22, y - span * 0.18),
            (x + span / 2, y - span * 0.08),
        ]
        sheet.flat(ink, spindle(curve(wing, closed=False, steps=6), span * 0.09))


def poplar(x: float, foot: float, height: float, width: float) -> Outline:
    """A slim tree, a poplar or a cypress."""
    half = width / 2
    return curve(
        [
            (x - half * 0.2, foot),
            (x - half * 0.9, foot - height * 0.2),
            (x - half * 0.95, foot - height * 0.45),
            (x - half * 0.6, foot - height * 0.75),
            (x, foot - height),
            (x + half * 0.6, foot - height * 0.72),
            (x + half, foot - height * 0.42),
            (x + half * 0.85, foot - height * 0.18),
            (x + half * 0.2, foot),
        ]
    )


def crown(sheet: Sheet, x: float, y: float, radius: float, leaves: int = 11) -> list[Outline]:
    """The round head of a tree, as a cluster of lobes."""
    lobes = [ellipse(x, y, radius * 0.75, radius * 0.68)]
    for i in range(leaves):
        turn = 2 * math.pi * i / leaves
        size = radius * sheet.chance.uniform(0.28, 0.42)
        lobes.append(
            ellipse(x + radius * 0.66 * math.cos(turn), y + radius * 0.56 * math.sin(turn), size)
        )
    return lobes


def house(
    sheet: Sheet,
    wall: Ink,
    roof: Ink,
    left: float,
    foot: float,
    width: float,
    height: float,
    pitch: float = 0.3,
) -> None:
    """A plain house seen from the front, its roof overhanging a little."""
    top = foot - height
    eave = width * 0.06
    sheet.flat(wall, rect(left, top, left + width, foot))
    sheet.flat(
        roof,
        [
            (left - eave, top),
            (left + width * 0.12, top - width * pitch),
            (left + width * 0.88, top - width * pitch),
            (left + width + eave, top),
        ],
    )


def windows(
    left: float,
    top: float,
    right: float,
    bottom: float,
    columns: int,
    rows: int,
    share: tuple[float, float] = (0.5, 0.6),
) -> list[Outline]:
    """Window openings evenly over a wall; `share` of their bay across and down."""
    across, down = (right - left) / columns, (bottom - top) / rows
    width, height = across * share[0], down * share[1]
    return [
        rect(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        for x in (left + across * (i + 0.5) for i in range(columns))
        for y in (top + down * (j + 0.5) for j in range(rows))
    ]


def sun(sheet: Sheet, ink: Ink, x: float, y: float, radius: float, halo: Ink | None = None) -> None:
    """A plain disc, with a ring of bare paper around it or of `halo`."""
    sheet.flat(halo or PAPER, ellipse(x, y, radius * 1.06))
    sheet.flat(ink, ellipse(x, y, radius))
