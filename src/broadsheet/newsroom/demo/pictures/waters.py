"""Scenes on the water: harbour, bridge."""

from PIL import Image

from broadsheet.newsroom.demo.pictures import people
from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Outline,
    capsule,
    curve,
    ellipse,
    glow,
    ramp,
    rect,
    taper,
)
from broadsheet.newsroom.demo.pictures.scenery import (
    birds,
    glints,
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
    Sheet,
    mixed,
    tint,
)


def harbour() -> Image.Image:
    """A container ship at the quay, cranes over it, the sun going down behind."""
    sheet, horizon = Sheet("harbour"), 690
    sheet.flat(tint(OCHRE, 0.22), rect(0, 0, WIDTH, HEIGHT))
    halo = ellipse(560, 560, 400)
    sheet.dots(OCHRE, glow((560, 560), 400, 1.0, 0.04), halo, pitch=11)
    sky(sheet, BLUE, horizon, top=0.85, foot=0.0, clouds=0.7)
    sun(sheet, OCHRE, 560, 560, 128, tint(OCHRE, 0.12))
    far = ridge("harbour hills", horizon, 130, 420, foot=horizon)
    sheet.flat(tint(BLUE, 0.45), far)
    sheet.engrave(BLUE, ramp((0, 590), 0.35, (0, horizon), 0.75), far, pitch=7)
    sea = rect(0, horizon, WIDTH, HEIGHT)
    sheet.flat(tint(BLUE, 0.32), sea)
    dark = glow((560, 680), 900, 0.12, 0.86, flat=0.75)
    water(sheet, BLUE, sea, dark, horizon - 12)
    glints(sheet, tint(OCHRE, 0.3), 560, horizon + 6, 1010, 190, 150)
    _ship(sheet)
    for x, size in ((1150, 0.86), (1440, 1.0)):
        _crane(sheet, x, 900, size)
    _quay(sheet)
    birds(sheet, INK, [(250, 300, 84), (350, 250, 60), (880, 200, 96), (760, 330, 50)])
    return sheet.finish()


def _ship(sheet: Sheet) -> None:
    deck, keel = 740, 905
    hull = [
        (150, deck - 32),
        (250, deck),
        (1330, deck),
        (1330, keel),
        (262, keel),
        (230, keel - 40),
    ]
    bridge = rect(1130, 500, 1250, deck)
    sheet.flat(PAPER, bridge)
    sheet.engrave(INK, 0.4, rect(1190, 500, 1250, deck), angle=90, pitch=7)
    for y in range(520, 720, 34):
        sheet.flat(INK, rect(1138, y, 1184, y + 13))
    sheet.flat(
        INK, rect(1172, 420, 1180, 500), rect(1110, 486, 1262, 504), rect(1215, 440, 1245, 500)
    )
    inks = (BRICK, BLUE, OCHRE, INK, tint(BRICK, 0.55), tint(BLUE, 0.6))
    for bay in range(12):
        left = 268 + bay * 70
        for tier in range((3, 4, 5, 5, 4, 5, 5, 6, 5, 6, 6, 5)[bay]):
            box = rect(left, deck - 38 * (tier + 1), left + 66, deck - 38 * tier - 3)
            sheet.flat(inks[sheet.chance.randrange(len(inks))], box)
            sheet.engrave(
                INK, 0.34, rect(left + 26, box[0][1], left + 66, box[2][1]), angle=90, pitch=6
            )
    sheet.flat(INK, hull)
    sheet.flat(BRICK, [(238, keel - 46), (1330, keel - 46), (1330, keel), (262, keel)])
    sheet.engrave(mixed(INK, PAPER, 0.5), ramp((0, deck), 0.42, (0, keel), 0.0), hull, pitch=7)
    sheet.flat(PAPER, rect(330, deck + 24, 560, deck + 30))


def _crane(sheet: Sheet, x: float, foot: float, size: float) -> None:
    """A quay crane, its boom out over the ship to the left."""

    def bar(x0: float, y0: float, x1: float, y1: float, width: float) -> Outline:
        return capsule(
            (x + x0 * size, foot + y0 * size), (x + x1 * size, foot + y1 * size), width * size / 2
        )

    parts = [
        bar(0, 60, 30, -520, 20),
        bar(210, 60, 180, -520, 20),
        bar(15, -230, 195, -230, 18),
        bar(0, 60, 195, -230, 8),
        bar(30, -500, 195, -230, 8),
        bar(-520, -520, 420, -520, 22),
        bar(-520, -545, 420, -545, 6),
        bar(30, -520, 95, -720, 14),
        bar(180, -520, 95, -720, 14),
        bar(95, -720, -500, -522, 6),
        bar(95, -720, -220, -522, 6),
        bar(95, -720, 400, -522, 6),
    ]
    parts += [bar(-520 + i * 47, -545, -496 + i * 47, -520, 5) for i in range(20)]
    sheet.flat(BRICK, *parts)
    sheet.engrave(INK, 0.5, *parts, angle=45, pitch=6)
    cabin = [
        (x + (a - 250) * size, foot + (b - 512) * size)
        for a, b in ((0, 0), (64, 0), (64, 46), (12, 46))
    ]
    sheet.flat(INK, cabin)
    drop = x - 190 * size
    sheet.stroke(INK, [(drop, foot - 512 * size), (drop, foot - 380 * size)], 4)
    sheet.flat(INK, rect(drop - 38, foot - 380 * size, drop + 38, foot - 366 * size))


