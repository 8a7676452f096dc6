"""Two scenes of patience: an observatory, a loom."""

import math

from PIL import Image

from broadsheet.newsroom.demo.pictures import people
from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Noise,
    Outline,
    Point,
    capsule,
    curve,
    ellipse,
    glow,
    ramp,
    rect,
    rings,
    swell,
    taper,
    turned,
)
from broadsheet.newsroom.demo.pictures.scenery import ridge
from broadsheet.newsroom.demo.pictures.sheet import (
    BLUE,
    BRICK,
    INK,
    OCHRE,
    PAPER,
    SAGE,
    Ink,
    Sheet,
    mixed,
    tint,
)


def observatory() -> Image.Image:
    """A dome on a mountain, open, under the circling stars."""
    sheet = Sheet("observatory")
    night = mixed(BLUE, INK, 0.42)
    sheet.flat(night, rect(0, 0, WIDTH, HEIGHT))
    pole: Point = (640, 330)
    sky = rect(0, 0, WIDTH, 960)
    sheet.engrave(tint(BLUE, 0.7), ramp((0, 300), 0.0, (0, 940), 0.62), sky, pitch=9)
    _milky_way(sheet)
    _trails(sheet, pole)
    far = ridge("observatory far", 900, 190, 400)
    sheet.flat(mixed(BLUE, INK, 0.25), far)
    sheet.engrave(INK, ramp((0, 720), 0.25, (0, 960), 0.8), far, angle=-20, pitch=8)
    summit = curve(
        [
            (-60, 1080),
            (260, 1040),
            (620, 960),
            (900, 872),
            (1180, 846),
            (1480, 862),
            (1640, 930),
            (1880, 1010),
            (1880, 1300),
            (-60, 1300),
        ]
    )
    sheet.flat(INK, summit)
    sheet.engrave(
        mixed(INK, BLUE, 0.85),
        ramp((1000, 860), 0.6, (900, 1180), 0.1),
        summit,
        flow=swell(0.25, 1, 60, Noise("summit"), 160),
        pitch=10,
        cell=24,
    )
    _dome(sheet, 1230, 850)
    path = curve([(1070, 866), (1000, 930), (930, 990), (850, 1070), (780, 1230)], closed=False)
    sheet.flat(tint(OCHRE, 0.7), taper(path, 16, 96), strength=0.7)
    people.place(sheet, "man", 880, 1062, 190)
    sheet.flat(INK, capsule((906, 1006), (922, 1032), 6), rect(914, 1028, 932, 1054))
    sheet.flat(OCHRE, rect(917, 1032, 929, 1050))
    for x, foot, tall in (
        (120, 1130, 330),
        (230, 1120, 250),
        (330, 1110, 190),
        (40, 1160, 420),
        (1700, 1060, 260),
        (1780, 1100, 340),
    ):
        _pine(sheet, x, foot, tall)
    return sheet.finish()


def _milky_way(sheet: Sheet) -> None:
    for _ in range(900):
        along = sheet.chance.uniform(0, 1)
        spread = sheet.chance.gauss(0, 62)
        x = 760 + along * 1050 + spread
        y = 900 - along * 980 + spread * 0.9
        size = abs(sheet.chance.gauss(0, 1.5)) + 0.9
        sheet.flat(tint(OCHRE, 0.3), ellipse(x, y, size))


