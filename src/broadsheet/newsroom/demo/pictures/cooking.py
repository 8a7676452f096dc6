"""A restaurant kitchen."""

import math

from PIL import Image

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
    spindle,
    taper,
    turned,
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


def kitchen() -> Image.Image:
    """The line at full stretch: two cooks, fire under a pan, steam."""
    sheet = Sheet("kitchen")
    sheet.flat(tint(OCHRE, 0.35), rect(0, 0, WIDTH, HEIGHT))
    for row in range(14):
        for i in range(24):
            x = i * 82 - (41 if row % 2 else 0)
            shade = 0.2 + 0.16 * sheet.chance.random()
            sheet.flat(tint(OCHRE, shade), rect(x + 2, 300 + row * 41, x + 80, 300 + row * 41 + 38))
    sheet.engrave(
        INK, glow((640, 640), 1150, 0.0, 0.62), rect(0, 200, WIDTH, 860), angle=45, pitch=9
    )
    sheet.flat(INK, [(0, 0), (WIDTH, 0), (WIDTH, 200), (1640, 330), (160, 330), (0, 200)])
    hood = [(0, 60), (WIDTH, 60), (WIDTH, 190), (1630, 312), (170, 312), (0, 190)]
    sheet.flat(mixed(BLUE, INK, 0.3), hood)
    sheet.engrave(tint(BLUE, 0.4), ramp((300, 0), 0.62, (1500, 0), 0.05), hood, angle=90, pitch=9)
    sheet.flat(INK, rect(150, 312, 1650, 334))
    for i in range(7):
        x = 300 + i * 200
        sheet.flat(tint(OCHRE, 0.35), ellipse(x, 336, 30, 12, 0, 180))
    _hanging(sheet)
    _range(sheet)
    _steam(sheet, 1110, 640)
    _steam(sheet, 1290, 690)
    _cook(sheet, 470, 1180, 720, True)
    _cook(sheet, 1540, 1180, 700, False)
    _flame(sheet, 870, 650)
    _pass(sheet)
    return sheet.finish()


def _hanging(sheet: Sheet) -> None:
    sheet.flat(INK, rect(1030, 372, 1440, 380))
    for i, size in enumerate((40, 52, 36, 48, 34)):
        x = 1076 + i * 80
        sheet.flat(INK, capsule((x, 376), (x, 440), 5))
        sheet.flat(INK, ellipse(x, 446 + size, size + 5))
        sheet.flat(BRICK if i % 2 else OCHRE, ellipse(x, 446 + size, size))
        sheet.engrave(
            INK,
            ramp((x - size * 0.4, 0), 0.05, (x + size, 0), 0.9),
            ellipse(x, 446 + size, size),
            angle=60,
            pitch=7,
        )


def _range(sheet: Sheet) -> None:
    top = 820
    sheet.flat(INK, rect(0, top, WIDTH, HEIGHT))
    face = rect(0, top + 30, WIDTH, HEIGHT)
    sheet.engrave(tint(BLUE, 0.45), ramp((400, 0), 0.5, (1700, 0), 0.08), face, pitch=10)
    for i in range(10):
        x = 90 + i * 180
        sheet.flat(PAPER, ellipse(x, top + 72, 22))
        sheet.flat(INK, ellipse(x, top + 72, 15), rect(x - 3, top + 52, x + 3, top + 72))
    for x, wide, tall, ink in (
        (1110, 190, 150, BLUE),
        (1290, 150, 108, BRICK),
        (190, 170, 130, BRICK),
    ):
        pot = rect(x - wide / 2, top - tall, x + wide / 2, top - 8)
        sheet.flat(
            INK,
            capsule((x - wide * 0.62, top - tall * 0.7), (x + wide * 0.62, top - tall * 0.7), 8),
        )
        sheet.flat(ink, pot)
        sheet.engrave(
            INK, ramp((x - wide * 0.3, 0), 0.05, (x + wide * 0.5, 0), 0.95), pot, angle=90, pitch=7
        )
        sheet.flat(INK, ellipse(x, top - tall, wide / 2, 15))
        sheet.flat(mixed(OCHRE, INK, 0.25), ellipse(x, top - tall, wide / 2 - 10, 9))
        for k in range(5):
            tip = x - wide * 0.4 + k * wide * 0.2
            sheet.flat(
                OCHRE,
                curve(
                    [
                        (tip - 10, top + 6),
                        (tip - 6, top - 10),
                        (tip, top - 22),
                        (tip + 6, top - 10),
                        (tip + 10, top + 6),
                    ]
                ),
            )


