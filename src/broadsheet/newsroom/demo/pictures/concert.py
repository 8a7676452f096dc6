"""A concert."""

import math

from PIL import Image

from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Point,
    capsule,
    curve,
    ellipse,
    glow,
    ramp,
    rect,
    taper,
)
from broadsheet.newsroom.demo.pictures.scenery import rays
from broadsheet.newsroom.demo.pictures.sheet import (
    BRICK,
    INK,
    OCHRE,
    PAPER,
    Ink,
    Sheet,
    mixed,
    tint,
)


def orchestra() -> Image.Image:
    """The conductor from behind, the orchestra in the light before him."""
    sheet = Sheet("orchestra")
    sheet.flat(mixed(BRICK, INK, 0.45), rect(0, 0, WIDTH, HEIGHT))
    _organ(sheet)
    stage = curve(
        [(-100, 560), (400, 470), (900, 446), (1400, 470), (1900, 560), (1900, 1300), (-100, 1300)]
    )
    sheet.flat(OCHRE, stage)
    rays(sheet, INK, (900, 1100), glow((900, 900), 1000, 0.05, 0.8), stage, pitch=11)
    skins = (tint(BRICK, 0.42), mixed(OCHRE, INK, 0.35), tint(OCHRE, 0.55), mixed(BRICK, INK, 0.45))
    rows = ((880, 470, 13, 0.68, 0), (720, 330, 10, 0.84, 25), (560, 200, 6, 1.05, 40))
    players: list[tuple[float, float, float, Ink, int]] = []
    for row, (across, down, count, size, gap) in enumerate(rows):
        for i in range(count):
            # A gap of so many degrees either side of the middle leaves the conductor in the clear.
            turn = 168 + (204 - 2 * gap) * i / (count - 1)
            turn = math.radians(turn + (2 * gap if i >= count / 2 else 0))
            x, y = 900 + across * math.cos(turn), 1010 + down * math.sin(turn)
            players.append((y, x, size, skins[(i * 3 + row) % 4], row))
    for y, x, size, skin, row in sorted(players):
        _player(sheet, x, y, size, skin, row, x > 900)
    _conductor(sheet)
    return sheet.finish()


def _organ(sheet: Sheet) -> None:
    """Organ pipes across the back, under the lamps."""
    for i in range(45):
        x = 20 + i * 40
        wave = abs(math.sin(i * math.pi / 11))
        top, foot = 40 + 150 * (1 - wave), 420
        pipe = rect(x - 16, top, x + 16, foot)
        sheet.flat(OCHRE, pipe, ellipse(x, top, 16, 7))
        sheet.engrave(INK, ramp((x - 10, 0), 0.05, (x + 17, 0), 0.95), pipe, angle=90, pitch=5)
        sheet.flat(INK, [(x - 9, 330 + 30 * wave), (x + 9, 330 + 30 * wave), (x, 300 + 30 * wave)])
    sheet.flat(mixed(BRICK, INK, 0.6), rect(0, 410, WIDTH, 580))
    sheet.engrave(INK, 0.4, rect(0, 410, WIDTH, 580), angle=90, pitch=10)
    sheet.flat(OCHRE, rect(0, 402, WIDTH, 414))


