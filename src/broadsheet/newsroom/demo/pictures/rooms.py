"""Scenes indoors: classroom, window."""

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
    capsule,
    curve,
    ellipse,
    glow,
    ramp,
    rect,
    spindle,
    swell,
    taper,
)
from broadsheet.newsroom.demo.pictures.scenery import windows
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


def classroom() -> Image.Image:
    """A lesson from the last row, the sun coming in through tall windows."""
    sheet = Sheet("classroom")
    floor = Floor(980, 520, HEIGHT)
    sheet.flat(tint(OCHRE, 0.35), rect(0, 0, WIDTH, HEIGHT))
    wall = floor.wall(-980, 0.8, 2.6, 0, 1150)
    sheet.flat(tint(SAGE, 0.75), wall)
    sheet.engrave(INK, ramp((0, 0), 0.62, (600, 0), 0.3), wall, angle=90, pitch=9)
    far_left, far_foot = floor(-980, 2.6)
    far_right, far_top = floor(980, 2.6, 1150)
    front = rect(far_left, far_top, far_right, far_foot)
    sheet.flat(tint(SAGE, 0.55), front)
    sheet.engrave(INK, ramp((far_left, 0), 0.04, (far_right, 0), 0.4), front, pitch=9)
    right = floor.wall(980, 0.8, 2.6, 0, 1150)
    sheet.flat(tint(OCHRE, 0.6), right)
    sheet.engrave(INK, 0.2, right, angle=90, pitch=11)
    ground = floor.level(-980, 980, 0.8, 2.6)
    sheet.flat(mixed(OCHRE, INK, 0.12), ground)
    for i in range(-12, 13):
        sheet.stroke(INK, [floor(i * 82, 0.8), floor(i * 82, 2.6)], 2)
    sheet.engrave(INK, ramp((0, 780), 0.3, (0, HEIGHT), 0.5), ground, pitch=8)
    ceiling = [
        floor(-980, 0.8, 1150),
        floor(-980, 2.6, 1150),
        floor(980, 2.6, 1150),
        floor(980, 0.8, 1150),
    ]
    sheet.engrave(INK, ramp((0, 0), 0.5, (0, 340), 0.12), ceiling, pitch=10)
    panes = ((0.92, 1.18), (1.3, 1.62), (1.78, 2.3))
    for near, far in panes:
        sheet.flat(tint(OCHRE, 0.25), floor.level(-700, -120, near, far), strength=0.8)
        shaft = [floor(-980, near, 940), floor(-980, far, 940), floor(-120, far), floor(-700, near)]
        sheet.engrave(PAPER, ramp(shaft[0], 0.42, shaft[2], 0.1), shaft, angle=40, pitch=10)
    for away in (2.2, 1.65, 1.25):
        for across in (-420, 420):
            x, y = floor(across, away, 1150)
            drop = 210 / away
            sheet.flat(INK, taper([(x, y), (x, y + drop)], 5 / away, 5 / away))
            sheet.flat(INK, ellipse(x, y + drop + 34 / away, 58 / away, 46 / away))
            sheet.flat(PAPER, ellipse(x, y + drop + 34 / away, 52 / away, 40 / away))
    for near, far in panes:
        sheet.flat(INK, floor.wall(-980, near - 0.015, far + 0.015, 330, 1000))
        sheet.flat(PAPER, floor.wall(-980, near, far, 345, 985))
        middle = (near + far) / 2
        sheet.flat(INK, floor.wall(-980, middle, middle + 0.012, 345, 985))
        for up in (500, 660, 820):
            sheet.flat(INK, floor.wall(-980, near, far, up, up + 10))
    _board(sheet, floor)
    for away, places in (
        (2.05, (-560, -190, 190, 560)),
        (1.6, (-580, -195, 195, 580)),
        (1.22, (-600, -200, 200, 600)),
    ):
        for i, across in enumerate(places):
            _pupil(sheet, floor, across, away, i)
    return sheet.finish()


