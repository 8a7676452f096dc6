"""Scenes of the town: parliament, market, newsstand, factory."""

import math

from PIL import Image

from broadsheet.newsroom.demo.pictures import people
from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Floor,
    Outline,
    Point,
    curve,
    ellipse,
    quad_cell,
    ramp,
    rect,
    taper,
)
from broadsheet.newsroom.demo.pictures.scenery import beams, birds, sky, windows
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


def parliament() -> Image.Image:
    """A parliament's front with its dome, early light from the left, people before the steps."""
    sheet, ground = Sheet("parliament"), 925
    stone, shadow = tint(OCHRE, 0.16), BLUE
    sheet.flat(tint(BLUE, 0.3), rect(0, 0, WIDTH, ground))
    light = beams((900, 560), 26, 250, 1500, 0.5, turn=3)
    sheet.flat(tint(OCHRE, 0.14), *light)
    sky(sheet, BLUE, ground, top=0.95, foot=0.0, clouds=0.45)
    for left, right in ((-20, 470), (1330, 1820)):
        _wing(sheet, left, right, ground - 70)
    _dome(sheet, 900, 492)
    _portico(sheet, 900, 430, ground - 70)
    for i in range(6):
        step = rect(430 - i * 26, ground - 72 + i * 14, 1370 + i * 26, ground - 58 + i * 14)
        sheet.flat(stone, step)
        sheet.flat(shadow, rect(step[0][0], step[0][1] + 9, step[1][0], step[2][1]))
    _square(sheet, ground + 14)
    return sheet.finish()


def _column(sheet: Sheet, x: float, top: float, foot: float, width: float) -> None:
    """A fluted column lit from the left, with base and capital."""
    half = width / 2
    stone = tint(OCHRE, 0.1)
    shaft = [(x - half * 0.86, top), (x + half * 0.86, top), (x + half, foot), (x - half, foot)]
    sheet.flat(stone, shaft)
    sheet.engrave(
        BLUE, ramp((x - half * 0.5, 0), 0.1, (x + half, 0), 0.95), shaft, angle=90, pitch=6
    )
    for y, reach in ((top, 1.3), (foot - 10, 1.35)):
        block = rect(x - half * reach, y, x + half * reach, y + 13)
        sheet.flat(stone, block)
        sheet.flat(BLUE, rect(x + half * 0.3, y, x + half * reach, y + 13))


def _portico(sheet: Sheet, middle: float, reach: float, foot: float) -> None:
    top, left, right = 520, middle - reach, middle + reach
    sheet.flat(INK, rect(left + 10, top, right - 10, foot))
    back = rect(left + 10, top, right - 10, foot)
    sheet.engrave(mixed(INK, BLUE, 0.8), 0.55, back, pitch=7)
    doors = [rect(x - 30, 640, x + 30, foot) for x in (middle - 232, middle, middle + 232)]
    sheet.flat(OCHRE, *doors)
    sheet.engrave(INK, 0.45, *doors, angle=90, pitch=8)
    for i in range(8):
        _column(sheet, left + 48 + i * (2 * reach - 96) / 7, top, foot, 54)
    stone = tint(OCHRE, 0.16)
    frieze = rect(left - 14, top - 62, right + 14, top)
    sheet.flat(stone, frieze)
    sheet.engrave(
        BLUE, ramp((left, 0), 0.1, (right, 0), 0.6), rect(left, top - 44, right, top - 16), pitch=6
    )
    sheet.flat(
        BLUE,
        rect(left - 14, top - 8, right + 14, top),
        rect(left - 22, top - 68, right + 22, top - 58),
    )
    gable = [(left - 30, top - 66), (middle, top - 196), (right + 30, top - 66)]
    sheet.flat(stone, gable)
    inner = [(left + 80, top - 80), (middle, top - 168), (right - 80, top - 80)]
    sheet.flat(BLUE, inner)
    sheet.engrave(tint(BLUE, 0.45), 0.5, inner, angle=-24, pitch=8)
    for i, x in enumerate(range(-4, 5)):
        height = 74 - abs(x) * 11
        people.place(
            sheet, ("man", "woman")[i % 2], middle + x * 52, top - 80, height, stone, stone
        )


