"""Still lifes: ledger, ballot."""

import math

from PIL import Image

from broadsheet.newsroom.demo.pictures import people
from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Noise,
    Point,
    capsule,
    curve,
    ellipse,
    glow,
    quad_cell,
    ramp,
    rect,
    swell,
    taper,
)
from broadsheet.newsroom.demo.pictures.scenery import beams, rays, windows
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


def ledger() -> Image.Image:
    """An open ledger under a lamp late at night, pen and coins beside it."""
    sheet = Sheet("ledger")
    sheet.flat(mixed(INK, BLUE, 0.45), rect(0, 0, WIDTH, HEIGHT))
    lamp: Point = (470, 330)
    rays(sheet, OCHRE, lamp, glow(lamp, 1150, 0.72, 0.0), rect(0, 0, WIDTH, 700), pitch=11)
    pane = rect(1010, 60, 1620, 560)
    sheet.flat(mixed(BLUE, INK, 0.2), pane)
    with sheet.inside(pane):
        sheet.engrave(tint(BLUE, 0.6), ramp((0, 60), 0.1, (0, 560), 0.5), pane, pitch=9)
        x = 980.0
        while x < 1640:
            wide, top = sheet.chance.uniform(70, 130), sheet.chance.uniform(180, 420)
            sheet.flat(mixed(INK, BLUE, 0.25), rect(x, top, x + wide, 600))
            cells = windows(x + 8, top + 12, x + wide - 8, top + 252, 4, 7, (0.5, 0.5))
            sheet.flat(OCHRE, *sheet.chance.sample(cells, 6))
            x += wide + 3
    bars = [
        rect(1004, 54, 1626, 68),
        rect(1004, 552, 1626, 576),
        rect(1308, 60, 1322, 560),
        rect(1004, 300, 1626, 312),
    ]
    sheet.flat(INK, *bars, rect(1000, 54, 1016, 576), rect(1614, 54, 1630, 576))
    desk = [(0, 690), (WIDTH, 640), (WIDTH, HEIGHT), (0, HEIGHT)]
    sheet.flat(mixed(BRICK, INK, 0.35), desk)
    grain = glow((700, 860), 1150, 0.15, 0.95, flat=0.6)
    sheet.engrave(INK, grain, desk, flow=swell(0.03, 1, 70, Noise("desk"), 420), pitch=9)
    pool = ellipse(750, 930, 720, 226)
    sheet.flat(tint(OCHRE, 0.7), pool, strength=0.3)
    sheet.engrave(tint(OCHRE, 0.5), glow((750, 930), 720, 0.6, 0.12, flat=0.32), pool, pitch=9)
    cone = [(350, 352), (590, 352), (1330, 850), (180, 850)]
    sheet.engrave(tint(OCHRE, 0.4), ramp(lamp, 0.6, (620, 850), 0.1), cone, angle=58, pitch=10)
    _book(sheet)
    _lamp(sheet, lamp)
    for i, (x, y, count) in enumerate(
        ((1330, 900, 9), (1440, 940, 5), (1290, 1010, 4), (1560, 900, 13))
    ):
        _coins(sheet, x, y, count, i)
    return sheet.finish()


