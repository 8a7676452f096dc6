"""Scenes after dark and of town: moths, a piano, a telephone booth, a house front."""

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
    moved,
    ramp,
    rect,
    rings,
    swell,
    turned,
)
from broadsheet.newsroom.demo.pictures.scenery import crown, rays, ridge
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

NIGHT = mixed(BLUE, INK, 0.5)


def moths() -> Image.Image:
    """A sheet hung up in a wood at night, a lamp before it, and moths."""
    sheet = Sheet("moths")
    sheet.flat(NIGHT, rect(0, 0, WIDTH, HEIGHT))
    lamp: Point = (900, 430)
    rays(sheet, tint(OCHRE, 0.8), lamp, glow(lamp, 980, 0.8, 0.0), rect(0, 0, WIDTH, 960), pitch=12)
    far = ridge("moth wood", 900, 80, 160)
    sheet.flat(mixed(INK, BLUE, 0.25), far)
    for x in (60.0, 210.0, 340.0, 1440.0, 1580.0, 1730.0):
        wide = sheet.chance.uniform(26, 52)
        sheet.flat(INK, rect(x - wide, 0, x + wide, 1000))
        sheet.engrave(
            mixed(OCHRE, INK, 0.4),
            ramp((x - wide, 0), 0.5 if x > 900 else 0, (x + wide, 0), 0 if x > 900 else 0.5),
            rect(x - wide, 0, x + wide, 1000),
            angle=86,
            pitch=9,
        )
    for x, y, radius in ((40.0, 80.0, 190), (330, 30, 170), (1480, 40, 190), (1740, 90, 180)):
        sheet.flat(mixed(INK, SAGE, 0.22), *crown(sheet, x, y, radius))
    cloth: Outline = [(560, 250), (1240, 250), (1256, 860), (1180, 930), (620, 930), (544, 860)]
    sheet.flat(
        INK, rect(500, 234, 1300, 248), rect(532, 240, 546, 1010), rect(1254, 240, 1268, 1010)
    )
    sheet.flat(PAPER, cloth)
    sheet.engrave(
        BLUE,
        glow(lamp, 620, 0.0, 0.75),
        cloth,
        angle=90,
        flow=swell(1, 0.06, 30, Noise("cloth"), 220),
        pitch=9,
    )
    sheet.flat(tint(OCHRE, 0.45), ellipse(*lamp, 150))
    sheet.engrave(
        OCHRE, glow(lamp, 150, 0.9, 0.1), ellipse(*lamp, 150), flow=rings(lamp), pitch=9, cell=24
    )
    sheet.flat(INK, rect(896, 100, 904, 380), rect(870, 372, 930, 392), rect(878, 470, 922, 486))
    sheet.flat(PAPER, ellipse(*lamp, 30, 42))
    for _ in range(46):
        turn, far_out = (
            sheet.chance.uniform(0, 2 * math.pi),
            abs(sheet.chance.gauss(0, 1)) * 210 + 90,
        )
        x, y = lamp[0] + math.cos(turn) * far_out * 1.3, lamp[1] + math.sin(turn) * far_out
        if y < 880:
            _moth(sheet, x, y, sheet.chance.uniform(13, 34), sheet.chance.uniform(-70, 70))
    ground = curve([(-60, 960), (500, 930), (1100, 948), (1860, 910), (1860, 1300), (-60, 1300)])
    sheet.flat(mixed(INK, SAGE, 0.25), ground)
    sheet.engrave(
        OCHRE,
        glow((900, 960), 760, 0.6, 0.0, flat=0.4),
        ground,
        flow=swell(0.05, 1, 36, Noise("moss"), 130),
        pitch=10,
    )
    people.place(sheet, "woman", 420, 1130, 500, coat=BRICK)
    people.place(sheet, "man", 1370, 1140, 520, coat=mixed(BLUE, INK, 0.2))
    sheet.flat(PAPER, [(1240, 858), (1330, 836), (1346, 890), (1256, 914)])
    return sheet.finish()


