"""An express train in the snow."""

from PIL import Image

from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Floor,
    Noise,
    Point,
    curve,
    ellipse,
    ramp,
    rect,
    swell,
    taper,
)
from broadsheet.newsroom.demo.pictures.scenery import sky, sun
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


def train() -> Image.Image:
    """An express coming down a snowbound valley at dusk."""
    sheet, horizon = Sheet("train"), 600
    sheet.flat(tint(OCHRE, 0.3), rect(0, 0, WIDTH, HEIGHT))
    sky(sheet, BLUE, horizon, top=0.95, foot=0.05, clouds=0.4)
    sun(sheet, tint(BRICK, 0.75), 1120, 410, 92, tint(OCHRE, 0.15))
    _mountains(sheet, horizon)
    snow = rect(0, horizon, WIDTH, HEIGHT)
    sheet.flat(PAPER, snow)
    noise = Noise("snow")
    sheet.engrave(
        BLUE,
        lambda x, y: 0.1 + 0.5 * noise(x * 0.5, y * 2, 160),
        snow,
        flow=swell(0, 1, 50, noise, 200),
        pitch=10,
        cell=30,
    )
    floor = Floor(1420, horizon, 1060)
    _track(sheet, floor, -860)
    _track(sheet, floor, 40)
    for away in (7.0, 5.0, 3.6, 2.5, 1.7, 1.15):
        _pole(sheet, floor, 330, away)
    wires = [floor(90, away, 760) for away in (0.7, 1.15, 1.7, 2.5, 3.6, 5.0, 7.0, 12.0)]
    sheet.flat(INK, taper(wires, 5, 0.8))
    for x, foot, tall in ((1560, 690, 120), (1640, 720, 170), (1745, 770, 260)):
        _fir(sheet, x, foot, tall)
    _express(sheet, floor)
    return sheet.finish()


def _mountains(sheet: Sheet, horizon: float) -> None:
    peaks = (
        (250, 210, 520), (640, 300, 420), (930, 400, 300), (1330, 330, 360), (1640, 190, 520),
    )  # fmt: skip
    for x, top, half in sorted(peaks, key=lambda p: p[1], reverse=True):
        left, right = (x - half, horizon + 20), (x + half * 0.9, horizon + 20)
        fall = [
            (x, top),
            (x + half * 0.1, top + 90),
            (x - half * 0.08, top + 170),
            (x + half * 0.14, horizon + 20),
        ]
        sheet.flat(
            PAPER, [left, (x - half * 0.4, top + (horizon - top) * 0.46), (x, top), *fall[1:]]
        )
        dark = [
            (x, top),
            (x + half * 0.36, top + (horizon - top) * 0.5),
            right,
            *reversed(fall[1:]),
        ]
        sheet.flat(mixed(BLUE, PAPER, 0.15), dark)
        sheet.engrave(INK, ramp((0, top), 0.55, (0, horizon), 0.1), dark, angle=58, pitch=8)
        lit = [left, (x - half * 0.4, top + (horizon - top) * 0.46), (x, top), *fall[1:]]
        sheet.engrave(BLUE, ramp((0, top), 0.04, (0, horizon), 0.5), lit, angle=-54, pitch=9)


def _track(sheet: Sheet, floor: Floor, middle: float) -> None:
    near, far = 0.72, 14.0
    bed = [
        floor(middle - 250, near),
        floor(middle - 250, far),
        floor(middle + 250, far),
        floor(middle + 250, near),
    ]
    sheet.flat(mixed(BLUE, INK, 0.35), bed)
    away = near
    while away < 9:
        ends = [floor(middle - 190, away), floor(middle + 190, away)]
        sheet.flat(INK, taper(ends, 26 / away, 26 / away))
        away *= 1.075
    for rail in (-110, 110):
        sheet.flat(PAPER, taper([floor(middle + rail, near), floor(middle + rail, far)], 15, 1))


