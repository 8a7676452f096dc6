"""Scenes in the hills: a vineyard, the desert."""

import math

from PIL import Image

from broadsheet.newsroom.demo.pictures import people
from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Noise,
    Outline,
    Point,
    curve,
    ellipse,
    glow,
    moved,
    ramp,
    rect,
    taper,
    turned,
)
from broadsheet.newsroom.demo.pictures.scenery import (
    birds,
    crown,
    house,
    poplar,
    rays,
    ridge,
    sky,
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


def vineyard() -> Image.Image:
    """Rows of vines running up to a house on the hill, in the harvest."""
    sheet = Sheet("vineyard")
    sheet.flat(tint(OCHRE, 0.22), rect(0, 0, WIDTH, HEIGHT))
    sky(sheet, BRICK, 470, top=0.62, foot=0.0, clouds=0.7, pitch=9)
    sun(sheet, OCHRE, 420, 350, 104, tint(OCHRE, 0.12))
    far = ridge("vineyard far", 470, 150, 480, foot=620)
    sheet.flat(tint(SAGE, 0.55), far)
    sheet.engrave(INK, ramp((0, 350), 0.12, (1500, 500), 0.5), far, angle=14, pitch=8)
    hill = curve(
        [
            (-100, 620),
            (300, 560),
            (760, 470),
            (1180, 420),
            (1500, 470),
            (1950, 580),
            (1950, 1300),
            (-100, 1300),
        ]
    )
    sheet.flat(tint(BRICK, 0.55), hill)
    eye: Point = (1190, 330)

    def furrow(x: float, y: float) -> float:
        return 700 * (x - eye[0]) / max(y - eye[1], 20)

    sheet.engrave(
        BRICK, ramp((0, 420), 0.4, (0, HEIGHT), 0.62), hill, flow=furrow, pitch=14, cell=20
    )
    _villa(sheet, 1120, 440)
    for i in range(-9, 8):
        _vine_row(sheet, eye, i * 400 + 150, hill)
    for name, x, y, tall, flip in (
        ("shopper", 700, 800, 190, False),
        ("shopper", 1370, 690, 130, True),
    ):
        people.place(sheet, name, x, y, tall, BLUE, flip=flip)
    people.place(sheet, "worker", 1148, 1040, 330, BLUE)
    _grapes(sheet)
    birds(sheet, INK, [(700, 180, 60), (780, 220, 44)])
    return sheet.finish()


def _villa(sheet: Sheet, x: float, foot: float) -> None:
    for dx, tall in ((-110, 190), (-70, 230), (330, 210), (372, 170)):
        tree = poplar(x + dx, foot + 12, tall, tall * 0.2)
        sheet.flat(mixed(SAGE, INK, 0.55), tree)
        sheet.engrave(
            INK, ramp((x + dx - 12, 0), 0.1, (x + dx + 18, 0), 0.9), tree, angle=80, pitch=6
        )
    house(sheet, tint(OCHRE, 0.35), BRICK, x, foot + 10, 250, 110, 0.2)
    house(sheet, tint(OCHRE, 0.35), BRICK, x + 160, foot + 10, 100, 170, 0.3)
    sheet.engrave(INK, 0.45, rect(x + 210, foot - 160, x + 260, foot + 10), angle=90, pitch=6)
    sheet.flat(
        INK, *(rect(x + 30 + k * 42, foot - 70, x + 48 + k * 42, foot - 36) for k in range(3))
    )
    sheet.flat(
        INK,
        rect(x + 186, foot - 130, x + 202, foot - 100),
        rect(x + 180, foot - 50, x + 204, foot + 10),
    )


def _vine_row(sheet: Sheet, eye: Point, across: float, hill: Outline) -> None:
    """Vines along a line towards the eye's point, the nearest last."""
    for step in range(32):
        away = 7.0 * (0.95 / 7.0) ** (step / 31)
        x, y = eye[0] + across / away, eye[1] + 870 / away
        size = 118 / away
        if not -size < x < WIDTH + size or y - size < 430:
            continue
        sheet.flat(INK, rect(x - size * 0.06, y - size * 0.5, x + size * 0.06, y + size * 0.1))
        sheet.flat(
            INK, ellipse(x + size * 0.4, y + size * 0.06, size * 0.8, size * 0.14), strength=0.6
        )
        leaves = crown(sheet, x, y - size * 0.75, size * 0.62, 7)
        sheet.flat(mixed(SAGE, INK, 0.62), *leaves)
        lit = [moved(leaf, -size * 0.09, -size * 0.1) for leaf in leaves]
        sheet.flat(SAGE, *lit)
        if away < 4.5:
            sheet.engrave(
                INK,
                ramp((x - size * 0.4, 0), 0.05, (x + size * 0.7, 0), 0.75),
                *leaves,
                angle=50,
                pitch=7,
            )
        if away < 2.6:
            _bunch(sheet, x + size * sheet.chance.uniform(-0.4, 0.2), y - size * 0.6, size * 0.075)


def _bunch(sheet: Sheet, x: float, y: float, grape: float) -> None:
    """A small bunch hanging on a vine; `grape` is the radius of one."""
    for dx, dy in ((-1, 0), (1, 0), (-2, -1.5), (0, -1.5), (2, -1.5), (0, 1.6)):
        sheet.flat(INK, ellipse(x + dx * grape, y + dy * grape, grape * 1.35))
    for dx, dy in ((-1, 0), (1, 0), (-2, -1.5), (0, -1.5), (2, -1.5), (0, 1.6)):
        sheet.flat(BRICK, ellipse(x + dx * grape, y + dy * grape, grape))


def _grapes(sheet: Sheet) -> None:
    """A branch across the near right corner, with a bunch hanging from it."""
    branch = curve([(1830, 560), (1690, 600), (1590, 690), (1480, 720)], closed=False)
    sheet.flat(INK, taper(branch, 30, 5))
    for x, y, size, turn in ((1700, 560, 150, 20), (1560, 690, 120, 200), (1780, 720, 150, 110)):
        leaf: list[Point] = []
        for k in range(90):
            round_ = math.radians(k * 4)
            far = size * (0.6 + 0.4 * abs(math.cos(2.5 * round_)) ** 0.7) * (1 + 0.05 * (k % 2))
            leaf.append((x + far * math.cos(round_), y + far * 0.9 * math.sin(round_)))
        leaf = list(turned(leaf, turn, (x, y)))
        sheet.flat(mixed(SAGE, INK, 0.15), leaf)
        sheet.engrave(INK, glow((x - 50, y - 50), size * 1.7, 0.05, 0.9), leaf, angle=turn, pitch=8)
        sheet.stroke(INK, [*leaf, leaf[0]], 6)
        for k in range(5):
            angle = math.radians(turn + k * 72)
            tip = (x + size * 0.85 * math.cos(angle), y + size * 0.78 * math.sin(angle))
            sheet.stroke(tint(SAGE, 0.5), [(x, y), tip], 3)
    rows = (5, 6, 6, 5, 5, 4, 3, 2, 1)
    for row, count in enumerate(rows):
        for k in range(count):
            along = 1660 + (k - (count - 1) / 2) * 47 + sheet.chance.uniform(-5, 5)
            _grape(sheet, along, 770 + row * 40 + sheet.chance.uniform(-4, 4))


def _grape(sheet: Sheet, x: float, y: float) -> None:
    skin = ellipse(x, y, 25)
    sheet.flat(INK, ellipse(x, y, 29))
    sheet.flat(BRICK, ellipse(x - 1, y - 1, 25))
    sheet.engrave(INK, glow((x - 10, y - 10), 44, 0.0, 1.0), skin, angle=40, pitch=6)
    sheet.flat(PAPER, ellipse(x - 9, y - 10, 5, 4))


def desert() -> Image.Image:
    """Dunes in the last light, a caravan along the crest."""
    sheet = Sheet("desert")
    sheet.flat(tint(OCHRE, 0.22), rect(0, 0, WIDTH, HEIGHT))
    centre: Point = (1160, 430)
    rays(sheet, BRICK, centre, glow(centre, 1200, 0.62, 0.2), rect(0, 0, WIDTH, 760), pitch=12)
    sun(sheet, tint(OCHRE, 0.5), *centre, 210, tint(OCHRE, 0.12))
    far = ridge("desert far", 640, 110, 420, foot=820)
    sheet.flat(mixed(OCHRE, BRICK, 0.55), far)
    sheet.engrave(INK, ramp((0, 560), 0.2, (0, 700), 0.6), far, pitch=7)
    crest = curve(
        [(-60, 800), (240, 720), (560, 640), (900, 610), (1300, 690), (1860, 760)], closed=False
    )
    _dune(sheet, crest, [(900, 610), (980, 690), (900, 780), (1040, 900)], 760)
    _caravan(sheet, crest)
    _dune(
        sheet,
        curve(
            [(-60, 1010), (200, 980), (600, 860), (980, 930), (1400, 870), (1860, 950)],
            closed=False,
        ),
        [(600, 860), (720, 940), (610, 1030), (800, 1200)],
        980,
    )
    _dune(
        sheet,
        curve([(700, 1260), (1000, 1110), (1380, 1000), (1640, 1060), (1900, 1130)], closed=False),
        [(1380, 1000), (1440, 1070), (1370, 1140), (1480, 1260)],
        1120,
    )
    return sheet.finish()


def _dune(sheet: Sheet, crest: Outline, spine: Outline, level: float) -> None:
    """A dune with a lit windward side and, right of its spine, a side in shadow."""
    body = [*crest, (crest[-1][0], HEIGHT + 60), (crest[0][0], HEIGHT + 60)]
    noise = Noise(f"dune {level}")
    sheet.flat(OCHRE, body)

    def ripple(x: float, y: float) -> float:
        return y + 0.18 * x + 46 * noise(x, y * 1.6, 230) + 7 * noise(x, y, 60)

    sheet.engrave(
        BRICK,
        ramp((0, level - 160), 0.12, (0, level + 240), 0.5),
        body,
        flow=ripple,
        pitch=11,
        cell=24,
    )
    ridge_line = curve(spine, closed=False, steps=16)
    start = min(range(len(crest)), key=lambda i: abs(crest[i][0] - spine[0][0]))
    dark = [*ridge_line, (crest[-1][0], HEIGHT + 60), *reversed(crest[start:])]
    sheet.flat(BRICK, dark)
    shade = ramp((spine[0][0], 0), 0.82, (spine[0][0] + 900, 0), 0.3)
    sheet.engrave(
        INK, shade, dark, flow=lambda x, y: ripple(x, y) * 0.8 - x * 0.45, pitch=10, cell=24
    )


def _caravan(sheet: Sheet, crest: Outline) -> None:
    for i, x in enumerate((250, 360, 470, 580, 690)):
        foot = min(crest, key=lambda p: abs(p[0] - x))[1] + 6
        _camel(sheet, x, foot, 96 + i * 3)
    lead = min(crest, key=lambda p: abs(p[0] - 775))
    people.place(sheet, "walker", 775, lead[1] + 6, 92)


def _camel(sheet: Sheet, x: float, foot: float, tall: float) -> None:
    u = tall / 10
    outline = [
        (-4.6, -6.2), (-3.6, -7.4), (-2.4, -7.6), (-0.9, -9.6), (0.5, -7.9), (2.2, -7.3),
        (3.2, -6.4), (4.0, -6.6), (4.6, -9.0), (5.3, -9.9), (6.6, -9.4), (6.7, -8.8), (5.7, -8.6),
        (5.2, -6.4),
        (4.2, -4.9), (2.6, -4.6), (-2.6, -4.7), (-4.2, -4.6),
    ]  # fmt: skip
    sheet.flat(INK, curve(moved(outline, x, foot, u), steps=5))
    for hip, hoof in ((-3.6, -4.4), (-3.0, -2.6), (2.6, 2.0), (3.3, 3.9)):
        leg = [(hip, -5.2), ((hip + hoof) / 2 + 0.3, -2.6), (hoof, 0)]
        sheet.flat(INK, taper(moved(leg, x, foot, u), 1.3 * u, 0.55 * u))
    sheet.flat(
        BRICK,
        moved([(-2.4, -7.7), (-0.9, -9.8), (0.9, -7.8), (0.9, -5.6), (-2.2, -5.6)], x, foot, u),
    )
