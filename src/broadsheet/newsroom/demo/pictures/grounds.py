"""Scenes of ground and water: a flood, a lake, a well, a cellar."""

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
    ramp,
    rect,
    swell,
    taper,
)
from broadsheet.newsroom.demo.pictures.scenery import (
    birds,
    crown,
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

SILT = mixed(OCHRE, BLUE, 0.45)


def flood() -> Image.Image:
    """A river up to the window sills of a street, a gauge in it, and people on the levee."""
    sheet, horizon = Sheet("flood"), 470
    sheet.flat(tint(BRICK, 0.3), rect(0, 0, WIDTH, horizon))
    sky(sheet, mixed(BLUE, INK, 0.3), horizon, top=0.95, foot=0.2, clouds=0.6)
    hills = ridge("flood hills", 470, 120, 420)
    sheet.flat(mixed(SAGE, BLUE, 0.55), hills)
    sheet.engrave(INK, ramp((0, 380), 0.2, (0, 500), 0.7), hills, angle=-12, pitch=8)
    flooded = rect(0, horizon, WIDTH, HEIGHT)
    sheet.flat(tint(SILT, 0.75), flooded)
    for left, wide, tall, wall in (
        (90, 230, 190, PAPER),
        (390, 190, 150, tint(BRICK, 0.65)),
        (660, 250, 215, tint(OCHRE, 0.55)),
        (1010, 180, 150, PAPER),
    ):
        _wet_house(sheet, left, wide, tall, wall)
    spire = rect(1290, 220, 1360, 560)
    sheet.flat(mixed(BLUE, INK, 0.35), spire, [(1278, 226), (1325, 70), (1372, 226)])
    sheet.engrave(INK, ramp((1290, 0), 0.1, (1360, 0), 0.9), spire, angle=90, pitch=7)
    sheet.flat(OCHRE, rect(1312, 262, 1338, 312))
    sheet.flat(
        mixed(BLUE, INK, 0.25), rect(1360, 420, 1600, 560), [(1350, 424), (1400, 340), (1610, 424)]
    )
    sheet.flat(OCHRE, *(rect(1390 + i * 66, 456, 1418 + i * 66, 512) for i in range(3)))
    water(
        sheet,
        mixed(BLUE, INK, 0.35),
        flooded,
        ramp((0, 500), 0.3, (0, 1000), 0.75),
        horizon - 30,
        swell=7,
    )
    for x in (205, 485, 785, 1100):
        glints(sheet, tint(OCHRE, 0.55), x, 590, 760, 60, 22)
    for x, y in ((560, 690), (1240, 640), (960, 800)):
        _bare_tree(sheet, x, y)
    _gauge(sheet, 1560, 470)
    levee = curve(
        [(-60, 1010), (420, 948), (900, 962), (1400, 990), (1860, 930), (1860, 1300), (-60, 1300)]
    )
    sheet.flat(mixed(SAGE, INK, 0.55), levee)
    sheet.engrave(
        INK,
        ramp((0, 960), 0.25, (0, 1200), 0.95),
        levee,
        flow=swell(0.1, 1, 40, Noise("levee"), 150),
        pitch=9,
    )
    for row, (count, start, y) in enumerate(((13, 330, 968), (12, 364, 934), (9, 440, 902))):
        for i in range(count):
            x = start + i * 74 + row * 4
            bag = curve(
                [
                    (x - 42, y + 4),
                    (x - 36, y - 16),
                    (x, y - 22),
                    (x + 36, y - 15),
                    (x + 42, y + 6),
                    (x, y + 18),
                ]
            )
            sheet.flat(INK, [(px + 3, py + 5) for px, py in bag])
            sheet.flat(tint(OCHRE, 0.62 + 0.1 * ((i + row) % 3)), bag)
            sheet.engrave(
                mixed(BRICK, INK, 0.5),
                ramp((x - 20, 0), 0.0, (x + 46, 0), 0.6),
                bag,
                angle=60,
                pitch=7,
            )
    for name, x, y, coat, flip in (
        ("worker", 300, 1098, OCHRE, True),
        ("man", 560, 1120, BRICK, False),
        ("worker", 800, 1128, INK, True),
        ("woman", 1060, 1126, BLUE, False),
        ("man", 1330, 1124, OCHRE, False),
        ("youth", 1520, 1104, BRICK, True),
    ):
        people.place(sheet, name, x, y, 300, coat=coat, flip=flip)
    birds(sheet, INK, [(420, 150, 52), (520, 190, 40), (980, 120, 46)])
    return sheet.finish()


def _wet_house(sheet: Sheet, left: float, wide: float, tall: float, wall: str) -> None:
    house(sheet, wall, mixed(BRICK, INK, 0.35), left, 580, wide, tall)
    front = rect(left, 580 - tall, left + wide, 580)
    sheet.engrave(INK, ramp((left, 0), 0.0, (left + wide, 0), 0.6), front, angle=90, pitch=8)
    for share in (0.22, 0.62):
        x = left + wide * share
        sheet.flat(INK, rect(x - 5, 580 - tall * 0.72, x + 45, 580 - tall * 0.22))
        sheet.flat(tint(OCHRE, 0.85), rect(x, 580 - tall * 0.68, x + 40, 580 - tall * 0.26))
        sheet.flat(INK, rect(x + 18, 580 - tall * 0.68, x + 22, 580 - tall * 0.26))
    sheet.flat(tint(SILT, 0.75), rect(left - 20, 578, left + wide + 20, 600))


def _bare_tree(sheet: Sheet, x: float, y: float) -> None:
    for dx, dy in ((-70, -150), (-26, -200), (30, -190), (78, -130)):
        branch = curve([(x, y), (x + dx * 0.2, y + dy * 0.55), (x + dx, y + dy)], closed=False)
        sheet.flat(INK, taper(branch, 15, 2))
    sheet.flat(INK, rect(x - 8, y - 20, x + 8, y + 6))


def _gauge(sheet: Sheet, x: float, top: float) -> None:
    """A staff gauge, the reading near its upper end."""
    staff = rect(x - 44, top, x + 44, top + 470)
    sheet.flat(INK, rect(x - 54, top - 10, x + 54, top + 470))
    sheet.flat(PAPER, staff)
    for i in range(19):
        y = top + 20 + i * 22
        sheet.flat(INK, rect(x - 44, y, x - (0 if i % 2 == 0 else 20), y + 9))
    for i, words in enumerate(("43", "42", "41", "40", "39")):
        sheet.text(
            BRICK if i == 1 else INK,
            words,
            (x + 22, top + 26 + i * 88),
            40,
            anchor="mm",
            weight=1.5,
        )
    sheet.flat(tint(SILT, 0.9), rect(x - 60, top + 250, x + 60, top + 476))
    glints(sheet, PAPER, x, top + 252, top + 300, 60, 14)
    sheet.engrave(mixed(BLUE, INK, 0.4), 0.6, rect(x - 60, top + 262, x + 60, top + 476), pitch=9)


def lake() -> Image.Image:
    """A raft on a still lake at sunrise, and two people lowering a tube through it."""
    sheet, horizon = Sheet("lake"), 560
    sheet.flat(tint(OCHRE, 0.35), rect(0, 0, WIDTH, horizon))
    sky(sheet, mixed(BLUE, BRICK, 0.2), horizon, top=0.8, foot=0.0, clouds=0.25)
    sun(sheet, BRICK, 1330, 400, 104)
    for i, (base, tall, ink) in enumerate(
        (
            (560, 300, mixed(BLUE, PAPER, 0.45)),
            (565, 190, mixed(BLUE, SAGE, 0.3)),
            (570, 90, mixed(INK, SAGE, 0.35)),
        )
    ):
        hills = ridge(f"lake {i}", base, tall, 520 - i * 110, foot=horizon + 6)
        sheet.flat(ink, hills)
        sheet.engrave(
            INK,
            ramp((0, 300), 0.1 + 0.15 * i, (0, 580), 0.5 + 0.15 * i),
            hills,
            angle=-24 + 16 * i,
            pitch=8,
        )
    surface = rect(0, horizon, WIDTH, HEIGHT)
    sheet.flat(tint(BLUE, 0.55), surface)
    water(
        sheet,
        mixed(BLUE, INK, 0.4),
        surface,
        ramp((0, 560), 0.25, (0, 1200), 0.85),
        horizon - 30,
        swell=3,
    )
    glints(sheet, tint(BRICK, 0.6), 1330, 580, 900, 110, 70)
    for left in range(-40, WIDTH + 40, 54):
        height = sheet.chance.uniform(60, 150)
        sheet.flat(mixed(INK, SAGE, 0.2), poplar(left, 568, height, 34))
    deck: list[Point] = [(520, 850), (1120, 850), (1230, 930), (430, 930)]
    sheet.flat(mixed(INK, BLUE, 0.3), [(440, 950), (1220, 950), (1150, 1060), (520, 1060)])
    sheet.flat(INK, *(ellipse(x, 946, 74, 26) for x in (520, 700, 960, 1140)))
    sheet.flat(mixed(OCHRE, BRICK, 0.3), deck, [(430, 930), (1230, 930), (1230, 948), (430, 948)])
    for i in range(1, 12):
        share = i / 12
        sheet.stroke(INK, [(520 + 600 * share, 850), (430 + 800 * share, 930)], 3)
    for foot in ((640, 866), (1010, 866), (830, 916)):
        sheet.flat(INK, capsule((826, 340), foot, 8))
    sheet.flat(BRICK, ellipse(826, 366, 34))
    sheet.flat(INK, ellipse(826, 366, 10))
    sheet.stroke(INK, [(826, 390), (826, 560)], 4)
    tube = rect(806, 556, 846, 886)
    sheet.flat(PAPER, tube)
    for i in range(16):
        y = 600 + i * 17
        ink = sheet.chance.choice(
            (mixed(OCHRE, INK, 0.5), mixed(SAGE, INK, 0.5), INK, mixed(BRICK, INK, 0.5))
        )
        sheet.flat(ink, rect(810, y, 842, y + sheet.chance.uniform(6, 17)))
    sheet.engrave(INK, ramp((806, 0), 0.0, (850, 0), 0.7), tube, angle=90, pitch=6)
    people.place(sheet, "worker", 700, 906, 370, coat=BRICK, flip=True)
    people.place(sheet, "woman", 960, 904, 350, coat=tint(OCHRE, 0.95), flip=True)
    people.place(sheet, "seated", 1100, 912, 330, coat=BLUE, flip=True)
    for x, tall in ((60, 260), (150, 330), (230, 220), (1610, 250), (1690, 360), (1765, 280)):
        for lean in (-46, 6, 52):
            stem = curve(
                [(x, 1220), (x + lean * 0.4, 1200 - tall * 0.5), (x + lean, 1200 - tall)],
                closed=False,
            )
            sheet.flat(INK, taper(stem, 9, 2))
            sheet.flat(
                mixed(BRICK, INK, 0.5),
                capsule((x + lean, 1200 - tall), (x + lean * 0.9, 1250 - tall), 7),
            )
    birds(sheet, INK, [(330, 210, 60), (430, 250, 44), (270, 270, 36)])
    return sheet.finish()


def well() -> Image.Image:
    """A field in section: a pump above, and far below it the water of the ground."""
    sheet, ground = Sheet("well"), 520
    sheet.flat(tint(OCHRE, 0.3), rect(0, 0, WIDTH, ground))
    sky(sheet, BRICK, ground, top=0.55, foot=0.05, clouds=0.3)
    sun(sheet, OCHRE, 330, 210, 96)
    hills = ridge("well hills", 500, 110, 460, foot=ground)
    sheet.flat(mixed(SAGE, BRICK, 0.35), hills)
    sheet.engrave(INK, ramp((0, 420), 0.15, (0, 520), 0.6), hills, angle=-14, pitch=8)
    rows = rect(0, 478, WIDTH, ground + 4)
    sheet.flat(SAGE, rows)
    sheet.engrave(mixed(INK, SAGE, 0.3), 0.6, rows, angle=68, pitch=13)
    house(sheet, PAPER, BRICK, 1180, 486, 200, 96)
    sheet.flat(
        INK, rect(1210, 424, 1236, 456), rect(1320, 424, 1346, 456), rect(1262, 420, 1296, 486)
    )
    for x, radius in ((1450, 50), (1530, 62), (1622, 46)):
        sheet.flat(mixed(INK, BRICK, 0.3), rect(x - 6, 430, x + 6, 486))
        sheet.flat(mixed(SAGE, INK, 0.4), *crown(sheet, x, 410, radius))
    _strata(sheet, ground)
    _windpump(sheet, 760, ground)
    bore = rect(742, ground, 778, 1110)
    sheet.flat(INK, rect(734, ground, 786, 1116))
    sheet.flat(tint(BLUE, 0.4), bore)
    sheet.flat(PAPER, rect(742, ground, 778, 900))
    sheet.engrave(INK, ramp((742, 0), 0.0, (780, 0), 0.8), bore, angle=90, pitch=7)
    for i in range(11):
        y = 600 + i * 46
        sheet.flat(PAPER, rect(800, y, 830 if i % 5 else 856, y + 5))
    sheet.flat(tint(OCHRE, 0.9), [(838, 668), (900, 640), (900, 696)])
    sheet.flat(OCHRE, [(838, 906), (900, 878), (900, 934)])
    people.place(sheet, "hat", 560, 516, 170)
    return sheet.finish()


def _strata(sheet: Sheet, ground: float) -> None:
    layers = (
        (ground, mixed(BRICK, INK, 0.5), 0.5, 9),
        (610, mixed(OCHRE, BRICK, 0.45), 0.35, 10),
        (730, mixed(OCHRE, PAPER, 0.25), 0.3, 12),
        (900, mixed(BLUE, OCHRE, 0.22), 0.4, 9),
        (1100, mixed(INK, BLUE, 0.35), 0.6, 8),
    )
    for i, (top, ink, tone, pitch) in enumerate(layers):
        noise = Noise(f"layer {i}")
        wave = 0.0 if i == 0 else 1.0
        edge = [
            (float(x), top + wave * 46 * (noise(x, 3, 420) - 0.5)) for x in range(0, WIDTH + 1, 20)
        ]
        layer = [*edge, (WIDTH, HEIGHT), (0, HEIGHT)]
        sheet.flat(ink, layer)
        sheet.engrave(INK, tone, layer, flow=swell(0.04, 1, 60, noise, 380), pitch=pitch, cell=40)
        if i == 3:
            sheet.stroke(PAPER, edge, 5)
    for _ in range(150):
        x, y = sheet.chance.uniform(0, WIDTH), sheet.chance.uniform(750, 890)
        sheet.flat(
            mixed(INK, BRICK, 0.4),
            ellipse(x, y, sheet.chance.uniform(5, 17), sheet.chance.uniform(4, 10)),
        )


def _windpump(sheet: Sheet, x: float, foot: float) -> None:
    hub: Point = (x, 150)
    for side in (-1, 1):
        sheet.flat(INK, taper([(x + side * 74, foot), (x + side * 10, 160)], 12, 6))
    for i in range(5):
        y = foot - 60 - i * 66
        half = 10 + 64 * (y - 160) / (foot - 160)
        sheet.stroke(INK, [(x - half, y), (x + half, y)], 5)
        sheet.stroke(INK, [(x - half, y), (x + half * 0.8, y - 60)], 3)
    sheet.flat(INK, rect(x - 4, 160, x + 4, foot))
    for i in range(14):
        blade = ellipse(*hub, 118, 118, i * 360 / 14, i * 360 / 14 + 15)
        sheet.flat(BRICK if i % 2 else PAPER, [hub, *blade])
        sheet.stroke(INK, [hub, blade[0]], 3)
    sheet.flat(INK, ellipse(*hub, 17))
    sheet.flat(
        INK,
        [
            (x + 20, 144),
            (x + 170, 120),
            (x + 210, 84),
            (x + 210, 214),
            (x + 170, 180),
            (x + 20, 156),
        ],
    )
    sheet.flat(mixed(BLUE, INK, 0.2), rect(x + 110, 420, x + 250, 500))
    sheet.engrave(
        INK,
        ramp((x + 110, 0), 0.0, (x + 250, 0), 0.8),
        rect(x + 110, 420, x + 250, 500),
        angle=90,
        pitch=8,
    )
    sheet.flat(INK, rect(x - 20, 462, x + 112, 472))


def cellar() -> Image.Image:
    """A house cut open on a wet night: lamps above, and a dry cellar with a pump below."""
    sheet, ground = Sheet("cellar"), 720
    night = mixed(BLUE, INK, 0.45)
    sheet.flat(night, rect(0, 0, WIDTH, HEIGHT))
    sheet.engrave(
        tint(BLUE, 0.6),
        ramp((0, 0), 0.1, (0, ground), 0.5),
        rect(0, 0, WIDTH, ground),
        angle=72,
        pitch=12,
    )
    earth = rect(0, ground, WIDTH, HEIGHT)
    sheet.flat(mixed(BRICK, INK, 0.55), earth)
    sheet.engrave(INK, 0.55, earth, flow=swell(0.05, 1, 70, Noise("earth"), 260), pitch=10)
    sheet.flat(mixed(SAGE, INK, 0.45), rect(0, ground - 16, WIDTH, ground + 16))
    left, right = 500, 1300
    sheet.flat(INK, [(430, 316), (900, 60), (1370, 316), (1370, 346), (430, 346)])
    sheet.engrave(BRICK, 0.75, [(470, 316), (900, 84), (1330, 316)], angle=0, pitch=15)
    sheet.flat(INK, rect(1120, 90, 1190, 260))
    sheet.flat(INK, rect(left - 24, 340, right + 24, 1130))
    for room, paper in (
        (rect(left, 350, 880, 520), tint(OCHRE, 0.75)),
        (rect(904, 350, right, 520), tint(BRICK, 0.5)),
        (rect(left, 544, right, 716), tint(OCHRE, 0.6)),
        (rect(left, 760, right, 1106), tint(BLUE, 0.32)),
    ):
        sheet.flat(paper, room)
        sheet.engrave(INK, ramp((left, 0), 0.05, (right, 0), 0.42), room, angle=90, pitch=11)
    sheet.flat(INK, rect(left - 60, 1106, right + 60, 1140))
    _rooms(sheet, left)
    for k in range(7):
        sheet.flat(
            INK, rect(1290 - k * 34 - 40, 772 + k * 48, 1290 - k * 34, 772 + (k + 1) * 48 + 6)
        )
    sheet.flat(INK, rect(540, 812, 820, 824), rect(540, 910, 820, 922), rect(540, 1008, 820, 1020))
    for row in (812, 910, 1008):
        for i in range(6):
            ink = sheet.chance.choice((BRICK, OCHRE, SAGE, PAPER))
            jar = 556 + i * 44
            sheet.flat(ink, rect(jar, row - 54, jar + 30, row))
            sheet.flat(INK, rect(jar - 2, row - 62, jar + 32, row - 52))
    sheet.flat(mixed(BLUE, INK, 0.4), rect(900, 1070, 1010, 1150))
    sheet.flat(BRICK, rect(918, 1000, 992, 1092), ellipse(955, 1000, 37, 20))
    sheet.flat(INK, rect(950, 800, 962, 990), rect(950, 800, 1330, 812), rect(1318, 640, 1330, 812))
    sheet.flat(
        tint(BLUE, 0.4),
        curve([(1330, 646), (1390, 660), (1420, 720), (1400, 722), (1372, 684), (1328, 664)]),
    )
    people.place(sheet, "man", 1090, 1104, 270, coat=OCHRE)
    sheet.flat(tint(OCHRE, 0.8), ellipse(900, 776, 26))
    sheet.engrave(
        tint(OCHRE, 0.5),
        glow((900, 780), 330, 0.5, 0.0),
        ellipse(900, 790, 330, 300, 0, 180),
        angle=90,
        pitch=12,
    )
    for _ in range(170):
        x, y = sheet.chance.uniform(0, WIDTH), sheet.chance.uniform(0, 690)
        if not (430 < x < 1370 and y > 40):
            sheet.stroke(tint(BLUE, 0.25), [(x, y), (x - 14, y + 46)], 3)
    for x, radius in ((160, 120), (320, 80), (1560, 130), (1710, 90)):
        sheet.flat(INK, rect(x - 12, 560, x + 12, ground))
        sheet.flat(mixed(INK, SAGE, 0.25), *crown(sheet, x, 520, radius))
    return sheet.finish()


def _rooms(sheet: Sheet, left: float) -> None:
    sheet.flat(INK, rect(540, 470, 780, 520), rect(540, 430, 560, 520))
    sheet.flat(BRICK, rect(560, 452, 780, 480))
    sheet.flat(PAPER, rect(566, 436, 626, 456))
    sheet.flat(
        INK, rect(1000, 452, 1180, 462), rect(1010, 460, 1020, 520), rect(1160, 460, 1170, 520)
    )
    people.place(sheet, "seated", 960, 520, 160, coat=BLUE)
    sheet.flat(PAPER, rect(1210, 376, 1272, 450))
    sheet.flat(INK, rect(1238, 376, 1244, 450), rect(1210, 410, 1272, 416))
    sheet.flat(INK, rect(690, 650, 960, 662), rect(706, 660, 718, 716), rect(932, 660, 944, 716))
    people.place(sheet, "woman", 640, 716, 160, coat=BRICK)
    people.place(sheet, "man", 1010, 716, 164, coat=INK)
    sheet.flat(INK, rect(822, 544, 828, 592))
    sheet.flat(PAPER, [(790, 612), (812, 588), (838, 588), (860, 612)])
    sheet.flat(INK, rect(1120, 600, 1230, 716))
    sheet.flat(OCHRE, rect(1140, 640, 1210, 696))
    sheet.flat(PAPER, rect(left + 36, 570, left + 96, 650))
    sheet.flat(INK, rect(left + 63, 570, left + 69, 650))