def _dome(sheet: Sheet, x: float, foot: float) -> None:
    """Drum, ribbed dome, lantern and flag."""
    stone, spring = tint(OCHRE, 0.16), foot - 104
    drum = rect(x - 182, spring, x + 182, foot)
    sheet.flat(stone, drum)
    sheet.engrave(BLUE, ramp((x - 100, 0), 0.12, (x + 182, 0), 0.9), drum, angle=90, pitch=7)
    sheet.flat(INK, *windows(x - 172, spring + 12, x + 172, foot - 10, 9, 1, (0.4, 0.8)))
    sheet.flat(stone, rect(x - 202, spring - 14, x + 202, spring + 2))
    shell = ellipse(x, spring - 12, 178, 206, 180, 360)
    sheet.flat(tint(BLUE, 0.5), shell)

    def ribs(px: float, py: float) -> float:
        up = max(0.02, 1 - ((spring - 12 - py) / 206) ** 2)
        return 190 * (px - x) / (178 * math.sqrt(up))

    lit = ramp((x - 130, spring - 200), 0.08, (x + 150, spring - 30), 0.98)
    sheet.engrave(BLUE, lit, shell, flow=ribs, pitch=9, cell=14)
    top = spring - 208
    sheet.flat(stone, rect(x - 26, top - 56, x + 26, top), ellipse(x, top - 56, 30, 26, 180, 360))
    sheet.flat(stone, rect(x - 38, top - 8, x + 38, top + 4))
    sheet.flat(BLUE, rect(x + 4, top - 54, x + 26, top - 8))
    sheet.flat(INK, rect(x - 2.5, top - 150, x + 2.5, top - 78))
    waves = (
        (2, -148),
        (40, -156),
        (75, -140),
        (104, -147),
        (102, -104),
        (72, -97),
        (39, -113),
        (2, -104),
    )
    sheet.flat(BRICK, curve([(x + dx, top + dy) for dx, dy in waves]))


def _wing(sheet: Sheet, left: float, right: float, foot: float) -> None:
    stone, top = tint(OCHRE, 0.16), 590
    wall = rect(left, top, right, foot + 80)
    sheet.flat(stone, wall)
    sheet.engrave(BLUE, ramp((left, 0), 0.1, (right, 0), 0.3), wall, pitch=10)
    sheet.flat(BLUE, rect(left - 10, top - 8, right + 10, top + 6), rect(left, 724, right, 732))
    sheet.flat(stone, rect(left - 10, top - 34, right + 10, top - 10))
    for top_row, bottom_row in ((616, 716), (742, 850)):
        openings = windows(left + 30, top_row, right - 30, bottom_row, 5, 1, (0.42, 0.9))
        sheet.flat(INK, *openings)
        sheet.flat(OCHRE, openings[1], *(openings[3:4] if top_row > 700 else ()))
        bars = [rect(o[0][0] + 17, o[0][1], o[0][0] + 21, o[2][1]) for o in openings]
        sheet.flat(stone, *bars)


def _square(sheet: Sheet, top: float) -> None:
    """The paving, and people with the long shadows of the morning."""
    plane = rect(0, top, WIDTH, HEIGHT)
    sheet.flat(tint(OCHRE, 0.3), plane)
    floor = Floor(900, 860, HEIGHT)
    for i in range(-30, 31):
        far, near = floor(i * 170, 5.2), floor(i * 170, 1)
        sheet.flat(tint(BLUE, 0.55), taper([far, near], 1, 3.5))
    for i in range(12):
        y = top + (HEIGHT - top) * (i / 11) ** 1.7
        sheet.stroke(tint(BLUE, 0.55), [(0, y), (WIDTH, y)], 1 + i / 5)
    walkers = (
        ("walker", 250, 1100, 250, True),
        ("woman", 520, 1010, 150, False),
        ("youth", 590, 1016, 155, False),
        ("hat", 840, 965, 92, False),
        ("man", 900, 967, 92, False),
        ("woman", 1130, 985, 120, True),
        ("walker", 1490, 1130, 290, True),
        ("youth", 1330, 1000, 140, True),
    )
    for _, x, y, tall, _ in walkers:
        shadow = [(x - tall * 0.1, y), (x + tall * 0.1, y), (x + tall * 1.7, y + tall * 0.26)]
        sheet.flat(BLUE, [*shadow, (x + tall * 1.5, y + tall * 0.3)])
    for name, x, y, tall, flip in walkers:
        people.place(sheet, name, x, y, tall, BRICK if name == "woman" else INK, flip=flip)
    birds(sheet, INK, [(330, 330, 60), (400, 280, 44), (1420, 240, 66)])


