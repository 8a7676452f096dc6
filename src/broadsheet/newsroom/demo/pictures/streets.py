"""Scenes in the street: newsstand, factory."""

import math

from PIL import Image

from broadsheet.newsroom.demo.pictures import people
from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Field,
    Floor,
    Noise,
    Outline,
    Point,
    ellipse,
    glow,
    ramp,
    rect,
    taper,
)
from broadsheet.newsroom.demo.pictures.scenery import rays, sun, windows
from broadsheet.newsroom.demo.pictures.sheet import (
    BLUE,
    BRICK,
    INK,
    OCHRE,
    PAPER,
    Sheet,
    mixed,
    tint,
)


def newsstand() -> Image.Image:
    """A kiosk on a wet street at nightfall, its light on the pavement."""
    sheet, ground = Sheet("newsstand"), 900
    night = mixed(BLUE, INK, 0.35)
    sheet.flat(night, rect(0, 0, WIDTH, HEIGHT))
    lamp: Point = (1470, 300)
    rays(
        sheet,
        tint(BLUE, 0.5),
        lamp,
        glow(lamp, 900, 0.75, 0.1),
        rect(0, 0, WIDTH, ground),
        pitch=11,
    )
    left = -30.0
    while left < WIDTH:
        wide, top = sheet.chance.uniform(210, 330), sheet.chance.uniform(60, 330)
        block = rect(left, top, left + wide, ground)
        sheet.flat(mixed(BLUE, INK, 0.62), block)
        sheet.engrave(
            tint(BLUE, 0.6), ramp((left, 0), 0.05, (left + wide, 0), 0.34), block, angle=90, pitch=9
        )
        panes = windows(left + 16, top + 30, left + wide - 16, ground - 180, 4, 7, (0.44, 0.56))
        sheet.flat(INK, *panes)
        sheet.flat(tint(OCHRE, 0.85), *sheet.chance.sample(panes, 8))
        left += wide + 6
    street = rect(0, ground, WIDTH, HEIGHT)
    sheet.flat(mixed(BLUE, INK, 0.7), street)
    sheet.engrave(tint(BLUE, 0.6), ramp((0, ground), 0.5, (0, HEIGHT), 0.15), street, pitch=10)
    for x, half, strength in ((740, 360, 0.85), (1470, 70, 0.7)):
        noise = Noise(f"wet {x}")
        pool = [
            (x - half, ground + 60),
            (x + half, ground + 60),
            (x + half, HEIGHT),
            (x - half, HEIGHT),
        ]
        sheet.engrave(OCHRE, _wet_light(noise, x, half, strength), pool, pitch=8)
    _kiosk(sheet, ground + 80)
    _lamp_post(sheet, lamp, ground + 130)
    for name, x, y, tall, coat, flip in (
        ("woman", 1120, 1010, 400, BRICK, True),
        ("walker", 1560, 1120, 560, INK, True),
        ("youth", 150, 1050, 430, INK, False),
    ):
        sheet.flat(
            INK,
            [(x - 40, y), (x + 40, y), (x + 160, HEIGHT + 40), (x - 20, HEIGHT + 40)],
            strength=0.75,
        )
        people.place(sheet, name, x, y, tall, coat, flip=flip)
    return sheet.finish()


def _wet_light(noise: Noise, middle: float, half: float, strength: float) -> Field:
    """The tone of a lamp's light on wet ground, fading to the sides."""

    def tone(x: float, y: float) -> float:
        side = max(0.0, 1 - (abs(x - middle) / half) ** 3)
        return strength * side * (1 - (y - 900) / 520) * (0.25 + noise(x, y * 2, 40))

    return tone