def _steam(sheet: Sheet, x: float, y: float) -> None:
    noise = Noise(f"steam {x}")
    for i in range(4):
        start = x - 54 + i * 36
        path = [
            (start + 60 * (noise(start, k * 40.0, 90) - 0.5) * (1 + k / 3), y - 16 - k * 34)
            for k in range(8)
        ]
        sheet.flat(PAPER, spindle(curve(path, closed=False), 15), strength=0.75)


def _flame(sheet: Sheet, x: float, y: float) -> None:
    """A pan on fire, as it should be."""
    noise = Noise("flame")
    for ink, share in ((BRICK, 1.0), (OCHRE, 0.72), (PAPER, 0.4)):
        tongues: list[Point] = []
        for i in range(25):
            turn = i / 24
            tall = (
                (250 if i % 2 else 110)
                * share
                * (0.6 + 0.8 * noise(i * 50.0, share * 10, 60))
                * math.sin(math.pi * (0.08 + 0.84 * turn))
            )
            tongues.append((x + (turn - 0.5) * 300 * share + 34 * share * (i % 2), y - tall))
        sheet.flat(
            ink, curve([(x - 150 * share, y + 6), *tongues, (x + 150 * share, y + 6)], steps=6)
        )
    sheet.flat(INK, [(x - 165, y - 4), (x + 165, y - 4), (x + 120, y + 52), (x - 120, y + 52)])
    sheet.flat(INK, capsule((x - 150, y + 8), (x - 250, y + 4), 11, 9))
    for i in range(7):
        angle = math.radians(200 + i * 23)
        sheet.flat(
            SAGE if i % 2 else BRICK,
            ellipse(x + 130 * math.cos(angle), y - 120 + 130 * math.sin(angle) * 0.9, 9, 6),
        )