def market() -> Image.Image:
    """A market street at noon: striped awnings, crates of fruit, people with baskets."""
    sheet = Sheet("market")
    floor = Floor(900, 610, HEIGHT)
    sheet.flat(tint(OCHRE, 0.2), rect(0, 0, WIDTH, HEIGHT))
    sky(sheet, BLUE, 640, top=0.7, foot=0.1, clouds=0.8)
    _far_end(sheet)
    wall = tint(OCHRE, 0.35)
    for side, plaster in ((-1, wall), (1, tint(BRICK, 0.45))):
        for near, far, height, paint in (
            (0.9, 1.7, 1180, plaster),
            (1.7, 2.7, 1350, tint(SAGE, 0.6)),
            (2.7, 4.4, 1100, tint(OCHRE, 0.6)),
        ):
            _front(sheet, floor, side, near, far, height, paint)
    road = [floor(-900, 1), floor(-900, 6), floor(900, 6), floor(900, 1)]
    sheet.flat(tint(OCHRE, 0.3), road)
    sheet.engrave(INK, ramp((0, 680), 0.4, (0, HEIGHT), 0.12), road, pitch=10)
    sheet.flat(
        BLUE, [floor(900, 1), floor(900, 6), floor(330, 6), floor(330, 1)], strength=0.55, over=True
    )
    for away in (3.5, 2.3):
        _stall(sheet, floor, -1, away, BRICK if away > 3 else BLUE)
        _stall(sheet, floor, 1, away, BLUE if away > 3 else BRICK)
    for name, across, away, coat, flip in (
        ("man", -120, 4.6, INK, False),
        ("woman", 60, 4.2, BRICK, True),
        ("youth", 190, 3.6, INK, False),
        ("shopper", -190, 2.9, SAGE, True),
        ("walker", 120, 2.6, INK, True),
    ):
        x, y = floor(across, away)
        people.place(sheet, name, x, y, 760 / away, coat, flip=flip)
    _stall(sheet, floor, -1, 1.28, BRICK)
    _stall(sheet, floor, 1, 1.28, SAGE)
    for name, across, away, coat, flip in (
        ("man", 300, 1.9, BLUE, False),
        ("shopper", -10, 1.45, BLUE, True),
    ):
        x, y = floor(across, away)
        sheet.flat(
            INK,
            [(x - 40, y - 6), (x + 46, y - 6), (x + 300, y + 90), (x + 210, y + 96)],
            strength=0.4,
        )
        people.place(sheet, name, x, y, 760 / away, coat, flip=flip)
    birds(sheet, INK, [(820, 120, 60), (900, 80, 44), (980, 150, 52)])
    return sheet.finish()


def _far_end(sheet: Sheet) -> None:
    """What closes the street: a church tower in the light."""
    wall = rect(700, 470, 1100, 700)
    sheet.flat(tint(OCHRE, 0.3), wall)
    sheet.dots(OCHRE, ramp((0, 470), 0.75, (0, 680), 0.2), wall, pitch=10)
    tower = rect(842, 250, 958, 700)
    sheet.flat(tint(OCHRE, 0.3), tower)
    sheet.engrave(INK, ramp((850, 0), 0.0, (958, 0), 0.75), tower, angle=90, pitch=7)
    sheet.flat(BRICK, [(828, 252), (900, 90), (972, 252)])
    sheet.engrave(
        INK, ramp((850, 0), 0.0, (958, 0), 0.9), [(900, 90), (972, 252), (900, 252)], pitch=7
    )
    sheet.flat(INK, ellipse(900, 330, 26), rect(884, 410, 916, 480), ellipse(900, 410, 16))
    sheet.flat(PAPER, ellipse(900, 330, 20))
    sheet.stroke(INK, [(900, 330), (900, 316)], 3)
    sheet.stroke(INK, [(900, 330), (911, 334)], 3)


