"""Scenes by the water: lighthouse, river."""

import math

from PIL import Image

from broadsheet.newsroom.demo.pictures import people
from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Noise,
    Outline,
    capsule,
    curve,
    ellipse,
    glow,
    ramp,
    rect,
    swell,
    taper,
)
from broadsheet.newsroom.demo.pictures.scenery import (
    birds,
    glints,
    house,
    poplar,
    ridge,
    sky,
    sun,
    water,
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


def lighthouse() -> Image.Image:
    """A lighthouse on its rock in a gale at night, its beam over a ship far out."""
    sheet, horizon = Sheet("lighthouse"), 640
    night = mixed(BLUE, INK, 0.55)
    lamp = (1283.0, 262.0)
    sheet.flat(night, rect(0, 0, WIDTH, HEIGHT))
    noise = Noise("gale")

    def wind(x: float, y: float) -> float:
        return y + 0.16 * x + 60 * noise(x, y * 1.5, 330)

    def torn(x: float, y: float) -> float:
        return 0.06 + 0.62 * max(0, noise.rough(x * 0.6, y * 1.6, 190) - 0.36) * 1.7

    sheet.engrave(tint(BLUE, 0.55), torn, rect(0, 0, WIDTH, horizon), flow=wind, pitch=10, cell=30)
    for far_top, far_foot, edge in ((30, 500, -60), (0, 130, 1900)):
        cone = [lamp, (edge, far_top), (edge, far_foot)]
        sheet.flat(tint(OCHRE, 0.4), cone, strength=0.35)
        sheet.engrave(
            tint(OCHRE, 0.35), glow(lamp, 1400, 1.0, 0.3), cone, flow=wind, pitch=10, cell=30
        )
    sea = rect(0, horizon, WIDTH, HEIGHT)
    sheet.flat(mixed(BLUE, INK, 0.4), sea)
    water(sheet, tint(BLUE, 0.6), rect(0, horizon, WIDTH, 800), 0.3, horizon - 20, swell=8)
    sheet.flat(INK, curve([(250, 616), (300, 628), (420, 626), (470, 606), (446, 650), (276, 650)]))
    sheet.flat(INK, rect(300, 588, 348, 630), rect(318, 560, 328, 600), rect(400, 540, 405, 626))
    sheet.flat(OCHRE, rect(308, 598, 318, 608), rect(330, 598, 340, 608), ellipse(402, 540, 5))
    _rock(sheet)
    _lamp_tower(sheet, *lamp)
    for i, (base, tall) in enumerate(((760, 60), (880, 84), (1010, 104), (1140, 120))):
        _breaker(sheet, base, tall, 300 + i * 90, i)
    return sheet.finish()


def _rock(sheet: Sheet) -> None:
    rock = [
        (920, 900), (960, 800), (1040, 772), (1076, 700), (1150, 676), (1200, 640), (1380, 632),
        (1440, 668), (1530, 690), (1590, 756), (1700, 776), (1820, 850), (1820, 1200), (900, 1200),
    ]  # fmt: skip
    sheet.flat(INK, rock)
    lit = ramp((930, 700), 0.5, (1500, 900), 0.0)
    sheet.engrave(tint(OCHRE, 0.6), lit, rock, angle=62, pitch=11)
    home = rect(1392, 560, 1530, 676)
    sheet.flat(mixed(BLUE, INK, 0.3), home)
    sheet.flat(BRICK, [(1376, 566), (1410, 506), (1512, 506), (1546, 566)])
    sheet.engrave(INK, 0.5, home, [(1376, 566), (1410, 506), (1512, 506), (1546, 566)], pitch=8)
    sheet.flat(OCHRE, rect(1420, 592, 1446, 626), rect(1480, 592, 1506, 626))


def _lamp_tower(sheet: Sheet, x: float, y: float) -> None:
    top, foot = y + 46, 646

    def half(level: float) -> float:
        return 44 + 28 * (level - top) / (foot - top)

    for i in range(5):
        a, b = (top + (foot - top) * k / 5 for k in (i, i + 1))
        band = [(x - half(a), a), (x + half(a), a), (x + half(b), b), (x - half(b), b)]
        sheet.flat(BRICK if i % 2 == 0 else PAPER, band)
    shaft = [
        (x - half(top), top),
        (x + half(top), top),
        (x + half(foot), foot),
        (x - half(foot), foot),
    ]
    sheet.engrave(INK, ramp((x - 20, 0), 0.0, (x + 66, 0), 0.95), shaft, angle=90, pitch=7)
    sheet.flat(INK, *(rect(x - 9, v, x + 9, v + 26) for v in (400, 490, 580)))
    sheet.flat(
        INK, rect(x - 64, top - 12, x + 64, top + 4), rect(x - 40, top - 76, x + 40, top - 12)
    )
    sheet.flat(PAPER, ellipse(x, y, 31))
    sheet.flat(tint(OCHRE, 0.8), ellipse(x, y, 22))
    sheet.flat(INK, *(rect(x + d - 2, top - 76, x + d + 2, top - 10) for d in (-38, -18, 18, 38)))
    sheet.flat(
        BRICK,
        curve(
            [
                (x - 50, top - 74),
                (x - 30, top - 106),
                (x, top - 120),
                (x + 30, top - 106),
                (x + 50, top - 74),
            ]
        ),
    )
    sheet.flat(INK, rect(x - 2, top - 160, x + 2, top - 110))
    rail = [rect(x - 62 + i * 15, top - 36, x - 60 + i * 15, top - 10) for i in range(9)]
    sheet.flat(INK, *rail, rect(x - 64, top - 40, x + 64, top - 36))


def _breaker(sheet: Sheet, base: float, tall: float, length: float, order: int) -> None:
    """One wave after another across the sheet, with pointed crests and foam."""
    noise = Noise(f"breaker {order}")

    def crest(x: float) -> float:
        turn = (x / length + order * 0.37) % 1
        peak = math.pow(1 - abs(2 * turn - 1), 2.2)
        return base - tall * peak * (0.55 + 0.9 * noise(x, order, length))

    edge = [(float(x), crest(x)) for x in range(-20, WIDTH + 21, 10)]
    body = [*edge, (WIDTH + 20, HEIGHT), (-20, HEIGHT)]
    sheet.flat(mixed(BLUE, INK, 0.1 + 0.17 * order), body)

    def flow(x: float, y: float) -> float:
        deep = max(y - crest(x), 0)
        return y - (crest(x) - base) * (1 - math.exp(-deep / 160)) * -0.9 + 8 * noise(x, y, 70)

    fade = ramp((0, base - tall), 0.5, (0, base + 130), 0.08)
    sheet.engrave(tint(BLUE, 0.5), fade, body, flow=flow, pitch=11, cell=22)
    sheet.flat(PAPER, taper([(x, y + 3) for x, y in edge], 7, 9))
    for x, y in edge[::2]:
        if y < base - tall * 0.42:
            for _ in range(7):
                size = abs(sheet.chance.gauss(0, 4)) + 1.5
                sheet.flat(
                    PAPER,
                    ellipse(x + sheet.chance.gauss(12, 30), y + sheet.chance.gauss(-6, 15), size),
                )


def river() -> Image.Image:
    """A river winding down from the hills, poplars along it, somebody rowing."""
    sheet, horizon = Sheet("river"), 520
    sheet.flat(tint(OCHRE, 0.16), rect(0, 0, WIDTH, HEIGHT))
    sky(sheet, BLUE, horizon, top=0.8, foot=0.0, clouds=0.75)
    sun(sheet, tint(OCHRE, 0.55), 620, 300, 86, tint(OCHRE, 0.1))
    for seed, base, tall, scale, strength in (
        ("river far", 500, 190, 520, 0.35),
        ("river middle", 545, 130, 380, 0.6),
    ):
        hill = ridge(seed, base, tall, scale, foot=640)
        noise = Noise(seed + "s")
        sheet.flat(mixed(PAPER, SAGE, strength), hill)
        sheet.engrave(
            BLUE,
            ramp((300, 330), strength * 0.5, (1500, 600), strength * 1.2),
            hill,
            flow=swell(0.5, 0.8, 90, noise, 200),
            pitch=9,
            cell=30,
        )
    meadow = [(0, 560), (WIDTH, 540), (WIDTH, HEIGHT), (0, HEIGHT)]
    sheet.flat(SAGE, meadow)
    sheet.engrave(INK, ramp((0, 560), 0.1, (0, HEIGHT), 0.5), meadow, angle=4, pitch=11)
    bends = [
        (900, 562),
        (1080, 582),
        (760, 622),
        (520, 668),
        (900, 740),
        (1230, 840),
        (1090, 980),
        (700, 1290),
    ]
    course = curve(bends, closed=False, steps=14)
    # Measured level, as water lies: seen so low, the far bends are mere slits.
    halves = [14 + 520 * (max(y - 556, 0) / 644) ** 1.15 for _, y in course]
    banks: list[Outline] = []
    for grown in (1.0, 1.05):
        left = [(x - half * grown, y) for (x, y), half in zip(course, halves, strict=True)]
        right = [(x + half * grown, y) for (x, y), half in zip(course, halves, strict=True)]
        banks.append([*left, *reversed(right)])
    bed = banks[0]
    sheet.flat(INK, banks[1])
    sheet.flat(tint(BLUE, 0.2), bed)
    water(sheet, BLUE, bed, ramp((400, 0), 0.25, (1400, 0), 0.72), 540, swell=3)
    with sheet.inside(bed):
        glints(sheet, PAPER, 760, 700, 1190, 300, 90)
    for x, foot, tall in (
        (1330, 640, 250),
        (1390, 650, 300),
        (1462, 664, 350),
        (1556, 686, 430),
        (1690, 720, 560),
    ):
        _tree(sheet, x, foot, tall)
    for x, foot, tall in ((300, 612, 150), (250, 616, 170), (190, 624, 200), (90, 640, 250)):
        _tree(sheet, x, foot, tall)
    _rower(sheet, 1085, 900)
    for door, foot, wide in ((560, 590, 62), (640, 596, 44), (700, 592, 50)):
        house(sheet, PAPER, BRICK, door, foot, wide, wide * 0.5, 0.36)
        sheet.flat(INK, rect(door + wide * 0.6, foot - wide * 0.28, door + wide * 0.75, foot))
    _reeds(sheet)
    birds(sheet, INK, [(980, 180, 60), (1060, 220, 44), (1120, 170, 38)])
    return sheet.finish()


def _reeds(sheet: Sheet) -> None:
    """Reeds in the near left corner, lower towards the water."""
    for root in range(-10, 560, 13):
        tall = sheet.chance.uniform(90, 290) * (1 - root / 720)
        tip = (root + sheet.chance.uniform(10, 70), HEIGHT - tall - 40)
        blade = curve([(root, HEIGHT + 10), (root + 4, HEIGHT - tall * 0.6), tip], closed=False)
        sheet.flat(INK, taper(blade, 9, 1))


def _tree(sheet: Sheet, x: float, foot: float, tall: float) -> None:
    shape = poplar(x, foot - tall * 0.05, tall * 0.95, tall * 0.19)
    sheet.flat(INK, rect(x - tall * 0.012, foot - 20, x + tall * 0.012, foot + tall * 0.03))
    sheet.flat(mixed(SAGE, INK, 0.25), shape)
    sheet.engrave(
        INK, ramp((x - tall * 0.1, 0), 0.15, (x + tall * 0.11, 0), 0.95), shape, angle=72, pitch=7
    )
    shadow = [
        (x, foot),
        (x + tall * 0.5, foot + tall * 0.1),
        (x + tall * 0.52, foot + tall * 0.13),
        (x - 6, foot + 8),
    ]
    sheet.flat(INK, shadow, strength=0.6)


def _rower(sheet: Sheet, x: float, y: float) -> None:
    sheet.flat(mixed(BLUE, INK, 0.5), ellipse(x, y + 22, 150, 12), strength=0.8)
    sheet.flat(INK, *people.outlines("seated", x - 20, y + 14, 170))
    sheet.flat(
        BRICK,
        curve(
            [
                (x - 150, y - 22),
                (x - 60, y - 2),
                (x + 70, y - 2),
                (x + 160, y - 26),
                (x + 116, y + 22),
                (x - 106, y + 22),
            ]
        ),
    )
    sheet.flat(
        INK,
        curve(
            [
                (x - 150, y - 22),
                (x - 60, y + 2),
                (x + 70, y + 2),
                (x + 160, y - 26),
                (x + 70, y + 12),
                (x - 60, y + 12),
            ]
        ),
    )
    sheet.flat(
        INK,
        capsule((x - 8, y - 84), (x + 150, y + 36), 3.5),
        capsule((x + 128, y + 22), (x + 172, y + 50), 8),
    )
    for k in range(3):
        sheet.stroke(PAPER, ellipse(x + 172, y + 48, 26 + k * 20, 5 + k * 4, 20, 330), 2)