def _book(sheet: Sheet) -> None:
    """Two pages meeting in a gutter, ruled and filled in."""
    sheet.flat(INK, [(236, 1012), (690, 1130), (1250, 980), (1210, 800), (720, 770), (330, 800)])
    left = [
        (350, 770),
        (470, 748),
        (620, 752),
        (722, 790),
        (690, 1092),
        (560, 1040),
        (420, 1012),
        (262, 1000),
    ]
    right = [
        (722, 790),
        (830, 744),
        (990, 736),
        (1180, 770),
        (1236, 968),
        (1060, 988),
        (860, 1034),
        (690, 1092),
    ]
    for page, shade in (
        (left, ((350, 0), 0.0, (720, 0), 0.55)),
        (right, ((722, 0), 0.6, (900, 0), 0.0)),
    ):
        edge = curve(page, steps=1)
        sheet.flat(PAPER, edge)
        sheet.engrave(mixed(OCHRE, INK, 0.3), ramp(*shade), edge, angle=80, pitch=7)
    for corners in (
        [(376, 782), (700, 806), (674, 1052), (300, 986)],
        [(746, 806), (1160, 780), (1206, 956), (716, 1052)],
    ):
        for k in range(13):
            start, end = quad_cell(corners, 0, k / 12, 1, k / 12)[:2]
            bow = -16 if corners[0][0] > 700 else -10
            middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 + bow)
            sheet.stroke(tint(BLUE, 0.7), curve([start, middle, end], closed=False, steps=5), 2)
            if not 0 < k < 12:
                continue
            for first, last in (
                (0.04, 0.12),
                (0.16, 0.34 + 0.2 * sheet.chance.random()),
                (0.66, 0.76),
                (0.84, 0.95),
            ):
                a, b = quad_cell(corners, first, (k - 0.35) / 12, last, (k - 0.35) / 12)[:2]
                lift = bow * 4 * first * (1 - first)
                steps = max(3, int((b[0] - a[0]) / 7))
                hand = [
                    (
                        a[0] + (b[0] - a[0]) * i / steps,
                        a[1] + lift + (b[1] - a[1]) * i / steps + (4 if i % 2 else -4),
                    )
                    for i in range(steps + 1)
                ]
                sheet.stroke(BRICK if first == 0.84 and k % 5 == 0 else INK, hand, 2.6)
        for u in (0.14, 0.62, 0.8):
            sheet.stroke(BRICK, quad_cell(corners, u, 0, u, 1)[1:3], 2.4)
    sheet.flat(INK, taper([(722, 790), (690, 1094)], 5, 9))
    sheet.flat(BRICK, [(702, 1010), (716, 1010), (722, 1190), (706, 1170), (690, 1190)])
    sheet.flat(
        INK, capsule((930, 1010), (1110, 850), 10, 9), [(930, 1010), (922, 1002), (896, 1042)]
    )
    sheet.flat(OCHRE, capsule((1008, 941), (1024, 927), 11), capsule((1100, 859), (1110, 850), 10))


def _lamp(sheet: Sheet, at: Point) -> None:
    x, y = at
    sheet.flat(INK, ellipse(210, 850, 130, 34), ellipse(210, 838, 118, 28))
    sheet.flat(OCHRE, ellipse(204, 832, 92, 16))
    arm = curve([(210, 830), (170, 560), (220, 300), (340, 200), (x - 10, y - 110)], closed=False)
    sheet.flat(INK, taper(arm, 24, 16))
    hood = curve(
        [
            (x - 150, y + 34),
            (x - 112, y - 60),
            (x - 30, y - 124),
            (x + 34, y - 122),
            (x + 118, y - 40),
            (x + 150, y + 48),
        ],
        closed=False,
    )
    sheet.flat(mixed(SAGE, INK, 0.35), hood)
    sheet.engrave(INK, ramp((x - 60, 0), 0.1, (x + 150, 0), 0.9), hood, angle=64, pitch=8)
    sheet.flat(PAPER, ellipse(x, y + 40, 150, 24))
    sheet.flat(tint(OCHRE, 0.6), ellipse(x, y + 40, 120, 16))


def _coins(sheet: Sheet, x: float, y: float, count: int, order: int) -> None:
    sheet.flat(
        INK,
        [(x - 20, y + 10), (x + 60, y + 10), (x + 200, y + 60), (x + 110, y + 66)],
        strength=0.7,
    )
    for i in range(count):
        level = y - i * 17
        slide = 3 * math.sin(i * 2.1 + order)
        sheet.flat(
            INK,
            ellipse(x + slide, level + 4, 57, 24),
            rect(x + slide - 57, level - 13, x + slide + 57, level + 4),
        )
        sheet.flat(
            OCHRE,
            ellipse(x + slide, level + 2, 54, 21),
            rect(x + slide - 54, level - 11, x + slide + 54, level + 2),
        )
        sheet.engrave(
            INK,
            ramp((x - 30, 0), 0.15, (x + 60, 0), 0.9),
            rect(x + slide - 54, level - 8, x + slide + 54, level + 18),
            angle=90,
            pitch=6,
        )
        sheet.flat(INK, ellipse(x + slide, level - 12, 57, 23))
        sheet.flat(tint(OCHRE, 0.85), ellipse(x + slide, level - 13, 53, 20))
    top = y - (count - 1) * 17 - 13
    sheet.stroke(INK, ellipse(x + 3 * math.sin((count - 1) * 2.1 + order), top, 38, 13), 2)