def _kiosk(sheet: Sheet, foot: float) -> None:
    left, right, top = 400, 1080, 330
    sheet.flat(INK, rect(left, top, right, foot))
    inside = rect(left + 30, top + 70, right - 30, foot - 250)
    sheet.flat(OCHRE, inside)
    sheet.flat(tint(OCHRE, 0.4), ellipse(740, top + 96, 150, 60))
    sheet.engrave(INK, glow((740, top + 100), 460, 0.0, 0.62), inside, pitch=8)
    for row, y in enumerate((top + 100, top + 250)):
        for i in range(8):
            x = left + 48 + i * 75
            if row == 1 and 2 <= i <= 5:
                continue
            if row == 0 and i in (3, 4):
                continue
            _paper(sheet, x, y, 62, 92, i + row)
    sheet.flat(INK, *people.sitter_from_behind(740, foot - 246, 210))
    sheet.flat(INK, ellipse(740, foot - 432, 60, 16), ellipse(740, foot - 444, 44, 26, 180, 360))
    counter = rect(left - 26, foot - 262, right + 26, foot - 232)
    sheet.flat(BRICK, counter)
    sheet.engrave(INK, 0.35, counter, pitch=6)
    for i in range(7):
        x, tall = left + 22 + i * 92, 20 + 14 * (i * 5 % 4)
        sheet.flat(PAPER, rect(x, foot - 262 - tall, x + 72, foot - 262))
        sheet.engrave(INK, 0.4, rect(x, foot - 262 - tall, x + 72, foot - 262), pitch=6)
    for i in range(6):
        _paper(sheet, left + 36 + i * 106, foot - 204, 84, 124, i + 2)
    sheet.flat(
        BRICK,
        [
            (left - 60, top + 40),
            (left + 10, top - 60),
            (right - 10, top - 60),
            (right + 60, top + 40),
        ],
    )
    for i in range(0, 14, 2):
        one, two = (left - 60 + (right - left + 120) * k / 14 for k in (i, i + 1))
        upper = [left + 10 + (right - left - 20) * k / 14 for k in (i, i + 1)]
        stripe = [(upper[0], top - 60), (upper[1], top - 60), (two, top + 40), (one, top + 40)]
        sheet.flat(PAPER, stripe, ellipse((one + two) / 2, top + 40, (two - one) / 2, 22))
        sheet.flat(BRICK, ellipse((one + two) / 2 + (two - one), top + 40, (two - one) / 2, 22))
    sheet.engrave(
        INK,
        ramp((0, top - 60), 0.55, (0, top + 60), 0.1),
        [
            (left + 10, top - 60),
            (right - 10, top - 60),
            (right + 60, top + 62),
            (left - 60, top + 62),
        ],
        pitch=8,
    )
    sheet.flat(INK, rect(left + 10, top - 74, right - 10, top - 58))


def _paper(sheet: Sheet, x: float, y: float, wide: float, tall: float, order: int) -> None:
    """A newspaper on show: a masthead, a picture, lines of text."""
    sheet.flat(PAPER, rect(x, y, x + wide, y + tall))
    sheet.flat(INK, rect(x + wide * 0.12, y + tall * 0.07, x + wide * 0.88, y + tall * 0.16))
    sheet.flat(
        (BRICK, BLUE, INK)[order % 3],
        rect(
            x + wide * 0.1, y + tall * 0.26, x + wide * (0.5 + 0.2 * (order % 3)), y + tall * 0.58
        ),
    )
    for k in range(4):
        line = y + tall * (0.66 + k * 0.08)
        sheet.stroke(INK, [(x + wide * 0.1, line), (x + wide * (0.9 - 0.1 * (k % 2)), line)], 2)


def _lamp_post(sheet: Sheet, lamp: Point, foot: float) -> None:
    x, y = lamp
    sheet.flat(
        INK,
        taper([(x, foot), (x, y + 60)], 26, 14),
        ellipse(x, foot - 6, 40, 18),
        rect(x - 22, foot - 120, x + 22, foot - 104),
    )
    sheet.flat(
        INK,
        [(x - 46, y + 68), (x + 46, y + 68), (x + 60, y - 66), (x - 60, y - 66)],
        rect(x - 26, y + 60, x + 26, y + 80),
    )
    sheet.flat(
        tint(OCHRE, 0.6), [(x - 36, y + 56), (x + 36, y + 56), (x + 48, y - 54), (x - 48, y - 54)]
    )
    sheet.flat(PAPER, ellipse(x, y + 4, 22, 34))
    sheet.flat(INK, [(x - 74, y - 62), (x, y - 120), (x + 74, y - 62)], ellipse(x, y - 124, 12))
    sheet.stroke(INK, [(x, y - 60), (x, y + 60)], 4)


def factory() -> Image.Image:
    """The morning shift going in: saw-tooth roofs, chimneys, smoke across the sun."""
    sheet, ground = Sheet("factory"), 820
    sheet.flat(tint(OCHRE, 0.3), rect(0, 0, WIDTH, HEIGHT))
    centre: Point = (640, 400)
    rays(sheet, BRICK, centre, glow(centre, 1300, 0.1, 0.8), rect(0, 0, WIDTH, ground), pitch=11)
    sun(sheet, OCHRE, *centre, 150, tint(OCHRE, 0.2))
    for stack, top, seed in ((1010, 190, "a"), (1240, 120, "b"), (1500, 230, "c")):
        _smoke(sheet, stack, top, seed)
    for foot, top in ((1010, 190), (1240, 120), (1500, 230)):
        _chimney(sheet, foot, top, ground)
    _sawteeth(sheet, ground)
    road = rect(0, ground, WIDTH, HEIGHT)
    sheet.flat(tint(OCHRE, 0.55), road)
    sheet.engrave(INK, ramp((0, ground), 0.55, (0, HEIGHT), 0.15), road, pitch=10)
    _gate(sheet, ground)
    floor = Floor(760, 730, HEIGHT)
    crowd = (
        ("man", -90, 3.9), ("woman", 70, 3.7), ("hat", 10, 3.2), ("youth", -230, 2.9),
        ("man", 190, 2.8), ("man", -60, 2.3), ("woman", 150, 2.2), ("worker", -270, 1.95),
        ("youth", 330, 1.9), ("man", 60, 1.62), ("worker", 420, 1.4), ("man", -350, 1.3),
        ("woman", 700, 1.55),
    )  # fmt: skip
    for i, (name, across, away) in enumerate(crowd):
        x, y = floor(across, away)
        tall = 520 / away
        sheet.flat(
            INK,
            [
                (x - tall * 0.1, y),
                (x + tall * 0.1, y),
                (x + tall * 0.5, y + tall * 0.5),
                (x + tall * 0.2, y + tall * 0.5),
            ],
            strength=0.7,
        )
        people.place(
            sheet,
            name,
            x,
            y,
            tall,
            (INK, BRICK, BLUE)[i % 3] if away > 1.5 else INK,
            flip=across > 0,
        )
    return sheet.finish()