def _moth(sheet: Sheet, x: float, y: float, size: float, turn: float) -> None:
    ink = sheet.chance.choice((INK, BRICK, mixed(OCHRE, INK, 0.4), mixed(SAGE, INK, 0.4), PAPER))
    upper = [(0.0, -0.3), (0.7, -1.0), (1.35, -0.75), (0.9, 0.15), (0.1, 0.2)]
    lower = [(0.05, 0.1), (0.8, 0.2), (0.75, 0.85), (0.2, 0.7)]
    for flip in (False, True):
        for wing in (upper, lower):
            sheet.flat(ink, turned(moved(curve(wing, steps=4), x, y, size, flip), turn, (x, y)))
    sheet.flat(INK, turned(ellipse(x, y, size * 0.13, size * 0.6), turn, (x, y)))


def piano() -> Image.Image:
    """A pianist at a grand piano in one light, the hall dark around it."""
    sheet = Sheet("piano")
    sheet.flat(mixed(BRICK, INK, 0.62), rect(0, 0, WIDTH, HEIGHT))
    for i in range(19):
        x = i * 100.0
        fold = rect(x, 0, x + 100, 800)
        sheet.engrave(BRICK, ramp((x, 0), 0.85, (x + 86, 0), 0.0), fold, angle=90, pitch=9)
    light: Outline = [(1010, -20), (1170, -20), (1560, 1000), (240, 1000)]
    sheet.flat(tint(OCHRE, 0.6), light, strength=0.22)
    sheet.engrave(
        tint(OCHRE, 0.5), ramp((1090, 0), 0.75, (900, 1000), 0.1), light, angle=76, pitch=11
    )
    stage = rect(0, 800, WIDTH, HEIGHT)
    sheet.flat(mixed(OCHRE, INK, 0.55), stage)
    sheet.engrave(INK, glow((900, 1000), 1000, 0.1, 0.95, flat=0.35), stage, pitch=10)
    pool = ellipse(900, 1000, 690, 120)
    sheet.flat(tint(OCHRE, 0.8), pool)
    sheet.engrave(mixed(BRICK, OCHRE, 0.5), 0.3, pool, pitch=11)
    sheet.flat(INK, ellipse(1000, 1018, 450, 46))
    lid = curve(
        [(760, 560), (920, 300), (1180, 150), (1440, 120), (1530, 240), (1480, 470), (1380, 560)],
        steps=8,
    )
    sheet.flat(INK, lid)
    sheet.engrave(
        mixed(OCHRE, INK, 0.35), ramp((800, 300), 0.75, (1500, 400), 0.1), lid, angle=-38, pitch=11
    )
    sheet.flat(INK, capsule((1210, 570), (1290, 300), 6))
    case = curve(
        [(640, 566), (760, 548), (1380, 548), (1500, 580), (1510, 690), (1300, 716), (640, 716)],
        steps=6,
    )
    sheet.flat(INK, case, rect(600, 590, 760, 716))
    sheet.engrave(tint(BLUE, 0.6), ramp((640, 560), 0.5, (640, 720), 0.0), case, pitch=10)
    sheet.flat(OCHRE, rect(780, 556, 1380, 566))
    sheet.flat(PAPER, rect(578, 640, 700, 660))
    for i in range(8):
        sheet.flat(INK, rect(584 + i * 15, 640, 590 + i * 15, 652))
    for x in (680, 1040, 1420):
        sheet.flat(
            INK,
            [(x - 22, 712), (x + 22, 712), (x + 9, 1000), (x - 9, 1000)],
            ellipse(x, 1006, 17, 9),
        )
    sheet.flat(
        INK,
        capsule((900, 716), (930, 960), 5),
        capsule((980, 716), (950, 960), 5),
        rect(900, 950, 980, 966),
    )
    sheet.flat(INK, [(640, 420), (780, 400), (800, 556), (660, 560)])
    sheet.flat(
        PAPER,
        [(656, 436), (714, 428), (726, 540), (670, 546)],
        [(722, 426), (768, 420), (784, 534), (734, 540)],
    )
    people.place(sheet, "seated", 420, 1000, 700, coat=mixed(BLUE, INK, 0.35))
    sheet.flat(INK, rect(330, 742, 520, 766), rect(352, 760, 368, 1000), rect(484, 760, 500, 1000))
    sheet.flat(INK, capsule((520, 640), (606, 634), 17, 11))
    for i in range(17):
        x = i * 112.0 + sheet.chance.uniform(-12, 12)
        sheet.flat(
            mixed(INK, BRICK, 0.08),
            *people.sitter_from_behind(x, 1216, 120, sheet.chance.uniform(-0.2, 0.2)),
        )
    return sheet.finish()


