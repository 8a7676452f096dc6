"""Scenes in great rooms: theatre, library."""

import itertools
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
    curve,
    ellipse,
    glow,
    ramp,
    rect,
    rings,
    taper,
)
from broadsheet.newsroom.demo.pictures.scenery import beams
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


def theatre() -> Image.Image:
    """One player in the light, seen over the heads of a full house."""
    sheet = Sheet("theatre")
    sheet.flat(INK, rect(0, 0, WIDTH, HEIGHT))
    back = rect(300, 160, 1500, 800)
    sheet.flat(mixed(INK, BLUE, 0.75), back)
    sheet.engrave(tint(BLUE, 0.5), glow((900, 640), 620, 0.6, 0.05), back, angle=90, pitch=10)
    floor = Floor(900, 560, 900)
    boards = floor.level(-640, 640, 1, 1.75)
    sheet.flat(mixed(OCHRE, INK, 0.35), boards)
    for i in range(-12, 13):
        sheet.stroke(INK, [floor(i * 54, 1), floor(i * 54, 1.75)], 3)
    lamp: Point = (1330, -60)
    cone = [(lamp[0] - 14, lamp[1]), (lamp[0] + 14, lamp[1]), (1085, 828), (735, 828)]
    sheet.flat(tint(OCHRE, 0.45), cone, strength=0.42)
    sheet.engrave(tint(OCHRE, 0.35), ramp(lamp, 0.95, (900, 830), 0.4), cone, angle=62, pitch=9)
    sheet.flat(tint(OCHRE, 0.35), ellipse(910, 828, 178, 32))
    shade = [(890, 834), (930, 834), (800, 872), (742, 868)]
    sheet.flat(INK, shade, strength=0.8)
    people.place(sheet, "woman", 905, 836, 330, BRICK)
    _curtains(sheet)
    apron = rect(230, 900, 1570, 940)
    sheet.flat(OCHRE, apron)
    sheet.engrave(INK, ramp((900, 900), 0.2, (900, 950), 0.9), apron, pitch=8)
    for x in range(300, 1530, 86):
        sheet.flat(INK, ellipse(x, 902, 24, 20, 180, 360))
        sheet.flat(tint(OCHRE, 0.4), ellipse(x, 896, 9, 8))
    _boxes(sheet)
    _house(sheet)
    return sheet.finish()


def _folds(seed: str, gather: float) -> Field:
    """The height of hanging cloth: folds drawn together towards x = `gather` lower down."""
    noise = Noise(seed)

    def height(x: float, y: float) -> float:
        drawn = 1 + max(0, y - 200) / 1500
        return gather + (x - gather) * drawn + 26 * noise(x, y, 140)

    return height


def _creases(noise: Noise) -> Field:
    """The tone of hanging cloth: narrow lights and shadows, nearly upright."""
    return lambda x, y: 0.28 + 0.7 * noise(x * 2.4 + y * 0.12, y * 0.14, 90)


def _curtains(sheet: Sheet) -> None:
    for flip in (False, True):
        edge = [(660, 0), (640, 200), (560, 420), (430, 600), (330, 680), (352, 780), (372, 930)]
        hang = [*curve(edge, closed=False), (140, 930), (140, 0)]
        if flip:
            hang = [(WIDTH - x, y) for x, y in hang]
        sheet.flat(BRICK, hang)
        lit = _creases(Noise(f"curtain {flip}"))
        gather = WIDTH - 340.0 if flip else 340.0
        sheet.engrave(INK, lit, hang, flow=_folds("f", gather), pitch=9, cell=24)
        tie = [(212, 676), (338, 664), (342, 694), (212, 714)]
        sheet.flat(OCHRE, [(WIDTH - x, y) for x, y in tie] if flip else tie)
    swags = [ellipse(200 + i * 280, 40, 160, 120, 0, 180) for i in range(6)]
    for swag in swags:
        sheet.flat(BRICK, swag)
        middle = (swag[0][0] + swag[-1][0]) / 2
        sheet.engrave(
            INK,
            ramp((0, 20), 0.8, (0, 170), 0.25),
            swag,
            flow=rings((middle, -60), flat=1.3),
            pitch=10,
            cell=20,
        )
        sheet.stroke(OCHRE, swag, 9)
    sheet.flat(INK, rect(0, 0, WIDTH, 44))
    sheet.flat(OCHRE, rect(0, 40, WIDTH, 56))