def ballot() -> Image.Image:
    """A vote going into the box, the queue behind in the doorway's light."""
    sheet = Sheet("ballot")
    sheet.flat(tint(BLUE, 0.75), rect(0, 0, WIDTH, HEIGHT))
    door: Point = (560, 480)
    rays(sheet, INK, door, glow(door, 1350, 0.08, 0.85), rect(0, 0, WIDTH, 860), pitch=10)
    opening = rect(330, 150, 800, 850)
    sheet.flat(INK, rect(306, 126, 824, 850))
    sheet.flat(tint(OCHRE, 0.5), opening)
    with sheet.inside(opening):
        sheet.flat(PAPER, *beams(door, 18, 60, 700, 0.4), strength=0.4)
    floor = rect(0, 846, WIDTH, HEIGHT)
    sheet.flat(mixed(BLUE, INK, 0.5), floor)
    sheet.engrave(tint(BLUE, 0.5), 0.35, floor, pitch=10)
    light = [(330, 850), (800, 850), (1100, HEIGHT), (40, HEIGHT)]
    sheet.flat(tint(OCHRE, 0.5), light)
    sheet.engrave(INK, ramp((0, 850), 0.1, (0, HEIGHT), 0.55), light, pitch=9)
    for name, x, y, tall in (
        ("man", 420, 862, 430),
        ("woman", 520, 872, 420),
        ("hat", 640, 884, 450),
        ("youth", 250, 900, 470),
        ("shopper", 110, 930, 490),
    ):
        people.place(sheet, name, x, y, tall, BRICK if name == "woman" else INK)
        sheet.flat(
            INK,
            [(x - 36, y), (x + 36, y), (x - 40, HEIGHT + 40), (x - 180, HEIGHT + 40)],
            strength=0.55,
        )
    for i in range(2):
        _booth(sheet, 1290 + i * 330)
    _box(sheet)
    _hand(sheet)
    return sheet.finish()


def _booth(sheet: Sheet, x: float) -> None:
    sheet.flat(INK, rect(x - 12, 300, x + 2, 910), rect(x + 268, 300, x + 282, 910))
    for step in (90, 160):
        sheet.flat(INK, capsule((x + step, 740), (x + step - 4, 884), 26, 18))
        sheet.flat(INK, ellipse(x + step - 10, 898, 32, 13))
    cloth = rect(x, 350, x + 270, 770)
    sheet.flat(BRICK, cloth)
    sheet.engrave(INK, lambda px, py: 0.45 + 0.4 * math.sin(px / 17), cloth, angle=90, pitch=7)
    sheet.flat(mixed(OCHRE, INK, 0.3), rect(x - 12, 300, x + 282, 352))