def _player(
    sheet: Sheet, x: float, y: float, size: float, skin: Ink, row: int, right: bool
) -> None:
    """A musician with an instrument: strings in front, winds behind, brass at the back."""

    def at(dx: float, dy: float) -> Point:
        return x + (-dx if right else dx) * size, y + dy * size

    body = curve([at(-52, 40), at(-58, -50), at(-34, -92), at(34, -92), at(58, -50), at(52, 40)])
    sheet.flat(INK, ellipse(x, y + 44 * size, 84 * size, 18 * size), strength=0.6)
    sheet.flat(
        INK,
        body,
        capsule(at(-18, 36), at(-34, 70), 20 * size),
        capsule(at(18, 36), at(34, 70), 20 * size),
    )
    sheet.flat(PAPER, [at(-15, -92), at(15, -92), at(0, -40)])
    sheet.flat(INK, [at(-9, -86), at(0, -80), at(9, -86), at(9, -74), at(0, -80), at(-9, -74)])
    hair = mixed(INK, skin, 0.12)
    sheet.flat(hair, ellipse(*at(-3, -130), 29 * size, 31 * size))
    sheet.flat(skin, ellipse(*at(3, -120), 23 * size, 29 * size))
    sheet.flat(hair, ellipse(*at(2, -142), 24 * size, 12 * size))
    if row == 2:
        violin = [
            ellipse(*at(38, -80), 22 * size, 15 * size),
            ellipse(*at(62, -84), 17 * size, 12 * size),
        ]
        sheet.flat(BRICK, *violin)
        sheet.flat(INK, capsule(at(70, -85), at(116, -94), 3.5 * size))
        sheet.flat(PAPER, capsule(at(8, -26), at(70, -140), 2.6 * size))
        sheet.flat(skin, ellipse(*at(14, -36), 10 * size), ellipse(*at(104, -88), 10 * size))
    elif row == 1:
        sheet.flat(
            BRICK,
            ellipse(*at(16, 16), 32 * size, 36 * size),
            ellipse(*at(14, -28), 24 * size, 24 * size),
        )
        sheet.flat(
            INK,
            capsule(at(14, -50), at(34, -118), 5 * size),
            capsule(at(14, -20), at(16, 34), 2 * size),
        )
        sheet.flat(PAPER, capsule(at(-52, 0), at(72, -14), 2.6 * size))
        sheet.flat(skin, ellipse(*at(-44, -2), 10 * size), ellipse(*at(22, -82), 10 * size))
    else:
        sheet.flat(
            OCHRE, [at(12, -104), at(70, -64), at(92, -72), at(80, -38), at(60, -56), at(8, -98)]
        )
        sheet.stroke(
            INK, [at(12, -104), at(70, -64), at(92, -72), at(80, -38), at(60, -56), at(8, -98)], 2
        )
        sheet.flat(skin, ellipse(*at(46, -76), 10 * size))
    stand = [at(74, -8), at(130, -8), at(124, -50), at(80, -50)]
    if row:
        sheet.flat(INK, stand, capsule(at(102, -8), at(102, 60), 3 * size))
        sheet.flat(PAPER, [at(80, -14), at(124, -14), at(120, -58), at(84, -58)])


def _conductor(sheet: Sheet) -> None:
    """Seen from behind on the podium, both arms up."""
    x, foot = 900, 1225
    sheet.flat(BRICK, rect(x - 190, 1130, x + 190, HEIGHT))
    sheet.engrave(
        INK,
        ramp((x - 190, 0), 0.25, (x + 190, 0), 0.85),
        rect(x - 190, 1130, x + 190, HEIGHT),
        pitch=9,
    )
    sheet.flat(INK, rect(x - 206, 1120, x + 206, 1138))
    half = ((34, 742), (98, 766), (92, 880), (74, 980), (92, 1110), (40, 1130))
    left_half = [(x - dx, y) for dx, y in half]
    right_half = [(x + dx, y) for dx, y in reversed(half)]
    coat = curve([*left_half, (x, 1100), *right_half])
    legs = [
        capsule((x - 36, 1060), (x - 40, foot - 60), 34, 24),
        capsule((x + 36, 1060), (x + 40, foot - 60), 34, 24),
    ]
    left = [
        capsule((x - 84, 786), (x - 200, 720), 30, 24),
        capsule((x - 200, 720), (x - 268, 590), 24, 16),
    ]
    right = [
        capsule((x + 84, 786), (x + 196, 748), 30, 24),
        capsule((x + 196, 748), (x + 276, 640), 24, 16),
    ]
    sheet.flat(tint(BRICK, 0.42), capsule((x, 690), (x, 744), 24, 26))
    sheet.flat(PAPER, [(x - 32, 738), (x + 32, 738), (x + 28, 752), (x - 28, 752)])
    sheet.flat(INK, *legs, coat, *left, *right)
    sheet.flat(tint(BRICK, 0.42), ellipse(x - 274, 572, 19, 24), ellipse(x + 282, 626, 19, 22))
    sheet.flat(PAPER, rect(x - 284, 592, x - 254, 604), rect(x + 262, 646, x + 292, 656))
    sheet.flat(PAPER, taper([(x + 286, 628), (x + 366, 470)], 7, 2))
    sheet.flat(INK, ellipse(x, 662, 45, 56))
    edge = mixed(INK, OCHRE, 0.7)
    sheet.engrave(edge, ramp((x - 100, 0), 0.6, (x - 20, 0), 0.0), coat, angle=72, pitch=9)