def _quay(sheet: Sheet) -> None:
    """The quay in front against the light, two people on it and the ship's rope."""
    top = [(0, 1010), (900, 962), (WIDTH, 925), (WIDTH, HEIGHT), (0, HEIGHT)]
    sheet.flat(tint(OCHRE, 0.8), top)
    sheet.engrave(INK, ramp((0, 950), 0.22, (6, 1270), 1.0), top, angle=-3, pitch=9)
    sheet.flat(INK, taper([(0, 1012), (900, 964), (WIDTH, 927)], 16, 10))
    for x, y in ((330, 1052), (800, 1024)):
        sheet.flat(
            INK, rect(x - 26, y - 62, x + 26, y), ellipse(x, y, 26, 9), ellipse(x, y - 62, 46, 20)
        )
        sheet.flat(tint(OCHRE, 0.8), ellipse(x - 2, y - 68, 32, 8))
    rope = curve([(330, 1000), (300, 950), (246, 850), (230, 770)], closed=False)
    sheet.flat(INK, taper(rope, 13, 6))
    for name, x, y in (("worker", 560, 1090), ("hat", 682, 1100)):
        sheet.flat(INK, [(x - 40, y), (x + 40, y), (x + 130, HEIGHT), (x - 10, HEIGHT)])
        people.place(sheet, name, x, y, 310)
    for ink, left, upper, lower in ((BRICK, 1270, 990, 1140), (BLUE, 1390, 838, 988)):
        box = rect(left, upper, WIDTH, lower)
        sheet.flat(ink, box)
        sheet.engrave(INK, 0.5, box, angle=90, pitch=17)
        sheet.engrave(INK, ramp((left, 0), 0.0, (WIDTH, 0), 0.75), box, angle=90, pitch=6)
        sheet.flat(INK, rect(left, upper, WIDTH, upper + 9), rect(left, lower - 9, WIDTH, lower))
        sheet.flat(
            INK, rect(left, upper, left + 8, lower), rect(left - 60, lower, WIDTH, lower + 12)
        )


def bridge() -> Image.Image:
    """A suspension bridge in the morning mist, a tug going under it."""
    sheet, horizon = Sheet("bridge"), 770
    sheet.flat(tint(OCHRE, 0.2), rect(0, 0, WIDTH, HEIGHT))
    halo = ellipse(1010, 560, 390)
    sheet.dots(OCHRE, glow((1010, 560), 390, 1.0, 0.04), halo, pitch=11)
    sky(sheet, BLUE, horizon, top=0.9, foot=0.05, clouds=0.55)
    sun(sheet, tint(OCHRE, 0.9), 1010, 560, 120, tint(OCHRE, 0.2))
    _skyline(sheet, horizon)
    sea = rect(0, horizon, WIDTH, HEIGHT)
    sheet.flat(tint(BLUE, 0.25), sea)
    water(sheet, BLUE, sea, glow((1010, 760), 900, 0.1, 0.85, flat=0.7), horizon - 14)
    glints(sheet, tint(OCHRE, 0.4), 1010, horizon + 4, 1080, 150, 110)
    _tug(sheet, 1010, 905)
    _span(sheet)
    bank = curve([(-80, 1250), (-80, 1070), (200, 1080), (560, 1120), (1000, 1175), (1300, 1260)])
    sheet.flat(INK, bank)
    people.place(sheet, "man", 640, 1130, 190)
    people.place(sheet, "woman", 720, 1142, 180, INK)
    lamp = 905
    sheet.flat(INK, taper([(lamp, 1180), (lamp, 790)], 15, 8), ellipse(lamp, 1166, 26, 16))
    sheet.flat(INK, rect(lamp - 20, 786, lamp + 20, 792), ellipse(lamp, 745, 9))
    sheet.flat(OCHRE, [(lamp - 22, 752), (lamp + 22, 752), (lamp + 14, 790), (lamp - 14, 790)])
    birds(sheet, INK, [(1240, 300, 70), (1320, 250, 52), (1180, 220, 44)])
    return sheet.finish()


def _skyline(sheet: Sheet, horizon: float) -> None:
    left = 0.0
    while left < WIDTH:
        wide = sheet.chance.uniform(30, 78)
        tall = sheet.chance.uniform(30, 100) + 190 * max(0, 1 - abs(left - 1560) / 320)
        block = rect(left, horizon - tall, left + wide, horizon)
        sheet.flat(tint(BLUE, 0.42 + 0.14 * sheet.chance.random()), block)
        left += wide * sheet.chance.uniform(0.8, 1.1)
    mist = rect(0, horizon - 300, WIDTH, horizon)
    sheet.engrave(tint(OCHRE, 0.2), ramp((0, horizon - 150), 0.0, (0, horizon), 0.8), mist, pitch=8)