def _boxes(sheet: Sheet) -> None:
    """The boxes at both sides, with people in them."""
    for flip in (False, True):
        for level in (300, 590, 880):
            front = curve(
                [
                    (-40, level),
                    (120, level + 20),
                    (236, level - 6),
                    (236, level + 92),
                    (120, level + 122),
                    (-40, level + 104),
                ]
            )
            alcove = [
                *ellipse(90, level - 90, 110, 120, 180, 360),
                (200, level + 20),
                (-20, level + 20),
            ]
            folk = [
                people.sitter_from_behind(x, level + 26, 96, lean)
                for x, lean in ((56, 0.3), (146, 0.1))
            ]
            if flip:
                front = [(WIDTH - x, y) for x, y in front]
                alcove = [(WIDTH - x, y) for x, y in alcove]
                folk = [[[(WIDTH - x, y) for x, y in part] for part in one] for one in folk]
            sheet.flat(mixed(BRICK, INK, 0.55), alcove)
            sheet.engrave(INK, 0.45, alcove, angle=90, pitch=9)
            for one in folk:
                sheet.flat(INK, *one)
            sheet.flat(mixed(OCHRE, INK, 0.15), front)
            inner = ramp(
                (WIDTH, 0) if flip else (0, 0), 0.85, (WIDTH - 260, 0) if flip else (260, 0), 0.15
            )
            sheet.engrave(INK, inner, front, angle=90, pitch=11)


def _house(sheet: Sheet) -> None:
    """The heads of the stalls, row behind row."""
    for row, (y, width, gap) in enumerate(((1010, 132, 156), (1110, 176, 208), (1250, 236, 282))):
        x = -30.0 - row * 60
        while x < WIDTH + 120:
            heads = people.sitter_from_behind(x, y, width, sheet.chance.uniform(-0.25, 0.25))
            light = mixed(INK, OCHRE, 0.75 - 0.2 * row)
            sheet.flat(
                light,
                *([(px + (5 if x < 900 else -5), py - 5) for px, py in part] for part in heads),
            )
            sheet.flat(mixed(INK, BRICK, 0.22 - 0.1 * row), *heads)
            x += gap * sheet.chance.uniform(0.94, 1.06)
        seat = rect(0, y - 8, WIDTH, y + 120)
        sheet.flat(mixed(BRICK, INK, 0.35 + 0.2 * row), seat)
        sheet.engrave(INK, ramp((0, y - 10), 0.3, (0, y + 90), 0.9), seat, pitch=9)


def library() -> Image.Image:
    """A vaulted reading room, light falling through the great window at its end."""
    sheet = Sheet("library")
    floor = Floor(900, 650, HEIGHT)
    sheet.flat(mixed(OCHRE, PAPER, 0.45), rect(0, 0, WIDTH, HEIGHT))
    _vault(sheet, floor)
    _end_window(sheet, floor)
    ground = floor.level(-860, 860, 0.9, 5)
    sheet.flat(mixed(OCHRE, INK, 0.2), ground)
    sheet.engrave(INK, ramp((0, 760), 0.12, (0, HEIGHT), 0.66), ground, pitch=9)
    light = [floor(-150, 5), floor(150, 5), floor(330, 0.95), floor(-330, 0.95)]
    sheet.flat(tint(OCHRE, 0.35), light, strength=0.85)
    sheet.engrave(INK, ramp((0, 760), 0.0, (0, HEIGHT), 0.4), light, pitch=9)
    for side in (-1, 1):
        _shelves(sheet, floor, side)
    for away in (3.4, 2.35, 1.6):
        for side in (-1, 1):
            _table(sheet, floor, side, away)
    x, y = floor(30, 2.2)
    people.place(sheet, "walker", x, y, 270, INK, flip=True)
    sheet.flat(INK, [(x - 24, y), (x + 24, y), (x + 18, y + 190), (x - 40, y + 190)], strength=0.6)
    return sheet.finish()


def _vault(sheet: Sheet, floor: Floor) -> None:
    """Barrel vault: coffers between ribs, darker towards the eye."""
    spring, rise = 980.0, 560.0

    def rib(away: float) -> Outline:
        middle = floor(0, away, spring)
        return ellipse(middle[0], middle[1], 860 / away, rise / away, 180, 360)

    whole = [*rib(0.8), *reversed(rib(5))]
    sheet.flat(mixed(SAGE, PAPER, 0.25), whole)
    eye: Point = floor(0, 5, spring)

    def spoke(x: float, y: float) -> float:
        return 420 * math.atan2(x - eye[0], eye[1] + 1 - y)

    sheet.engrave(INK, glow(eye, 1050, 0.12, 0.75), whole, flow=spoke, pitch=9, cell=24)
    for away in (5, 3.9, 3.05, 2.4, 1.85, 1.42, 1.1, 0.86):
        sheet.flat(PAPER, taper(rib(away), 26 / away, 26 / away))
        sheet.flat(INK, taper([(x, y + 15 / away) for x, y in rib(away)], 6 / away, 6 / away))