def _cook(sheet: Sheet, x: float, foot: float, tall: float, tossing: bool) -> None:
    """A cook in white with a tall hat, turned to the right, or to the left when not tossing."""
    u = tall / 8
    face = 1 if tossing else -1

    def at(dx: float, dy: float) -> Point:
        return x + dx * u * face, foot + dy * u

    coat = curve(
        [
            at(0, -6.7),
            at(-0.75, -6.3),
            at(-0.95, -5.1),
            at(-0.85, -3.6),
            at(-0.9, -3.2),
            at(0.9, -3.2),
            at(0.85, -3.8),
            at(0.95, -5.3),
            at(0.65, -6.4),
        ]
    )
    sheet.flat(INK, turned(coat, 0, (x, foot)))
    inner = curve(
        [
            at(0.02, -6.62),
            at(-0.66, -6.24),
            at(-0.86, -5.1),
            at(-0.76, -3.6),
            at(-0.8, -3.2),
            at(0.8, -3.2),
            at(0.76, -3.8),
            at(0.86, -5.3),
            at(0.6, -6.34),
        ]
    )
    sheet.flat(PAPER, inner)
    shadow_from, shadow_to = (at(0.5, 0), at(-0.95, 0))
    sheet.engrave(INK, ramp(shadow_from, 0.02, shadow_to, 0.85), inner, angle=75, pitch=8)
    apron = [at(-0.92, -4.0), at(0.9, -4.0), at(1.08, -1.0), at(-1.08, -1.0)]
    sheet.flat(BRICK, apron)
    sheet.engrave(INK, ramp(shadow_from, 0.1, shadow_to, 0.8), apron, angle=90, pitch=8)
    sheet.flat(
        INK, *(ellipse(*at(dx, dy), 5) for dx in (0.2, 0.5) for dy in (-5.9, -5.4, -4.9, -4.4))
    )
    elbow, hand = (at(1.0, -5.0), at(2.3, -5.95)) if tossing else (at(0.9, -5.0), at(2.25, -5.55))
    for grow, ink in ((0.06, INK), (0.0, PAPER)):
        sheet.flat(
            ink,
            capsule(at(0.35, -6.1), elbow, (0.34 + grow) * u, (0.28 + grow) * u),
            capsule(elbow, hand, (0.28 + grow) * u, (0.19 + grow) * u),
        )
    sheet.engrave(INK, 0.35, capsule(elbow, hand, 0.27 * u, 0.18 * u), angle=30, pitch=8)
    skin = mixed(OCHRE, INK, 0.3) if tossing else tint(BRICK, 0.45)
    sheet.flat(skin, ellipse(*hand, 0.22 * u))
    if not tossing:
        sheet.flat(INK, capsule((hand[0] + 14, hand[1] - 40), (hand[0] - 50, hand[1] + 26), 6))
    profile = [
        (-0.42, -0.1),
        (-0.2, -0.52),
        (0.2, -0.5),
        (0.36, -0.2),
        (0.52, 0.08),
        (0.36, 0.18),
        (0.36, 0.42),
        (0.05, 0.52),
        (-0.3, 0.4),
    ]
    head = curve([at(dx * 1.1 + 0.1, dy * 1.1 - 7.2) for dx, dy in profile])
    sheet.flat(skin, capsule(at(0.05, -6.9), at(0.05, -6.6), 0.25 * u), head)
    sheet.engrave(INK, ramp(at(0.45, 0), 0.0, at(-0.4, 0), 0.8), head, angle=60, pitch=7)
    sheet.flat(
        INK,
        curve([at(-0.4, -7.0), at(-0.42, -7.6), at(0.1, -7.72), at(0.05, -7.35), at(-0.1, -7.0)]),
    )
    hat = [
        at(-0.42, -7.6),
        at(-0.6, -8.6),
        at(-0.2, -8.95),
        at(0.2, -8.98),
        at(0.66, -8.65),
        at(0.5, -7.65),
    ]
    sheet.flat(PAPER, curve(hat))
    sheet.engrave(INK, ramp(at(0.3, 0), 0.05, at(-0.6, 0), 0.8), curve(hat), angle=86, pitch=9)


def _pass(sheet: Sheet) -> None:
    """The counter in front, with boards, knives and what is being cut."""
    sheet.flat(mixed(OCHRE, INK, 0.3), rect(0, 1080, WIDTH, HEIGHT))
    sheet.engrave(
        INK, ramp((0, 1080), 0.3, (0, HEIGHT), 0.8), rect(0, 1080, WIDTH, HEIGHT), pitch=8
    )
    sheet.flat(INK, rect(0, 1074, WIDTH, 1086))
    sheet.flat(tint(OCHRE, 0.6), [(760, 1108), (1180, 1108), (1230, 1166), (720, 1166)])
    sheet.flat(INK, taper([(800, 1150), (1010, 1128)], 26, 5), capsule((740, 1158), (810, 1150), 9))
    for i in range(5):
        sheet.flat(INK, ellipse(1060 + i * 27, 1138 - i % 2 * 5, 18))
        sheet.flat(BRICK, ellipse(1060 + i * 27, 1137 - i % 2 * 5, 15))
        sheet.flat(PAPER, ellipse(1055 + i * 27, 1131 - i % 2 * 5, 4))
    for i in range(9):
        leaf = spindle(
            curve(
                [(150 + i * 9, 1150), (130 + i * 16, 1060), (100 + i * 26, 1000 + abs(i - 4) * 9)],
                closed=False,
            ),
            34,
        )
        sheet.flat(mixed(SAGE, INK, 0.15 + 0.3 * (i % 2)), leaf)
    for i in range(3):
        plate: Point = (1400 + i * 150, 1140)
        sheet.flat(INK, ellipse(*plate, 84, 24))
        sheet.flat(PAPER, ellipse(plate[0], plate[1] - 5, 80, 20))
        sheet.flat(BRICK, ellipse(plate[0], plate[1] - 12, 36, 12))
        sheet.flat(SAGE, ellipse(plate[0] + 14, plate[1] - 18, 18, 7))