def _smoke(sheet: Sheet, x: float, top: float, seed: str) -> None:
    noise = Noise(f"smoke {seed}")
    puffs: list[Outline] = []
    for i in range(20):
        along = i / 19
        radius = 24 + 120 * along * (0.7 + 0.5 * noise(i * 40.0, 3, 60))
        puffs.append(
            ellipse(
                x + 20 + 900 * along**1.3,
                top - 30 - 150 * along + 50 * noise(i * 30.0, 9, 70),
                radius,
                radius * 0.7,
            )
        )
    sheet.flat(tint(INK, 0.5), *puffs)

    def curl(px: float, py: float) -> float:
        return py + 70 * noise(px, py, 120) + 0.2 * px

    sheet.engrave(INK, ramp((x, 0), 0.85, (x + 900, 0), 0.25), *puffs, flow=curl, pitch=9, cell=24)


def _chimney(sheet: Sheet, x: float, top: float, foot: float) -> None:
    stack = [(x - 28, top), (x + 28, top), (x + 46, foot), (x - 46, foot)]
    sheet.flat(BRICK, stack)
    sheet.engrave(INK, ramp((x - 26, 0), 0.05, (x + 40, 0), 0.95), stack, angle=90, pitch=7)
    sheet.engrave(INK, 0.3, stack, pitch=12)
    sheet.flat(
        INK, rect(x - 36, top - 8, x + 36, top + 14), rect(x - 34, top + 60, x + 34, top + 70)
    )


def _sawteeth(sheet: Sheet, ground: float) -> None:
    eave = 610
    for i in range(7):
        left = -60 + i * 280
        slope = [(left, eave), (left + 225, 470), (left + 280, eave)]
        sheet.flat(mixed(BRICK, INK, 0.4), slope)
        sheet.engrave(INK, 0.5, slope, angle=-32, pitch=8)
        glass = [
            (left + 232, 492),
            (left + 274, eave - 8),
            (left + 240, eave - 8),
            (left + 198, 506),
        ]
        sheet.flat(tint(OCHRE, 0.8), glass)
        sheet.engrave(INK, 0.3, glass, angle=68, pitch=9)
    wall = rect(0, eave, WIDTH, ground)
    sheet.flat(BRICK, wall)
    sheet.engrave(INK, ramp((0, eave), 0.22, (0, ground), 0.42), wall, pitch=8)
    sheet.engrave(INK, ramp((300, 0), 0.0, (WIDTH, 0), 0.7), wall, angle=45, pitch=9)
    panes = [
        p
        for p in windows(20, eave + 20, WIDTH - 20, ground - 50, 16, 1, (0.56, 0.72))
        if not 560 < p[0][0] < 930
    ]
    sheet.flat(INK, *panes)
    for pane in panes:
        (x0, y0), (x1, y1) = pane[0], pane[2]
        cells = windows(x0 + 3, y0 + 3, x1 - 3, y1 - 3, 4, 4, (0.74, 0.78))
        sheet.flat(OCHRE if x0 < 1000 else tint(BLUE, 0.7), *cells)
    sheet.flat(INK, rect(0, eave - 8, WIDTH, eave + 6))


def _gate(sheet: Sheet, ground: float) -> None:
    arch = [*ellipse(760, 700, 140, 100, 180, 360), (900, ground + 6), (620, ground + 6)]
    sheet.flat(
        PAPER, [*ellipse(760, 700, 164, 126, 180, 360), (924, ground + 6), (596, ground + 6)]
    )
    sheet.flat(INK, arch)
    sheet.flat(OCHRE, [*ellipse(760, 704, 122, 84, 180, 360), (882, ground + 6), (638, ground + 6)])
    sheet.engrave(INK, glow((760, 800), 190, 0.05, 0.8), arch, angle=90, pitch=9)
    for x in (596, 924):
        sheet.flat(INK, rect(x - 16, 640, x + 16, ground + 20), ellipse(x, 628, 24))
    sheet.flat(PAPER, ellipse(760, 620, 40))
    sheet.flat(
        INK,
        *(
            ellipse(760 + 31 * math.cos(t), 620 + 31 * math.sin(t), 3)
            for t in (math.pi * k / 6 for k in range(12))
        ),
    )
    sheet.stroke(INK, [(760, 620), (742, 605)], 5)
    sheet.stroke(INK, [(760, 620), (760, 592)], 4)