def booth() -> Image.Image:
    """A lit telephone booth on a country road at night, somebody in it."""
    sheet, ground = Sheet("booth"), 930
    sheet.flat(NIGHT, rect(0, 0, WIDTH, HEIGHT))
    sheet.engrave(
        tint(BLUE, 0.65), ramp((0, 0), 0.05, (0, ground), 0.55), rect(0, 0, WIDTH, ground), pitch=9
    )
    for _ in range(150):
        sheet.flat(
            tint(OCHRE, 0.35),
            ellipse(
                sheet.chance.uniform(0, WIDTH),
                sheet.chance.uniform(0, 600),
                sheet.chance.uniform(1.2, 3.4),
            ),
        )
    sheet.flat(PAPER, ellipse(1480, 190, 74))
    sheet.engrave(
        OCHRE, ramp((1420, 0), 0.0, (1560, 0), 0.7), ellipse(1480, 190, 74), angle=60, pitch=8
    )
    for i, (base, tall) in enumerate(((800, 200), (880, 120))):
        hills = ridge(f"booth {i}", base, tall, 480 - i * 160)
        sheet.flat(mixed(INK, BLUE, 0.42 - 0.2 * i), hills)
        sheet.engrave(INK, 0.4, hills, angle=-18 + 30 * i, pitch=9)
    sheet.flat(mixed(INK, SAGE, 0.3), rect(0, ground, WIDTH, HEIGHT))
    road: Outline = [(-40, 1010), (1840, 1060), (1840, 1180), (-40, 1130)]
    sheet.flat(mixed(BLUE, INK, 0.3), road)
    sheet.engrave(INK, 0.6, road, angle=2, pitch=8)
    for i in range(10):
        x = -20 + i * 200
        sheet.flat(
            tint(OCHRE, 0.6),
            [
                (x, 1068 + x * 0.027),
                (x + 96, 1070 + x * 0.027),
                (x + 96, 1082 + x * 0.027),
                (x, 1080 + x * 0.027),
            ],
        )
    light: Point = (760, 600)
    rays(
        sheet, OCHRE, light, glow(light, 560, 0.75, 0.0), rect(0, 100, 1500, ground + 60), pitch=12
    )
    sheet.flat(tint(OCHRE, 0.8), ellipse(760, 968, 420, 52), strength=0.75)
    sheet.engrave(mixed(OCHRE, BRICK, 0.4), 0.35, ellipse(760, 968, 420, 52), pitch=10)
    sheet.flat(BRICK, rect(590, 240, 930, 968))
    sheet.flat(mixed(BRICK, INK, 0.5), rect(574, 210, 946, 262), rect(574, 944, 946, 976))
    sheet.flat(PAPER, rect(620, 222, 900, 252))
    sheet.text(INK, "TELEPHONE", (760, 237), 27, anchor="mm", spacing=5, weight=0.6)
    glass = rect(624, 286, 896, 900)
    sheet.flat(tint(OCHRE, 0.5), glass)
    sheet.engrave(OCHRE, ramp((0, 290), 0.1, (0, 900), 0.75), glass, pitch=9)
    with sheet.inside(glass):
        people.place(sheet, "walker", 780, 960, 560, coat=BLUE, flip=True)
        sheet.flat(INK, rect(640, 430, 704, 560), capsule((712, 450), (716, 520), 9))
        sheet.stroke(INK, curve([(690, 556), (700, 640), (740, 600), (730, 500)], closed=False), 4)
    for x in (624, 712, 800, 888):
        sheet.flat(BRICK, rect(x - 5, 280, x + 7, 906))
    for y in (286, 440, 594, 748, 894):
        sheet.flat(BRICK, rect(618, y - 5, 902, y + 6))
    sheet.flat(
        INK, rect(1196, 120, 1216, 990), rect(1110, 168, 1302, 182), rect(1130, 220, 1282, 232)
    )
    for x in (1124, 1164, 1250, 1288):
        sheet.flat(PAPER, rect(x - 6, 152, x + 6, 170))
    for sag, y in ((60, 168), (74, 226)):
        sheet.stroke(INK, curve([(-40, y + 20), (560, y + sag), (1206, y)], closed=False), 4)
        sheet.stroke(
            INK, curve([(1206, y), (1560, y + sag * 0.7), (1850, y + 30)], closed=False), 4
        )
    for x, radius in ((150, 130), (330, 84), (1640, 120)):
        sheet.flat(INK, rect(x - 13, 760, x + 13, 960))
        sheet.flat(mixed(INK, SAGE, 0.2), *crown(sheet, x, 740, radius))
    return sheet.finish()


