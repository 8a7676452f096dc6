"""Scenes in open country: wheat, solar panels."""

import math

from PIL import Image

from broadsheet.newsroom.demo.pictures import people
from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Floor,
    Outline,
    Point,
    capsule,
    curve,
    ellipse,
    glow,
    moved,
    quad_cell,
    ramp,
    rect,
    taper,
    turned,
)
from broadsheet.newsroom.demo.pictures.scenery import (
    beams,
    birds,
    crown,
    house,
    rays,
    ridge,
    ridge_height,
    sun,
)
from broadsheet.newsroom.demo.pictures.sheet import (
    BLUE,
    BRICK,
    INK,
    OCHRE,
    PAPER,
    SAGE,
    Sheet,
    mixed,
    tint,
)


def wheat() -> Image.Image:
    """Ripe wheat under a low sun, a combine at work, ears close by."""
    sheet, horizon = Sheet("wheat"), 560
    sheet.flat(tint(OCHRE, 0.16), rect(0, 0, WIDTH, HEIGHT))
    centre: Point = (1190, 430)
    heaven = rect(0, 0, WIDTH, horizon)
    rays(sheet, BRICK, centre, glow(centre, 1250, 0.5, 0.12), heaven, pitch=12)
    sun(sheet, BRICK, *centre, 132, tint(OCHRE, 0.16))
    hill = ridge("wheat hills", horizon + 10, 90, 500, foot=640)
    sheet.flat(mixed(OCHRE, INK, 0.35), hill)
    sheet.engrave(INK, 0.4, hill, pitch=7)
    _farm(sheet, 560, 566)
    field = [(0, 572), (WIDTH, 548), (WIDTH, HEIGHT), (0, HEIGHT)]
    sheet.flat(OCHRE, field)

    def rows(x: float, y: float) -> float:
        return 900 * (x - 1000) / (y - 520)

    sheet.engrave(INK, ramp((0, 560), 0.3, (0, HEIGHT), 0.62), field, flow=rows, pitch=26, cell=20)
    sheet.engrave(BRICK, ramp((0, 560), 0.6, (0, 760), 0.0), field, angle=-1, pitch=9)
    _combine(sheet, 1180, 700)
    for i in range(26):
        x = -30 + i * 74 + sheet.chance.uniform(-26, 26)
        tall = sheet.chance.uniform(170, 320) + 440 * min(abs(x - 1080) / 820, 1) ** 1.6
        _ear(sheet, x, HEIGHT + 20, tall, sheet.chance.uniform(-0.1, 0.16))
    birds(sheet, INK, [(600, 200, 70), (690, 160, 50), (520, 260, 44), (760, 230, 40)])
    return sheet.finish()


def _farm(sheet: Sheet, x: float, foot: float) -> None:
    house(sheet, BRICK, INK, x, foot, 210, 84, 0.34)
    sheet.flat(PAPER, rect(x + 84, foot - 58, x + 128, foot))
    sheet.engrave(INK, 0.4, rect(x + 130, foot - 84, x + 210, foot), angle=90, pitch=6)
    for left in (x + 236, x + 300):
        silo = rect(left, foot - 170, left + 54, foot)
        sheet.flat(PAPER, silo)
        sheet.engrave(INK, ramp((left, 0), 0.05, (left + 54, 0), 0.9), silo, angle=90, pitch=6)
        sheet.flat(INK, ellipse(left + 27, foot - 170, 29, 26, 180, 360))
    sheet.flat(INK, *crown(sheet, x - 60, foot - 54, 62), rect(x - 66, foot - 40, x - 54, foot))