def _pole(sheet: Sheet, floor: Floor, across: float, away: float) -> None:
    width = 20 / away
    sheet.flat(INK, taper([floor(across, away), floor(across, away, 860)], width, width * 0.8))
    sheet.flat(
        INK, taper([floor(across, away, 800), floor(70, away, 800)], width * 0.5, width * 0.4)
    )
    sheet.flat(
        INK, taper([floor(across, away, 700), floor(160, away, 800)], width * 0.35, width * 0.35)
    )


def _fir(sheet: Sheet, x: float, foot: float, tall: float) -> None:
    sheet.flat(INK, rect(x - tall * 0.03, foot - tall * 0.2, x + tall * 0.03, foot))
    for k in range(5):
        top, reach = foot - tall * (1 - k * 0.17), tall * (0.12 + k * 0.055)
        sheet.flat(INK, [(x, top), (x + reach, top + tall * 0.28), (x - reach, top + tall * 0.28)])
        sheet.flat(
            PAPER, [(x, top), (x - reach, top + tall * 0.28), (x - reach * 0.5, top + tall * 0.24)]
        )


def _express(sheet: Sheet, floor: Floor) -> None:
    """The train on the left-hand track: nose towards us, carriages running back."""
    side, top, sill = -620.0, 720.0, 40.0
    wall = floor.wall(side, 1, 13, sill, top)
    sheet.flat(BRICK, wall)
    sheet.flat(PAPER, floor.wall(side, 1, 13, 300, 330))
    sheet.engrave(INK, 0.5, floor.wall(side, 1, 13, sill, 300), angle=-12, pitch=8)
    sheet.engrave(INK, ramp((800, 0), 0.1, (1400, 0), 0.7), wall, angle=90, pitch=7)
    away = 1.12
    while away < 9:
        sheet.flat(INK, floor.wall(side, away, away + 0.2, 420, 600))
        sheet.flat(OCHRE, floor.wall(side, away + 0.02, away + 0.18, 430, 590))
        away += 0.28
    sheet.flat(INK, *(floor.wall(side, joint, joint + 0.1, sill, top) for joint in (2.5, 4.2, 6.2)))
    sheet.flat(INK, floor.wall(side, 1, 13, 0, sill))
    _nose(sheet, floor(side, 1)[0])


def _nose(sheet: Sheet, x: float) -> None:
    """The train's front, its right edge at x."""
    face = curve(
        [
            (x, 340),
            (x - 110, 346),
            (x - 290, 440),
            (x - 420, 630),
            (x - 486, 830),
            (x - 480, 960),
            (x - 400, 1024),
            (x - 200, 1036),
            (x, 1022),
        ],
        closed=False,
    )
    sheet.flat(BRICK, face)
    sheet.engrave(INK, ramp((x - 300, 0), 0.6, (x, 0), 0.0), face, angle=58, pitch=9)
    glass = [(-70, 440), (-210, 440), (-320, 520), (-372, 640), (-240, 650), (-70, 610)]
    screen = curve([(x + dx, y) for dx, y in glass])
    sheet.flat(INK, screen)
    shine = ramp((x - 360, 0), 0.7, (x - 100, 0), 0.0)
    sheet.engrave(tint(BLUE, 0.4), shine, screen, angle=-50, pitch=10)
    with sheet.inside(face):
        sheet.flat(PAPER, [(x, 730), (x - 520, 768), (x - 520, 798), (x, 760)])
        sheet.flat(INK, [(x, 940), (x - 520, 950), (x - 520, 1060), (x, 1060)])
    for dx in (-396, -120):
        lamp: Point = (x + dx, 858)
        sheet.flat(INK, ellipse(*lamp, 44, 34))
        sheet.flat(OCHRE, ellipse(*lamp, 34, 25))
        sheet.flat(PAPER, ellipse(*lamp, 22, 16))
    pool = [(x - 460, 1040), (x - 10, 1040), (x + 60, HEIGHT), (x - 900, HEIGHT)]
    sheet.engrave(OCHRE, ramp((0, 1030), 0.85, (0, HEIGHT), 0.35), pool, pitch=9)