def _span(sheet: Sheet) -> None:
    """Towers, cables, hangers and deck, running away from the left to the right."""

    def deck(x: float) -> float:
        return 690 + 90 * (1 - x / WIDTH) ** 2

    def cable(x: float) -> float:
        if x < 430:
            return 92 + (430 - x) * 1.05
        if x > 1390:
            return 422 + (x - 1390) * 0.64
        share = (x - 430) / 960
        low = 92 + (422 - 92) * share
        return low + 4 * share * (1 - share) * 400 * (1 - 0.28 * share)

    span = [float(x) for x in range(-40, 1861, 10)]
    for x in [k * k * -0.13 + k * 37.0 - 60 for k in range(88)]:
        if cable(x) < deck(x) and x < 1840 and abs(x - 430) > 70 and abs(x - 1390) > 30:
            sheet.stroke(INK, [(x, cable(x)), (x, deck(x))], 2.6 - x / 1100)
    line = [(x, cable(x)) for x in span if cable(x) < deck(x)]
    sheet.flat(INK, taper([p for p in line if p[0] <= 430], 14, 14))
    sheet.flat(INK, taper([p for p in line if 430 <= p[0] <= 1390], 14, 7))
    sheet.flat(INK, taper([p for p in line if p[0] >= 1390], 7, 6))
    for x, top, foot, half in ((1390.0, 410, 850, 32), (430.0, 80, 1130, 74)):
        _tower(sheet, x, top, foot, half, deck(x))
    road = [(x, deck(x)) for x in span]
    thick = taper(road, 46, 20)
    sheet.flat(BRICK, thick)
    sheet.engrave(INK, 0.55, thick, angle=60, pitch=8)
    sheet.flat(INK, taper([(x, y + 20 - x / 150) for x, y in road], 12, 6))
    sheet.flat(INK, taper([(x, y - 34 + x / 90) for x, y in road], 4, 2))
    for car in (560.0, 750.0, 940.0, 1130.0, 1320.0):
        up, size = deck(car) - 46 + car / 90, 1 - car / 2600
        sheet.flat(INK, rect(car, up, car + 70 * size, up + 26 * size))
        lit = rect(car + 44 * size, up + 4, car + 62 * size, up + 13 * size)
        sheet.flat(tint(OCHRE, 0.5), lit)


def _tower(sheet: Sheet, x: float, top: float, foot: float, half: float, deck: float) -> None:
    leg = half * 0.36
    legs = [rect(x - half, top, x - half + leg, foot), rect(x + half - leg, top, x + half, foot)]
    braces = [
        rect(x - half, y, x + half, y + half * 0.34) for y in (top, top + (deck - top) * 0.42)
    ]
    cross = [
        capsule((x - half, a), (x + half, b), half * 0.08)
        for low in (deck + half * 0.5,)
        for a, b in ((low, foot), (foot, low))
    ]
    sheet.flat(BRICK, *legs, *braces, *cross)
    sheet.engrave(INK, 0.62, legs[1], *braces, *cross, angle=45, pitch=7)
    sheet.engrave(INK, 0.2, legs[0], angle=45, pitch=7)
    sheet.flat(INK, rect(x - half * 1.2, foot - half * 0.3, x + half * 1.2, foot + half))
    sheet.flat(
        INK,
        *(
            rect(s - leg * 0.7, top - 14, s + leg * 0.7, top)
            for s in (x - half + leg / 2, x + half - leg / 2)
        ),
    )


def _tug(sheet: Sheet, x: float, y: float) -> None:
    sheet.flat(
        INK,
        curve(
            [(x - 110, y - 22), (x, y - 14), (x + 120, y - 46), (x + 96, y + 12), (x - 96, y + 12)]
        ),
    )
    sheet.flat(BRICK, rect(x - 50, y - 62, x + 34, y - 14))
    sheet.flat(PAPER, rect(x - 8, y - 98, x + 40, y - 58), rect(x - 40, y - 52, x - 22, y - 36))
    sheet.flat(INK, rect(x - 2, y - 90, x + 14, y - 74), rect(x + 20, y - 90, x + 34, y - 74))
    sheet.flat(INK, [(x - 44, y - 62), (x - 38, y - 120), (x - 18, y - 120), (x - 14, y - 62)])
    puffs = [ellipse(x - 40 - i * 26, y - 140 - i * 13, 15 + i * 5.5, 11 + i * 4) for i in range(7)]
    sheet.flat(tint(BLUE, 0.3), *puffs)
    sheet.engrave(BLUE, 0.35, *puffs, pitch=6)
    for i in range(4):
        wake = [
            (x - 130 - i * 70, y + 14 + i * 5),
            (x - 80 - i * 60, y + 6 + i * 5),
            (x - 20, y + 16),
        ]
        sheet.flat(PAPER, taper(curve(wake, closed=False), 1, 6))