def _combine(sheet: Sheet, x: float, y: float) -> None:
    dust = [ellipse(x + 190 + i * 44, y - 70 - i * 9, 44 + i * 9, 34 + i * 6) for i in range(8)]
    sheet.engrave(tint(OCHRE, 0.3), glow((x + 200, y - 80), 420, 0.8, 0.25), *dust, pitch=7)
    body = [
        (x - 60, y - 140),
        (x + 150, y - 140),
        (x + 176, y - 96),
        (x + 176, y - 40),
        (x - 60, y - 40),
    ]
    sheet.flat(BRICK, body)
    sheet.engrave(INK, ramp((x - 40, 0), 0.1, (x + 176, 0), 0.7), body, angle=90, pitch=7)
    sheet.flat(INK, [(x - 112, y - 176), (x - 52, y - 176), (x - 52, y - 60), (x - 120, y - 60)])
    sheet.flat(
        tint(BLUE, 0.3),
        [(x - 102, y - 166), (x - 64, y - 166), (x - 64, y - 104), (x - 108, y - 104)],
    )
    sheet.flat(
        INK,
        capsule((x + 20, y - 146), (x + 190, y - 212), 9),
        rect(x - 124, y - 184, x - 46, y - 172),
    )
    for wheel, size in ((x - 40, 54), (x + 130, 38)):
        sheet.flat(INK, ellipse(wheel, y - size + 6, size))
        sheet.flat(OCHRE, ellipse(wheel, y - size + 6, size * 0.42))
    sheet.flat(INK, [(x - 120, y - 60), (x - 200, y - 20), (x - 200, y + 6), (x - 90, y - 20)])
    for i in range(8):
        turn = math.pi * i / 4
        tip = (x - 206 + 50 * math.cos(turn), y - 40 + 50 * math.sin(turn))
        sheet.stroke(INK, [(x - 206, y - 40), tip], 5)
    sheet.stroke(INK, [*ellipse(x - 206, y - 40, 50)], 6)


def _ear(sheet: Sheet, x: float, foot: float, tall: float, lean: float) -> None:
    """One ear of wheat: stem, grains in pairs, awns."""
    top = foot - tall
    stem = curve(
        [(x, foot), (x + lean * tall * 0.3, foot - tall * 0.5), (x + lean * tall, top)],
        closed=False,
    )
    sheet.flat(INK, taper(stem, 10, 6))
    size = 15 + tall / 42
    head = x + lean * tall
    for i in range(9):
        y = top - i * size * 0.92
        middle = head + lean * (top - y) * 1.3
        for side in (-1, 1):
            awn = [(middle, y), (middle + side * size * 2.3, y - size * 4.6)]
            sheet.flat(INK, taper(awn, 3, 0.6))
            grain = turned(
                ellipse(middle + side * size * 0.62, y - size * 0.3, size * 0.5, size * 0.95),
                side * 24,
                (middle, y),
            )
            sheet.flat(INK, moved(grain, 0, 0))
            inner = turned(
                ellipse(middle + side * size * 0.58, y - size * 0.34, size * 0.32, size * 0.72),
                side * 24,
                (middle, y),
            )
            sheet.flat(tint(OCHRE, 0.9 if side > 0 else 0.45), inner)
    tip = (head + lean * size * 9.9, top - size * 8.5)
    sheet.flat(INK, ellipse(*tip, size * 0.46, size * 0.95))
    sheet.flat(tint(OCHRE, 0.7), ellipse(*tip, size * 0.28, size * 0.7))