def _board(sheet: Sheet, floor: Floor) -> None:
    x0, y0 = floor(-560, 2.6, 880)
    x1, y1 = floor(620, 2.6, 360)
    sheet.flat(mixed(OCHRE, INK, 0.4), rect(x0 - 12, y0 - 12, x1 + 12, y1 + 14))
    sheet.flat(mixed(SAGE, INK, 0.72), rect(x0, y0, x1, y1))
    sheet.engrave(
        mixed(SAGE, INK, 0.45),
        glow((x0 + 120, y0 + 60), 420, 0.55, 0.0),
        rect(x0, y0, x1, y1),
        angle=-20,
        pitch=9,
    )
    a, b, c = (x0 + 60, y1 - 34), (x0 + 200, y1 - 34), (x0 + 60, y0 + 44)
    for line in (
        [a, b],
        [b, c],
        [c, a],
        [(a[0], a[1] - 16), (a[0] + 16, a[1] - 16), (a[0] + 16, a[1])],
    ):
        sheet.stroke(PAPER, line, 3)
    sheet.stroke(PAPER, ellipse(x0 + 290, (y0 + y1) / 2, 52), 3)
    sheet.stroke(PAPER, [(x0 + 238, (y0 + y1) / 2), (x0 + 342, (y0 + y1) / 2)], 3)
    for k in range(3):
        y = y0 + 48 + k * 36
        run = [(x0 + 372 + i * 9, y + 9 * math.sin(i * 1.7 + k)) for i in range(7)]
        sheet.stroke(PAPER, curve(run, closed=False), 3)
    clock = floor(0, 2.6, 1030)
    sheet.flat(INK, ellipse(*clock, 36))
    sheet.flat(PAPER, ellipse(*clock, 30))
    sheet.stroke(INK, [clock, (clock[0] + 18, clock[1] - 8)], 4)
    sheet.stroke(INK, [clock, (clock[0] - 4, clock[1] - 24)], 3)
    x, y = floor(430, 2.45)
    people.place(sheet, "woman", x, y, 262, BRICK, flip=True)
    sheet.flat(BRICK, capsule((x - 8, y - 202), (x - 62, y - 232), 11, 8))
    sheet.flat(
        INK,
        capsule((x - 62, y - 232), (x - 74, y - 240), 7),
        taper([(x - 70, y - 238), (x - 150, y - 290)], 5, 2),
    )
    desk = rect(x + 40, y - 96, x + 200, y + 6)
    sheet.flat(mixed(OCHRE, INK, 0.45), desk, rect(x + 28, y - 106, x + 212, y - 94))
    sheet.engrave(INK, 0.4, desk, angle=90, pitch=8)
    globe: Point = (x + 168, y - 152)
    sheet.flat(
        INK, rect(globe[0] - 4, y - 118, globe[0] + 4, y - 106), ellipse(globe[0], y - 108, 24, 6)
    )
    sheet.flat(BLUE, ellipse(*globe, 36))
    sheet.flat(
        SAGE,
        curve(
            [
                (globe[0] - 20, globe[1] - 18),
                (globe[0] + 6, globe[1] - 26),
                (globe[0] + 2, globe[1] - 2),
                (globe[0] - 14, globe[1] + 8),
            ]
        ),
    )
    sheet.stroke(INK, ellipse(*globe, 42, 42, 250, 440), 4)