def _front(
    sheet: Sheet, floor: Floor, side: int, near: float, far: float, height: float, paint: str
) -> None:
    """A house front along the street, on the left (-1) or the right (1)."""
    edge = 900 * side
    face = [
        floor(edge, near, height),
        floor(edge, far, height),
        floor(edge, far),
        floor(edge, near),
    ]
    sheet.flat(paint, face)
    if side > 0:
        sheet.engrave(INK, 0.42, face, angle=45, pitch=8)
    else:
        sheet.engrave(INK, 0.1, face, angle=90, pitch=10)
    columns = 3
    for i in range(columns):
        for j in range(3):
            u, v = (i + 0.28) / columns, 0.1 + j * 0.24
            hole = quad_cell(face, u, v, u + 0.44 / columns, v + 0.15)
            sheet.flat(INK, hole)
            sheet.flat(BLUE if side < 0 else SAGE, quad_cell(face, u - 0.07, v, u - 0.01, v + 0.15))
    sheet.flat(INK, quad_cell(face, 0, 0, 1, 0.018))


def _stall(sheet: Sheet, floor: Floor, side: int, away: float, ink: str) -> None:
    """A stall with a striped awning and crates heaped with fruit."""
    inner, outer, deep = 430 * side, 900 * side, 0.5 * away / 1.5
    near, far = away, away + deep
    for across, row in ((inner, near), (inner, far)):
        sheet.flat(INK, taper([floor(across, row), floor(across, row, 560)], 13 / row, 12 / row))
    table = [
        floor(inner, far, 210),
        floor(outer, far, 210),
        floor(outer, near, 210),
        floor(inner, near, 210),
    ]
    sheet.flat(
        INK,
        [floor(inner, near, 210), floor(outer, near, 210), floor(outer, near), floor(inner, near)],
    )
    side_face = [
        floor(inner, near, 210),
        floor(inner, far, 210),
        floor(inner, far),
        floor(inner, near),
    ]
    sheet.flat(mixed(INK, ink, 0.5), side_face)
    sheet.flat(mixed(INK, OCHRE, 0.4), table)
    _fruit(sheet, floor, side, near, far)
    ridge_line, eave = 690, 540
    count = 9
    for i in range(count):
        one, two = (inner + (outer - inner) * (k / count) for k in (i, i + 1))
        colour = ink if i % 2 == 0 else PAPER
        roof = [
            floor(one, far, ridge_line),
            floor(two, far, ridge_line),
            floor(two, near, eave),
            floor(one, near, eave),
        ]
        drop = [
            floor(one, near, eave),
            floor(two, near, eave),
            floor(two, near, eave - 62),
            floor(one, near, eave - 62),
        ]
        middle: Point = floor((one + two) / 2, near, eave - 62)
        sheet.flat(colour, roof, drop, ellipse(*middle, abs(two - one) / 2 / near, 15 / near))
    whole = [
        floor(inner, near, eave),
        floor(outer, near, eave),
        floor(outer, near, eave - 78),
        floor(inner, near, eave - 78),
    ]
    sheet.engrave(INK, 0.45 if side > 0 else 0.25, whole, angle=45, pitch=7)
    gable: Outline = [
        floor(inner, far, ridge_line),
        floor(inner, near, eave),
        floor(inner, far, eave),
    ]
    sheet.flat(mixed(INK, ink, 0.4), gable)


def _fruit(sheet: Sheet, floor: Floor, side: int, near: float, far: float) -> None:
    inks = (OCHRE, BRICK, SAGE, OCHRE, BRICK)
    for j in range(3):
        row = far + (near - far) * (j + 0.4) / 3
        for i in range(5):
            start = side * (450 + i * 92)
            for k in range(14):
                across = start + side * sheet.chance.uniform(4, 78)
                x, y = floor(across, row, 214 + 46 * sheet.chance.random() * (1 - k / 30))
                radius = 15 / row
                fruit = inks[(i + j) % 5]
                sheet.flat(INK, ellipse(x, y, radius * 1.12))
                sheet.flat(fruit, ellipse(x - radius * 0.1, y - radius * 0.1, radius))
            left, right = floor(start, row, 214), floor(start + side * 84, row, 188)
            sheet.flat(
                mixed(INK, OCHRE, 0.62),
                rect(min(left[0], right[0]), left[1], max(left[0], right[0]), right[1]),
            )
            sheet.stroke(INK, [(left[0], left[1]), (right[0], left[1])], 2)