def front() -> Image.Image:
    """The front of a city house in the evening: many shutters down, few windows lit."""
    sheet = Sheet("front")
    sheet.flat(tint(BRICK, 0.4), rect(0, 0, WIDTH, HEIGHT))
    sheet.engrave(
        mixed(BLUE, BRICK, 0.3), ramp((0, 0), 0.85, (0, 700), 0.15), rect(0, 0, WIDTH, 900), pitch=9
    )
    for left, right, top, wall in (
        (-20, 300, 200, mixed(SAGE, PAPER, 0.35)),
        (300, 1500, 60, tint(OCHRE, 0.62)),
        (1500, 1820, 260, mixed(BRICK, PAPER, 0.45)),
    ):
        body = rect(left, top, right, 1010)
        sheet.flat(wall, body)
        sheet.engrave(INK, ramp((left, 0), 0.08, (right, 0), 0.45), body, angle=90, pitch=10)
        sheet.flat(mixed(BRICK, INK, 0.5), rect(left - 14, top - 22, right + 14, top + 6))
    for left, right, top, columns in ((0, 290, 250, 2), (330, 1470, 106, 7), (1520, 1800, 310, 2)):
        across = (right - left) / columns
        rows = int((1000 - top) // 176)
        for row in range(rows):
            for column in range(columns):
                x, y = left + across * (column + 0.5), top + 20 + row * 176
                _opening(sheet, x, y, (row * 5 + column * 3) % 11)
    sheet.flat(mixed(BLUE, INK, 0.5), rect(320, 868, 1480, 1010))
    for i in range(5):
        x = 340 + i * 228
        sheet.flat(tint(BLUE, 0.5) if i != 2 else tint(OCHRE, 0.8), rect(x, 888, x + 190, 1010))
        if i != 2:
            sheet.engrave(INK, 0.6, rect(x, 888, x + 190, 1010), pitch=11)
    street = rect(0, 1004, WIDTH, HEIGHT)
    sheet.flat(mixed(OCHRE, INK, 0.5), street)
    sheet.engrave(INK, ramp((0, 1004), 0.2, (0, 1200), 0.8), street, angle=3, pitch=9)
    sheet.flat(
        tint(OCHRE, 0.8), [(796, 1006), (986, 1006), (1090, 1110), (700, 1110)], strength=0.7
    )
    for name, x, coat, flip in (
        ("shopper", 520, BRICK, False),
        ("walker", 1180, BLUE, True),
        ("hat", 1600, INK, False),
        ("youth", 200, OCHRE, False),
    ):
        people.place(sheet, name, x, 1140, 270, coat=coat, flip=flip)
    return sheet.finish()


def _opening(sheet: Sheet, x: float, y: float, kind: int) -> None:
    """A window with a balcony: lit, shuttered or half open."""
    pane = rect(x - 40, y, x + 40, y + 124)
    sheet.flat(INK, rect(x - 48, y - 8, x + 48, y + 128))
    if kind in (2, 7):
        sheet.flat(tint(OCHRE, 0.9), pane)
        sheet.flat(INK, rect(x - 3, y, x + 3, y + 124), rect(x - 40, y + 40, x + 40, y + 45))
    elif kind == 5:
        sheet.flat(mixed(BLUE, INK, 0.3), pane)
        sheet.flat(PAPER, [(x - 40, y), (x - 8, y), (x - 26, y + 124), (x - 40, y + 124)])
    else:
        sheet.flat(mixed(SAGE, INK, 0.25) if kind % 2 else mixed(BRICK, INK, 0.3), pane)
        sheet.engrave(INK, 0.62, pane, pitch=11)
    sheet.flat(INK, rect(x - 58, y + 126, x + 58, y + 136), rect(x - 58, y + 86, x + 58, y + 91))
    sheet.flat(INK, *(rect(x - 57 + i * 14, y + 88, x - 54 + i * 14, y + 128) for i in range(9)))
    if kind == 9:
        for dx in (-38, -14, 12, 36):
            sheet.flat(SAGE, ellipse(x + dx, y + 80, 15, 13))
            sheet.flat(BRICK, ellipse(x + dx + 4, y + 74, 5))