def _pupil(sheet: Sheet, floor: Floor, across: float, away: float, order: int) -> None:
    """A child at a desk, seen from behind."""
    wide = 130
    top = floor.level(across - wide, across + wide, away, away * 1.14, 300)
    sheet.flat(INK, floor.level(across - wide, across + wide, away, away * 1.14), strength=0.6)
    for side in (-1, 1):
        leg = [
            floor(across + side * (wide - 14), away, 300),
            floor(across + side * (wide - 14), away),
        ]
        sheet.flat(INK, taper(leg, 13 / away, 10 / away))
    sheet.flat(mixed(OCHRE, BRICK, 0.3), top)
    sheet.engrave(INK, 0.25, top, pitch=7)
    (x0, y0), (x1, y1) = top[3], top[2]
    sheet.flat(
        mixed(BRICK, INK, 0.6), [(x0, y0), (x1, y1), (x1, y1 + 16 / away), (x0, y0 + 16 / away)]
    )
    page = floor.level(across - 100, across - 20, away * 1.03, away * 1.12, 302)
    sheet.flat(PAPER, page)
    x, y = floor(across + 12, away * 0.94, 190)
    clothes = (BRICK, BLUE, mixed(SAGE, INK, 0.2), OCHRE)[(order + int(away * 10)) % 4]
    figure = people.sitter_from_behind(x, y, 184 / away, 0.2 * (order % 3 - 1))
    sheet.flat(INK, figure[1])
    sheet.flat(clothes, figure[0])
    sheet.engrave(
        INK, ramp((x - 40 / away, 0), 0.1, (x + 95 / away, 0), 0.9), figure[0], angle=70, pitch=7
    )
    sheet.flat(INK, figure[2])
    if order % 2:
        head = figure[2][len(figure[2]) // 2]
        sheet.flat(
            INK,
            ellipse(x - 34 / away, head[1] + 20 / away, 18 / away, 34 / away),
            ellipse(x + 40 / away, head[1] + 20 / away, 18 / away, 34 / away),
        )
    seat = floor.wall(across, away * 0.94, away * 0.94, 0, 0)[0]
    back = rect(x - 80 / away, y - 40 / away, x + 80 / away, y + 26 / away)
    sheet.flat(mixed(OCHRE, INK, 0.55), back)
    sheet.flat(
        INK,
        rect(x - 78 / away, y, x - 66 / away, seat[1]),
        rect(x + 66 / away, y, x + 78 / away, seat[1]),
    )


def window() -> Image.Image:
    """An evening in, the city in the rain beyond the glass."""
    sheet = Sheet("window")
    sheet.flat(mixed(INK, BLUE, 0.3), rect(0, 0, WIDTH, HEIGHT))
    left, top, right, sill = 330, 90, 1470, 900
    pane = rect(left, top, right, sill)
    sheet.flat(tint(BLUE, 0.4), pane)
    with sheet.inside(pane):
        _city(sheet, left, top, right, sill)
    for x in (left, left + 380, right - 380, right):
        sheet.flat(INK, rect(x - 13, top - 30, x + 13, sill))
    for y in (top, top + 240):
        sheet.flat(INK, rect(left, y - 11, right, y + 11))
    _wall(sheet, left, right)
    _sill(sheet, left, right, sill)
    return sheet.finish()


def _city(sheet: Sheet, left: float, top: float, right: float, sill: float) -> None:
    sheet.engrave(
        BLUE,
        ramp((0, top), 0.95, (0, sill), 0.25),
        rect(left, top, right, sill),
        angle=-72,
        pitch=9,
    )
    moon: Point = (1180, 250)
    sheet.dots(tint(BLUE, 0.15), glow(moon, 240, 0.85, 0.0), ellipse(*moon, 240), pitch=9)
    sheet.flat(PAPER, ellipse(*moon, 72))
    for depth, (base, low, strength) in enumerate(
        ((520, 260, 0.62), (640, 300, 0.85), (760, 220, 1.0))
    ):
        x = left - 40.0
        while x < right:
            wide = sheet.chance.uniform(90, 170)
            roof = base - sheet.chance.uniform(0.1, 1) * low * 0.7
            tower = rect(x, roof, x + wide, sill)
            ink: Ink = mixed(tint(BLUE, strength), INK, 0.3 * depth)
            sheet.flat(ink, tower)
            sheet.engrave(INK, ramp((x, 0), 0.05, (x + wide, 0), 0.6), tower, angle=90, pitch=8)
            cells = windows(x + 8, roof + 14, x + wide - 8, roof + 14 + 260, 4, 7, (0.5, 0.56))
            sheet.flat(OCHRE, *sheet.chance.sample(cells, 7 + 3 * depth))
            x += wide + 4
    for _ in range(220):
        x, y = sheet.chance.uniform(left, right), sheet.chance.uniform(top, sill)
        long = sheet.chance.uniform(16, 60)
        sheet.flat(PAPER, taper([(x, y), (x - long * 0.32, y + long)], 1, 3))


def _creases(noise: Noise) -> Field:
    """The tone of a curtain's folds."""
    return lambda x, y: 0.3 + 0.75 * noise(x * 2.6, y * 0.12, 100)


def _wall(sheet: Sheet, left: float, right: float) -> None:
    for flip in (False, True):
        cloth: Outline = [
            (0, 0),
            (left + 30, 0),
            (left - 20, 400),
            (left - 60, 760),
            (left - 30, HEIGHT),
            (0, HEIGHT),
        ]
        if flip:
            cloth = [(WIDTH - x, y) for x, y in cloth]
        sheet.flat(BRICK, cloth)
        noise = Noise(f"drape {flip}")
        sheet.engrave(
            INK,
            _creases(noise),
            cloth,
            flow=swell(1, 0, 40, noise, 240),
            pitch=9,
            cell=24,
        )
    sheet.flat(OCHRE, rect(0, 36, WIDTH, 54))


def _sill(sheet: Sheet, left: float, right: float, sill: float) -> None:
    seat = rect(left - 70, sill, right + 70, sill + 60)
    sheet.flat(OCHRE, seat)
    sheet.engrave(INK, ramp((0, sill), 0.1, (0, sill + 60), 0.7), seat, pitch=8)
    panel = rect(left - 40, sill + 60, right + 40, HEIGHT)
    sheet.flat(mixed(OCHRE, INK, 0.45), panel)
    sheet.engrave(INK, ramp((0, sill + 60), 0.7, (0, HEIGHT), 0.4), panel, angle=90, pitch=9)
    for i in range(4):
        x = left + i * 290
        sheet.stroke(INK, [*rect(x, sill + 96, x + 262, HEIGHT + 10), (x, sill + 96)], 7)
    sheet.flat(INK, *_reader(690, sill))
    sheet.flat(PAPER, [(828, sill - 300), (968, sill - 318), (984, sill - 176), (844, sill - 156)])
    for k in range(6):
        y = sill - 284 + k * 20
        sheet.stroke(INK, [(844 + k * 2, y), (954 + k * 2, y - 14)], 3)
    sheet.flat(INK, capsule((745, sill - 235), (846, sill - 212), 22, 16))
    _cat(sheet, 1352, sill)
    pot = [(1092, sill - 96), (1182, sill - 96), (1168, sill), (1106, sill)]
    sheet.flat(BRICK, pot)
    sheet.engrave(INK, ramp((1102, 0), 0.1, (1182, 0), 0.9), pot, angle=90, pitch=7)
    for i in range(9):
        lean, foot = (i - 4) * 20, (1137.0, sill - 90)
        tip = (1137 + lean * 1.6, sill - 310 + abs(lean) * 1.1)
        stem = curve([foot, (1137 + lean * 0.5, sill - 210), tip], closed=False)
        sheet.flat(INK, spindle(stem, 34))
        sheet.flat(mixed(SAGE, INK, 0.1 + 0.4 * (i % 2)), spindle(stem, 25))


def _reader(x: float, seat: float) -> list[Outline]:
    """Somebody on the window seat, knees drawn up, facing right."""
    return [
        curve(
            [
                (x - 92, seat),
                (x - 110, seat - 130),
                (x - 82, seat - 262),
                (x - 10, seat - 318),
                (x + 62, seat - 280),
                (x + 76, seat - 150),
                (x + 60, seat),
            ]
        ),
        ellipse(x + 6, seat - 392, 56, 68),
        curve(
            [
                (x - 62, seat - 372),
                (x - 66, seat - 446),
                (x, seat - 474),
                (x + 52, seat - 440),
                (x - 6, seat - 400),
                (x - 20, seat - 330),
                (x - 70, seat - 312),
            ]
        ),
        capsule((x + 10, seat - 340), (x + 4, seat - 300), 27),
        capsule((x, seat - 46), (x + 210, seat - 170), 54, 40),
        capsule((x + 210, seat - 170), (x + 300, seat - 24), 40, 26),
        capsule((x + 292, seat - 16), (x + 350, seat - 14), 20, 14),
    ]


def _cat(sheet: Sheet, x: float, foot: float) -> None:
    sheet.flat(
        INK,
        curve(
            [
                (x - 58, foot),
                (x - 62, foot - 60),
                (x - 40, foot - 130),
                (x, foot - 158),
                (x + 36, foot - 130),
                (x + 54, foot - 60),
                (x + 56, foot),
            ]
        ),
    )
    sheet.flat(
        INK,
        ellipse(x - 2, foot - 178, 41, 36),
        [(x - 40, foot - 190), (x - 36, foot - 236), (x - 10, foot - 208)],
        [(x + 36, foot - 190), (x + 32, foot - 236), (x + 6, foot - 208)],
    )
    tail = curve(
        [(x + 40, foot - 16), (x + 100, foot - 10), (x + 120, foot + 40), (x + 96, foot + 84)],
        closed=False,
    )
    sheet.flat(INK, taper(tail, 24, 13))