def _end_window(sheet: Sheet, floor: Floor) -> None:
    left, foot = floor(-860, 5)
    right, top = floor(860, 5, 980)
    wall = [*ellipse(900, top, (right - left) / 2, 112, 180, 360), (right, foot), (left, foot)]
    sheet.flat(tint(OCHRE, 0.45), wall)
    sheet.engrave(INK, 0.22, wall, pitch=8)
    glass = [*ellipse(900, 560, 96, 100, 180, 360), (996, 742), (804, 742)]
    sheet.flat(INK, [*ellipse(900, 560, 108, 114, 180, 360), (1008, 752), (792, 752)])
    sheet.flat(PAPER, glass)
    shine = beams((900, 590), 22, 108, 900, 0.42)
    sheet.flat(PAPER, *shine, strength=0.26)
    for x in (852, 900, 948):
        sheet.stroke(INK, [(x, 470 if x == 900 else 486), (x, 742)], 4)
    for y in (560, 620, 680):
        sheet.stroke(INK, [(804, y), (996, y)], 4)


def _shelves(sheet: Sheet, floor: Floor, side: int) -> None:
    edge = 860.0 * side
    sheet.flat(mixed(OCHRE, INK, 0.6), floor.wall(edge, 0.8, 5, 0, 980))
    spines = (SAGE, BRICK, mixed(OCHRE, INK, 0.15), PAPER, mixed(SAGE, INK, 0.45), BLUE)
    bays = (0.82, 1.05, 1.34, 1.72, 2.2, 2.8, 3.6, 4.6)
    for near, far in itertools.pairwise(bays):
        for row in range(7):
            low = 40 + row * 134 + (40 if row > 3 else 0)
            sheet.flat(INK, floor.wall(edge, near * 1.02, far * 0.985, low, low + 112))
            place = near * 1.025
            while place < far * 0.97:
                thick = place * sheet.chance.uniform(0.012, 0.024) * (1 if place < 2 else 1.7)
                tall = low + sheet.chance.uniform(70, 104)
                ink = spines[sheet.chance.randrange(len(spines))]
                sheet.flat(
                    ink, floor.wall(edge, place, min(place + thick * 0.86, far * 0.98), low, tall)
                )
                place += thick
        sheet.flat(mixed(OCHRE, INK, 0.3), floor.wall(edge, near * 0.985, near * 1.02, 0, 980))
    whole = floor.wall(edge, 0.8, 5, 0, 980)
    sheet.engrave(
        INK, ramp((900 + side * 860, 0), 0.66, (900 + side * 200, 0), 0.1), whole, angle=90, pitch=8
    )
    for low, high in ((586, 604), (700, 710), (966, 990)):
        sheet.flat(OCHRE, floor.wall(edge, 0.8, 5, low, high))
    away = 0.84
    while away < 4.9:
        sheet.flat(OCHRE, floor.wall(edge, away, away * 1.008, 600, 704))
        away *= 1.035


def _table(sheet: Sheet, floor: Floor, side: int, away: float) -> None:
    inner, outer, deep = 330.0 * side, 700.0 * side, away * 1.22
    left, right = min(inner, outer), max(inner, outer)
    sheet.flat(INK, floor.level(left, right, away, deep), strength=0.6)
    for across in (left + 25, right - 25):
        sheet.flat(
            INK, taper([floor(across, away, 180), floor(across, away)], 26 / away, 20 / away)
        )
    for i in range(2):
        x, y = floor(left + 100 + i * 170, deep, 150)
        sheet.flat(INK, *people.sitter_from_behind(x, y, 150 / away, 0.2 - 0.3 * i))
    top = floor.level(left, right, away, deep, 190)
    sheet.flat(mixed(OCHRE, BRICK, 0.35), top)
    sheet.engrave(INK, 0.25, top, pitch=7)
    (x0, y0), (x1, y1) = top[3], top[2]
    sheet.flat(
        mixed(BRICK, INK, 0.5), [(x0, y0), (x1, y1), (x1, y1 + 26 / away), (x0, y0 + 26 / away)]
    )
    for i in range(2):
        across = left + 110 + i * 160
        x, y = floor(across, away * 1.1, 190)
        size = 1 / away
        sheet.flat(tint(OCHRE, 0.35), ellipse(x, y, 78 * size, 16 * size))
        sheet.flat(
            INK,
            taper([(x, y), (x, y - 70 * size)], 8 * size, 8 * size),
            ellipse(x, y, 24 * size, 7 * size),
        )
        hood = [*ellipse(x, y - 66 * size, 50 * size, 38 * size, 180, 360)]
        sheet.flat(mixed(SAGE, INK, 0.25), hood)
        sheet.flat(PAPER, rect(x - 46 * size, y - 68 * size, x + 46 * size, y - 62 * size))
        sheet.flat(PAPER, floor.level(across + 36, across + 90, away * 1.04, away * 1.1, 192))