def solar() -> Image.Image:
    """Rows of solar panels on a hillside, the sun over them, turbines on the ridge."""
    sheet, horizon = Sheet("solar"), 520
    sheet.flat(tint(OCHRE, 0.25), rect(0, 0, WIDTH, HEIGHT))
    centre: Point = (520, 270)
    heaven = rect(0, 0, WIDTH, 640)
    sheet.flat(tint(OCHRE, 0.55), *beams(centre, 30, 190, 1700, 0.46))
    rays(sheet, BLUE, centre, glow(centre, 1450, 0.05, 0.85), heaven, pitch=10)
    sun(sheet, OCHRE, *centre, 138, PAPER)
    crest = ridge("solar ridge", horizon + 40, 220, 560)
    for x, size in ((880, 250), (1130, 300), (1420, 350), (1660, 260)):
        _turbine(
            sheet, x, ridge_height("solar ridge", horizon + 40, 220, 560, x) + 20, size, x * 0.37
        )
    sheet.flat(SAGE, crest)
    sheet.engrave(INK, ramp((0, 400), 0.12, (1500, 640), 0.6), crest, angle=-12, pitch=9)
    ground = [(0, 640), (WIDTH, 600), (WIDTH, HEIGHT), (0, HEIGHT)]
    sheet.flat(mixed(SAGE, OCHRE, 0.35), ground)
    sheet.engrave(INK, ramp((0, 620), 0.5, (0, HEIGHT), 0.2), ground, angle=-2, pitch=8)
    floor = Floor(760, 500, 1290)
    for away in (5.6, 4.3, 3.3, 2.5, 1.9):
        _panels(sheet, floor, away)
    people.place(sheet, "worker", *floor(330, 1.6), 300, BRICK)
    _panels(sheet, floor, 1.36)
    for i in range(90):
        root = i * 20.5 + sheet.chance.uniform(-12, 12)
        tip = (root + sheet.chance.uniform(-34, 40), HEIGHT - sheet.chance.uniform(30, 120))
        sheet.flat(INK, taper([(root, HEIGHT + 6), tip], 9, 1))
    return sheet.finish()


def _turbine(sheet: Sheet, x: float, foot: float, size: float, turn: float) -> None:
    hub = (x, foot - size)
    sheet.flat(PAPER, taper([(x, foot), hub], size * 0.045, size * 0.022))
    for blade in (0, 120, 240):
        shape = [
            (x - 1, hub[1]),
            (x + size * 0.045, hub[1] - size * 0.14),
            (x, hub[1] - size * 0.62),
            (x - 3, hub[1]),
        ]
        sheet.flat(PAPER, turned(shape, turn + blade, hub))
    sheet.flat(INK, ellipse(*hub, size * 0.018))


def _panels(sheet: Sheet, floor: Floor, away: float) -> None:
    """One row of panels across the sheet, leaning back, on legs."""
    low, high, deep = 60, 265, away * 0.17
    for i in range(-12, 13):
        left, right = i * 430 + 20, i * 430 + 410
        under = [
            floor(left, away),
            floor(right, away),
            floor(right, away + deep),
            floor(left, away + deep),
        ]
        sheet.flat(INK, under, strength=0.45)
    for i in range(-12, 13):
        left, right = i * 430 + 20, i * 430 + 410
        face = [
            floor(left, away + deep, high),
            floor(right, away + deep, high),
            floor(right, away, low),
            floor(left, away, low),
        ]
        if face[1][0] < -40 or face[0][0] > WIDTH + 40:
            continue
        for across in (left + 70, right - 70):
            leg = [floor(across, away, low + 20), floor(across, away)]
            sheet.flat(INK, taper(leg, 12 / away, 12 / away))
        sheet.flat(BLUE, face)
        shine = ramp(face[0], 0.75, face[2], 0.0)
        sheet.engrave(tint(BLUE, 0.4), shine, face, angle=-24, pitch=8)
        for k in range(1, 6):
            sheet.stroke(
                PAPER, [face_point(face, k / 6, 0), face_point(face, k / 6, 1)], 3.4 / away
            )
        for k in range(1, 4):
            sheet.stroke(
                PAPER, [face_point(face, 0, k / 4), face_point(face, 1, k / 4)], 2.6 / away
            )
        sheet.stroke(PAPER, [*face, face[0]], 6 / away)
        (x0, y0), (x1, y1) = face[3], face[2]
        sheet.flat(INK, [(x0, y0), (x1, y1), (x1, y1 + 9 / away), (x0, y0 + 9 / away)])


def face_point(face: Outline, u: float, v: float) -> Point:
    """A point of a four-cornered face, in shares of its sides."""
    return quad_cell(face, u, v, u, v)[0]