def _box(sheet: Sheet) -> None:
    """The ballot box in the foreground: front, side and slotted lid."""
    front = [(700, 850), (1260, 850), (1260, 1230), (700, 1230)]
    side = [(1260, 850), (1440, 770), (1440, 1230), (1260, 1230)]
    lid = [(700, 850), (880, 770), (1440, 770), (1260, 850)]
    sheet.flat(PAPER, front)
    sheet.flat(OCHRE, side)
    sheet.engrave(INK, ramp((0, 850), 0.0, (0, 1230), 0.3), front, pitch=9)
    sheet.engrave(INK, ramp((1260, 0), 0.45, (1440, 0), 0.85), side, angle=-24, pitch=8)
    sheet.flat(tint(OCHRE, 0.3), lid)
    sheet.engrave(INK, ramp((800, 0), 0.05, (1440, 0), 0.35), lid, pitch=7)
    sheet.flat(INK, [(930, 822), (964, 800), (1210, 800), (1176, 822)])
    for line in (front, side, lid):
        sheet.stroke(INK, [*line, line[0]], 8)
    sheet.flat(BLUE, ellipse(980, 1050, 122))
    sheet.flat(PAPER, ellipse(980, 1050, 104))
    check = [(926, 1048), (966, 1092), (1046, 1000)]
    sheet.flat(BRICK, capsule(check[0], check[1], 13), capsule(check[1], check[2], 13))
    sheet.flat(INK, rect(1300, 880, 1330, 930), ellipse(1346, 960, 30, 34))
    sheet.flat(OCHRE, ellipse(1346, 962, 18, 20))


def _hand(sheet: Sheet) -> None:
    """A sleeve and a hand from above, letting the folded paper down into the slot."""
    note = [(968, 560), (1174, 592), (1150, 812), (986, 812)]
    sheet.flat(INK, [(x + 10, y + 4) for x, y in note])
    sheet.flat(PAPER, note)
    sheet.flat(tint(BLUE, 0.3), [(1070, 576), (1174, 592), (1150, 812), (1068, 812)])
    for k in range(4):
        y = 690 + k * 28
        sheet.stroke(
            INK, [(1004, y - 8), (1024, y - 6), (1022, y + 10), (1002, y + 8), (1004, y - 8)], 3
        )
        sheet.stroke(INK, [(1036, y + 2), (1062, y + 5)], 4)
    sheet.stroke(BRICK, [(1002, 706), (1026, 732)], 5)
    sheet.stroke(BRICK, [(1026, 706), (1002, 732)], 5)
    skin: Ink = tint(BRICK, 0.5)
    palm = curve(
        [(1330, 330), (1440, 430), (1400, 520), (1290, 566), (1190, 560), (1150, 500), (1200, 400)]
    )
    fingers = [
        [(1250, 400), (1130, 460), (1062, 560)],
        [(1290, 450), (1170, 510), (1098, 612)],
        [(1320, 500), (1210, 560), (1140, 648)],
        [(1350, 530), (1260, 590), (1186, 650)],
    ]
    for a, b, c in reversed(fingers):
        for ink, grow in ((INK, 6), (skin, 0)):
            sheet.flat(
                ink, capsule(a, b, 40 + grow, 35 + grow), capsule(b, c, 35 + grow, 27 + grow)
            )
        sheet.engrave(
            INK,
            ramp((0, b[1] - 10), 0.05, (0, c[1] + 40), 0.7),
            capsule(b, c, 34, 26),
            angle=28,
            pitch=7,
        )
    sheet.flat(INK, curve([(x + 4, y + 6) for x, y in palm]))
    sheet.flat(skin, palm)
    sheet.engrave(INK, ramp((1180, 400), 0.05, (1400, 560), 0.75), palm, angle=28, pitch=8)
    thumb = [(1200, 400), (1080, 440), (1010, 560)]
    for ink, grow in ((INK, 6), (skin, 0)):
        sheet.flat(
            ink,
            capsule(thumb[0], thumb[1], 46 + grow, 38 + grow),
            capsule(thumb[1], thumb[2], 38 + grow, 29 + grow),
        )
    sheet.flat(PAPER, ellipse(1000, 572, 13, 18))
    cuff = [(1262, 300), (1390, 236), (1508, 420), (1390, 500)]
    sheet.flat(INK, [(1252, 296), (1392, 226), (1520, 420), (1388, 512)])
    sheet.flat(PAPER, cuff)
    sleeve = [(1330, 250), (1900, -120), (1900, 260), (1476, 456)]
    sheet.flat(BLUE, sleeve)
    sheet.engrave(INK, ramp((1400, 150), 0.12, (1640, 420), 0.95), sleeve, angle=-34, pitch=9)
    sheet.flat(OCHRE, ellipse(1462, 380, 13), ellipse(1494, 356, 13))