def _trails(sheet: Sheet, pole: Point) -> None:
    """Stars drawn out into arcs, all as long as the same night."""
    for i in range(150):
        radius = 26 + i * 9.2 + sheet.chance.uniform(-3, 3)
        for _ in range(2 + i // 50):
            start = sheet.chance.uniform(0, 360)
            arc = ellipse(*pole, radius, radius, start, start + 46)
            ink = sheet.chance.choice((PAPER, PAPER, tint(OCHRE, 0.7), tint(BLUE, 0.35)))
            sheet.flat(ink, taper(arc, 0.8, sheet.chance.uniform(2.2, 4.6)))
            sheet.flat(ink, ellipse(*arc[-1], 3.4))
    sheet.flat(PAPER, ellipse(*pole, 7))


def _dome(sheet: Sheet, x: float, foot: float) -> None:
    wall, top = 250, foot - 190
    drum = rect(x - wall, top, x + wall, foot + 20)
    sheet.flat(PAPER, drum)
    sheet.engrave(
        BLUE, ramp((x - wall, 0), 0.95, (x + wall * 0.5, 0), 0.1), drum, angle=90, pitch=7
    )
    shell = ellipse(x, top, wall + 8, 270, 180, 360)
    sheet.flat(PAPER, shell)

    def ribs(px: float, py: float) -> float:
        up = max(0.03, 1 - ((top - py) / 270) ** 2)
        return 250 * (px - x) / (wall * math.sqrt(up))

    lit = ramp((x - wall, top), 0.95, (x + wall * 0.6, top - 200), 0.12)
    sheet.engrave(BLUE, lit, shell, flow=ribs, pitch=10, cell=14)
    slit = [
        (x - 150, top),
        (x - 128, top - 130),
        (x - 66, top - 250),
        (x + 34, top - 266),
        (x - 26, top - 130),
        (x - 40, top),
    ]
    sheet.flat(INK, slit)
    with sheet.inside(slit):
        sheet.engrave(
            OCHRE, ramp((x - 90, top), 0.95, (x - 60, top - 260), 0.2), slit, angle=70, pitch=9
        )
    tube = turned(rect(x - 124, top - 340, x - 60, top - 30), -26, (x - 60, top - 60))
    sheet.flat(INK, tube)
    sheet.engrave(mixed(INK, PAPER, 0.55), 0.4, tube, angle=64, pitch=8)
    sheet.stroke(INK, [slit[0], slit[1], slit[2]], 9)
    sheet.stroke(INK, [slit[3], slit[4], slit[5]], 9)
    sheet.flat(INK, rect(x - wall - 20, top - 8, x + wall + 20, top + 16))
    sheet.flat(
        OCHRE,
        rect(x - 190, foot - 110, x - 130, foot + 20),
        rect(x + 60, foot - 104, x + 100, foot - 54),
        rect(x + 140, foot - 104, x + 180, foot - 54),
    )
    sheet.stroke(INK, [*rect(x - 190, foot - 110, x - 130, foot + 20), (x - 190, foot - 110)], 6)


def _pine(sheet: Sheet, x: float, foot: float, tall: float) -> None:
    sheet.flat(INK, rect(x - tall * 0.02, foot - tall * 0.2, x + tall * 0.02, foot + 30))
    for k in range(7):
        top, reach = foot - tall * (1 - k * 0.13), tall * (0.07 + k * 0.032)
        sheet.flat(
            INK,
            [
                (x, top),
                (x + reach, top + tall * 0.21),
                (x, top + tall * 0.17),
                (x - reach, top + tall * 0.21),
            ],
        )


def loom() -> Image.Image:
    """A weaver at the loom, the pattern growing under the beam."""
    sheet = Sheet("loom")
    sheet.flat(tint(OCHRE, 0.32), rect(0, 0, WIDTH, HEIGHT))
    light: Point = (1560, 140)
    sheet.engrave(INK, glow(light, 1700, 0.05, 0.7), rect(0, 0, WIDTH, 1000), angle=90, pitch=10)
    pane = rect(1500, 60, 1760, 470)
    sheet.flat(INK, rect(1482, 42, 1778, 488))
    sheet.flat(PAPER, pane)
    sheet.flat(
        INK, rect(1624, 60, 1636, 470), rect(1500, 190, 1760, 200), rect(1500, 330, 1760, 340)
    )
    boards = rect(0, 980, WIDTH, HEIGHT)
    sheet.flat(mixed(OCHRE, INK, 0.35), boards)
    sheet.engrave(INK, ramp((1500, 0), 0.15, (200, 0), 0.7), boards, angle=2, pitch=11)
    left, right, top, fell, breast = 330, 1330, 170, 640, 900
    _cloth(sheet, left, right, fell, breast)
    _warp(sheet, left, right, top, fell)
    _frame(sheet, left, right, top, breast)
    _weaver(sheet, 830, 1230)
    _yarn(sheet)
    return sheet.finish()


def _cloth(sheet: Sheet, left: float, right: float, fell: float, breast: float) -> None:
    """The woven part: a diamond pattern in four colours."""
    columns, rows = 56, 16
    wide, tall = (right - left) / columns, (breast - fell) / rows
    for i in range(columns):
        for j in range(rows):
            sheet.flat(
                _dye(i, j),
                rect(
                    left + i * wide, fell + j * tall, left + (i + 1) * wide, fell + (j + 1) * tall
                ),
            )
    sheet.engrave(INK, 0.24, rect(left, fell, right, breast), pitch=5)
    sheet.engrave(INK, 0.14, rect(left, fell, right, breast), angle=90, pitch=9)


def _dye(i: int, j: int) -> Ink:
    across = abs(i % 14 - 7)
    ring = across + abs(j % 16 - 8)
    if ring < 2:
        return PAPER
    if ring < 4:
        return OCHRE
    if ring < 7:
        return BRICK
    if ring == 7:
        return PAPER
    return BLUE if ring < 10 else SAGE if ring < 12 else OCHRE


def _warp(sheet: Sheet, left: float, right: float, top: float, fell: float) -> None:
    back = rect(left, top, right, fell)
    sheet.flat(mixed(BRICK, INK, 0.7), back)
    count = 112
    for i in range(count):
        x = left + (right - left) * (i + 0.5) / count
        ink = PAPER if i % 2 else tint(OCHRE, 0.6)
        sheet.stroke(ink, [(x, top), (x + (6 if i % 2 else -6), 430), (x, fell)], 3.4)
    shed = [(left, 520), (right, 520), (right, fell), (left, fell)]
    sheet.engrave(INK, ramp((0, 480), 0.0, (0, fell), 0.5), shed, pitch=8)
    for y in (330, 384):
        sheet.flat(INK, rect(left - 40, y, right + 40, y + 20))
        sheet.flat(OCHRE, rect(left - 40, y + 3, right + 40, y + 11))
    reed = rect(left - 30, 556, right + 30, 622)
    sheet.flat(INK, rect(left - 46, 546, right + 46, 562), rect(left - 46, 616, right + 46, 634))
    sheet.engrave(INK, 0.5, reed, angle=90, pitch=9)
    shuttle = curve([(1010, 600), (1100, 576), (1220, 590), (1300, 612), (1180, 628), (1080, 624)])
    sheet.flat(INK, curve([(x + 3, y + 6) for x, y in shuttle]))
    sheet.flat(OCHRE, shuttle)
    sheet.flat(BRICK, ellipse(1150, 602, 46, 13))
    sheet.stroke(BRICK, curve([(1106, 602), (980, 624), (860, 640)], closed=False), 4)


def _frame(sheet: Sheet, left: float, right: float, top: float, breast: float) -> None:
    wood = mixed(OCHRE, INK, 0.25)
    posts: list[Outline] = [
        rect(left - 110, 60, left - 46, 1080),
        rect(right + 46, 60, right + 110, 1080),
        rect(left - 140, 90, right + 140, 150),
        rect(left - 140, breast, right + 140, breast + 56),
    ]
    for post in posts:
        sheet.flat(
            INK,
            [
                (x + (6 if k in (1, 2) else -6), y + (6 if k > 1 else -6))
                for k, (x, y) in enumerate(post)
            ],
        )
        sheet.flat(wood, post)
        tall = post[2][1] - post[0][1] > 300
        (x0, y0), (x1, y1) = post[0], post[2]
        grain = ramp((x1, 0), 0.1, (x0, 0), 0.85) if tall else ramp((0, y0), 0.1, (0, y1), 0.85)
        sheet.engrave(INK, grain, post, angle=90 if tall else 0, pitch=8)
    for x in (left - 78, right + 78):
        for y in (120, breast + 28):
            sheet.flat(INK, ellipse(x, y, 15))
            sheet.flat(OCHRE, ellipse(x - 2, y - 2, 9))
    roll = rect(left - 20, top - 40, right + 20, top + 14)
    sheet.flat(PAPER, roll)
    sheet.engrave(INK, ramp((0, top - 40), 0.1, (0, top + 14), 0.95), roll, pitch=7)


def _weaver(sheet: Sheet, x: float, foot: float) -> None:
    """From behind on the bench, arms out to the reed and the shuttle."""
    arms = [
        [(x - 150, 830), (x - 300, 800), (x - 262, 640)],
        [(x + 150, 830), (x + 318, 800), (x + 330, 634)],
    ]
    for shoulder, elbow, hand in arms:
        for ink, grow in ((INK, 7), (BLUE, 0)):
            sheet.flat(
                ink,
                capsule(shoulder, elbow, 52 + grow, 42 + grow),
                capsule(elbow, hand, 42 + grow, 30 + grow),
            )
        sheet.engrave(INK, 0.4, capsule(elbow, hand, 40, 28), angle=20, pitch=8)
        sheet.flat(INK, ellipse(hand[0], hand[1] - 22, 34, 36))
        sheet.flat(tint(BRICK, 0.5), ellipse(hand[0], hand[1] - 24, 28, 30))
    sheet.flat(tint(BRICK, 0.5), capsule((x, 690), (x, 748), 40, 52))
    back = curve(
        [
            (x - 60, 742),
            (x - 190, 790),
            (x - 206, 930),
            (x - 168, 1090),
            (x - 190, foot),
            (x + 190, foot),
            (x + 168, 1090),
            (x + 206, 930),
            (x + 190, 790),
            (x + 60, 742),
        ]
    )
    sheet.flat(INK, [(px + (7 if px > x else -7), py - 5) for px, py in back])
    sheet.flat(BLUE, back)
    sheet.engrave(
        INK,
        ramp((x + 170, 0), 0.08, (x - 190, 0), 0.95),
        back,
        flow=swell(1, 0, 60, Noise("weaver"), 200),
        pitch=9,
        cell=24,
    )
    sheet.flat(PAPER, [(x - 196, 1030), (x + 196, 1030), (x + 184, 1066), (x - 184, 1066)])
    sheet.flat(INK, ellipse(x, 628, 92, 104), ellipse(x - 6, 520, 56, 46))
    shine = mixed(INK, OCHRE, 0.6)
    sheet.engrave(
        shine,
        glow((x + 60, 570), 130, 0.6, 0.0),
        ellipse(x, 628, 88, 100),
        flow=rings((x, 520)),
        pitch=10,
        cell=12,
    )
    sheet.flat(BRICK, ellipse(x - 4, 560, 50, 11))
    bench = rect(x - 330, 1150, x + 330, HEIGHT)
    sheet.flat(mixed(BRICK, INK, 0.5), bench)
    sheet.flat(INK, rect(x - 340, 1144, x + 340, 1156))
    sheet.engrave(INK, ramp((0, 1150), 0.2, (0, HEIGHT), 0.8), bench, pitch=8)


def _yarn(sheet: Sheet) -> None:
    basket = [(1430, 960), (1770, 960), (1720, 1150), (1480, 1150)]
    for x, y, size, ink in (
        (1500, 930, 82, BRICK),
        (1640, 900, 92, SAGE),
        (1720, 950, 70, OCHRE),
        (1580, 960, 74, BLUE),
        (1380, 1110, 72, OCHRE),
    ):
        ball = ellipse(x, y, size)
        if x > 1400:
            _ball(sheet, ball, x, y, size, ink)
    sheet.flat(mixed(OCHRE, INK, 0.3), basket)
    sheet.engrave(INK, 0.5, basket, pitch=13)
    sheet.engrave(INK, ramp((1770, 0), 0.2, (1440, 0), 0.7), basket, angle=76, pitch=11)
    sheet.flat(INK, capsule((1424, 962), (1776, 962), 11))
    _ball(sheet, ellipse(1370, 1120, 70), 1370, 1120, 70, BRICK)
    sheet.stroke(
        BRICK, curve([(1320, 1168), (1240, 1190), (1130, 1170), (1080, 1196)], closed=False), 5
    )


def _ball(sheet: Sheet, ball: Outline, x: float, y: float, size: float, ink: Ink) -> None:
    sheet.flat(INK, ellipse(x, y, size + 5))
    sheet.flat(ink, ball)
    for turn in (20, 80, 140):
        cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        near: Point = (x + size * 1.5 * cos, y + size * 1.5 * sin)
        sheet.engrave(
            INK,
            glow(near, size * 1.9, 0.62, 0.0),
            ball,
            flow=rings(near),
            pitch=8,
            cell=12,
        )
