"""The people who write, head and shoulders: drawn, like all of the paper, and nobody's likeness."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from broadsheet.newsroom.demo.pictures.forms import (
    Outline,
    Point,
    capsule,
    curve,
    ellipse,
    moved,
    ramp,
    rect,
    rings,
)
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

SIZE = 720
"""Pixels along each side of a portrait."""
CENTRE: Point = (900, 560)
FRAME = (300, 0, 1500, 1200)


@dataclass(frozen=True)
class Sitter:
    """What tells one sitter from another."""

    ground: Ink
    skin: Ink
    hair: Ink
    cut: str
    coat: Ink
    collar: str = "open"
    glasses: bool = False
    beard: bool = False
    flip: bool = False


PALE, WARM, TAN, BROWN, DEEP = "#e8c9a8", "#ddb28a", "#c78f63", "#96613e", "#6b4129"

SITTERS: dict[str, Sitter] = {
    "portrait-ines-calloway": Sitter(tint(BLUE, 0.55), TAN, INK, "bob", BRICK, "shirt"),
    "portrait-dorothea-lindmark": Sitter(
        tint(OCHRE, 0.6), PALE, tint(INK, 0.25), "bun", BLUE, "high", glasses=True, flip=True
    ),
    "portrait-samuel-okafor-bright": Sitter(
        tint(SAGE, 0.8), DEEP, INK, "short", mixed(BLUE, INK, 0.4), "tie"
    ),
    "portrait-ruth-amsel-vane": Sitter(
        tint(BRICK, 0.5), WARM, mixed(BRICK, OCHRE, 0.25), "long", INK, "open", flip=True
    ),
    "portrait-maren-holloway": Sitter(
        tint(BLUE, 0.35), PALE, mixed(OCHRE, INK, 0.25), "tail", mixed(SAGE, INK, 0.4), "shirt"
    ),
    "portrait-tomas-arrizola": Sitter(
        tint(BRICK, 0.4), WARM, tint(INK, 0.6), "parted", mixed(BLUE, INK, 0.3), "shirt",
        beard=True, flip=True,
    ),
    "portrait-nuria-belmar-sarria": Sitter(
        tint(SAGE, 0.7), WARM, mixed(BRICK, INK, 0.6), "long", OCHRE, "high"
    ),
    "portrait-leandro-quiles-osma": Sitter(
        tint(OCHRE, 0.5), PALE, tint(INK, 0.35), "bald", BRICK, "high", glasses=True, beard=True
    ),
    "portrait-irene-zaldua": Sitter(
        tint(BLUE, 0.45), TAN, INK, "crop", mixed(BRICK, INK, 0.3), "open", glasses=True, flip=True
    ),
    "portrait-abel-montsoriu": Sitter(
        tint(OCHRE, 0.75), BROWN, INK, "curls", mixed(SAGE, INK, 0.5), "shirt", beard=True
    ),
}  # fmt: skip


def drawings() -> dict[str, Callable[[], Image.Image]]:
    """How each portrait is drawn, by its name."""
    return {name: functools.partial(draw, name) for name in SITTERS}


def draw(name: str) -> Image.Image:
    """One portrait, square. Raises KeyError for nobody of ours."""
    sitter = SITTERS[name]
    sheet = Sheet(name)
    sheet.flat(sitter.ground, rect(*FRAME))
    dark = mixed(sitter.ground, INK, 0.45)
    sheet.engrave(
        dark,
        ramp((300, 0), 0.1, (1500, 1100), 0.7),
        rect(*FRAME),
        flow=rings((620, 300)),
        pitch=13,
        cell=40,
    )
    _hair_behind(sheet, sitter)
    _shoulders(sheet, sitter)
    _head(sheet, sitter)
    _face(sheet, sitter)
    _hair(sheet, sitter)
    portrait = sheet.finish().crop(FRAME).resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    return portrait.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if sitter.flip else portrait


def _at(*points: Point) -> Outline:
    """A smooth outline around the middle of the face."""
    return moved(curve(points), *CENTRE)


def _shoulders(sheet: Sheet, sitter: Sitter) -> None:
    shade = mixed(sitter.skin, INK, 0.35)
    body = _at(
        (-420, 700),
        (-400, 470),
        (-300, 380),
        (-120, 330),
        (0, 325),
        (120, 330),
        (300, 380),
        (400, 470),
        (420, 700),
    )
    sheet.flat(INK, moved(body, 10, 6))
    sheet.flat(sitter.coat, body)
    sheet.engrave(INK, ramp((640, 0), 0.05, (1320, 0), 0.85), body, angle=72, pitch=12)
    neck = _at((-92, 130), (92, 130), (96, 330), (40, 420), (-40, 420), (-96, 330))
    sheet.flat(sitter.skin, neck)
    sheet.engrave(shade, ramp((860, 640), 0.95, (800, 940), 0.15), neck, angle=20, pitch=9)
    left, right = (
        [(-130, 318), (-6, 470), (-100, 560), (-200, 360)],
        [(130, 318), (6, 470), (100, 560), (200, 360)],
    )
    if sitter.collar == "high":
        roll = _at((-126, 262), (0, 318), (126, 262), (140, 370), (0, 430), (-140, 370))
        sheet.flat(mixed(sitter.coat, PAPER, 0.2), roll)
        sheet.engrave(INK, ramp((800, 0), 0.1, (1060, 0), 0.7), roll, angle=90, pitch=10)
    elif sitter.collar in {"shirt", "tie"}:
        sheet.flat(
            PAPER, moved([(-128, 306), (0, 460), (128, 306), (70, 700), (-70, 700)], *CENTRE)
        )
        sheet.flat(
            PAPER,
            moved([(-130, 290), (-4, 452), (-84, 500), (-172, 336)], *CENTRE),
            moved([(130, 290), (4, 452), (84, 500), (172, 336)], *CENTRE),
        )
        sheet.stroke(INK, moved([(-130, 290), (-4, 452), (-84, 500), (-172, 336)], *CENTRE), 4)
        sheet.stroke(INK, moved([(130, 290), (4, 452), (84, 500), (172, 336)], *CENTRE), 4)
        if sitter.collar == "tie":
            sheet.flat(
                BRICK,
                moved(
                    [(-28, 456), (28, 456), (20, 510), (46, 700), (-46, 700), (-20, 510)], *CENTRE
                ),
            )
    if sitter.collar != "high":
        for lapel in (left, right):
            sheet.flat(mixed(sitter.coat, INK, 0.35), moved(lapel, *CENTRE))


def _head(sheet: Sheet, sitter: Sitter) -> None:
    shade = mixed(sitter.skin, INK, 0.4)
    sheet.flat(
        sitter.skin,
        moved(ellipse(-208, 10, 34, 56), *CENTRE),
        moved(ellipse(208, 10, 34, 56), *CENTRE),
    )
    face = _at(
        (-205, -110),
        (-120, -270),
        (0, -310),
        (120, -270),
        (205, -110),
        (200, 60),
        (150, 190),
        (70, 262),
        (0, 276),
        (-70, 262),
        (-150, 190),
        (-200, 60),
    )
    sheet.flat(sitter.skin, face)
    sheet.engrave(shade, ramp((880, 0), 0.0, (1120, 0), 0.85), face, angle=64, pitch=9)
    sheet.engrave(
        mixed(sitter.skin, BRICK, 0.5),
        0.4,
        moved(ellipse(-118, 92, 54, 38), *CENTRE),
        moved(ellipse(118, 92, 54, 38), *CENTRE),
        angle=20,
        pitch=9,
    )


def _face(sheet: Sheet, sitter: Sitter) -> None:
    shade = mixed(sitter.skin, INK, 0.55)
    brow = INK if sitter.skin == DEEP else mixed(sitter.hair, INK, 0.45)
    for side in (-1, 1):
        sheet.flat(
            brow,
            moved(
                curve([(side * 40, -62), (side * 92, -84), (side * 140, -66), (side * 92, -70)]),
                *CENTRE,
            ),
        )
        sheet.flat(mixed(sitter.skin, PAPER, 0.75), moved(ellipse(side * 88, -16, 36, 17), *CENTRE))
        sheet.flat(INK, moved(ellipse(side * 88 + 5, -16, 16, 17), *CENTRE))
        lid = curve([(side * 46, -14), (side * 88, -40), (side * 130, -14), (side * 88, -30)])
        sheet.flat(INK, moved(lid, *CENTRE))
    nose = curve([(6, -50), (22, 30), (40, 74), (10, 96), (-18, 84), (8, 74), (10, 20)])
    sheet.flat(shade, moved(nose, *CENTRE))
    if sitter.beard:
        _beard(sheet, sitter)
    lips = curve([(-66, 156), (-22, 144), (0, 150), (22, 144), (66, 156), (0, 186)])
    sheet.flat(mixed(BRICK, sitter.skin, 0.25), moved(lips, *CENTRE))
    sheet.stroke(INK, moved(curve([(-70, 157), (0, 163), (70, 154)], closed=False), *CENTRE), 5)
    if sitter.glasses:
        for side in (-1, 1):
            ring = moved(ellipse(side * 90, -14, 66, 54), *CENTRE)
            sheet.stroke(INK, [*ring, ring[0]], 9)
            sheet.stroke(INK, moved([(side * 155, -22), (side * 212, -14)], *CENTRE), 9)
        sheet.stroke(INK, moved(curve([(-26, -22), (0, -34), (26, -22)], closed=False), *CENTRE), 9)


def _beard(sheet: Sheet, sitter: Sitter) -> None:
    beard = _at(
        (-206, 10),
        (-180, 110),
        (-90, 122),
        (0, 112),
        (90, 122),
        (180, 110),
        (206, 10),
        (196, 170),
        (120, 290),
        (0, 334),
        (-120, 290),
        (-196, 170),
    )
    sheet.flat(sitter.hair, beard)
    sheet.engrave(
        mixed(sitter.hair, INK, 0.7), ramp((760, 0), 0.3, (1100, 0), 0.8), beard, angle=84, pitch=9
    )


def _hair_behind(sheet: Sheet, sitter: Sitter) -> None:
    match sitter.cut:
        case "long":
            mass = _at(
                (-250, -120),
                (-150, -350),
                (0, -390),
                (150, -350),
                (250, -120),
                (290, 200),
                (270, 470),
                (-270, 470),
                (-290, 200),
            )
        case "bob":
            mass = _at(
                (-246, -120),
                (-150, -340),
                (0, -384),
                (150, -340),
                (246, -120),
                (262, 120),
                (230, 236),
                (-230, 236),
                (-262, 120),
            )
        case "tail":
            mass = _at((150, -290), (280, -250), (330, -60), (300, 200), (250, 330), (236, 60))
        case "bun":
            mass = moved(ellipse(0, -390, 118, 104), *CENTRE)
        case _:
            return
    sheet.flat(sitter.hair, mass)
    sheet.engrave(mixed(sitter.hair, INK, 0.75), 0.5, mass, angle=88, pitch=11)


def _hair(sheet: Sheet, sitter: Sitter) -> None:
    """The hair over the forehead, as the cut has it."""
    cap: list[Point] = [
        (-222, -20),
        (-236, -160),
        (-150, -330),
        (0, -384),
        (150, -330),
        (236, -160),
        (222, -20),
    ]
    fringes: dict[str, list[Point]] = {
        "bob": [(196, -60), (170, -170), (40, -190), (-120, -150), (-196, -40)],
        "bun": [(192, -110), (120, -214), (0, -236), (-120, -214), (-192, -110)],
        "short": [(190, -130), (150, -206), (0, -226), (-150, -206), (-190, -130)],
        "long": [(200, -40), (150, -190), (-40, -246), (-150, -150), (-204, -20)],
        "tail": [(198, -90), (130, -220), (20, -240), (-130, -190), (-198, -70)],
        "parted": [(192, -110), (170, -190), (-70, -236), (-150, -180), (-192, -90)],
        "crop": [
            (196, -90), (140, -160), (70, -140), (0, -176), (-80, -140), (-150, -160), (-196, -80),
        ],
        "curls": [(194, -120), (140, -190), (0, -210), (-140, -190), (-194, -120)],
    }  # fmt: skip
    if sitter.cut == "bald":
        sides = [
            _at((-222, 20), (-236, -90), (-196, -170), (-186, -60)),
            _at((222, 20), (236, -90), (196, -170), (186, -60)),
        ]
        sheet.flat(sitter.hair, *sides)
        sheet.engrave(mixed(sitter.hair, INK, 0.7), 0.5, *sides, angle=84, pitch=9)
        return
    mass = _at(*cap, *fringes[sitter.cut])
    sheet.flat(sitter.hair, mass)
    if sitter.cut == "curls":
        for turn in range(0, 181, 12):
            (curl,) = [ellipse(0, -190, 214, 186, 180 + turn, 181 + turn)[0]]
            sheet.flat(sitter.hair, moved(ellipse(*curl, 46), *CENTRE))
    light = mixed(sitter.hair, OCHRE if sitter.hair == INK else PAPER, 0.4)
    sheet.engrave(
        light,
        ramp((760, 300), 0.6, (1000, 420), 0.0),
        mass,
        flow=rings((900, 640)),
        pitch=11,
        cell=30,
    )
    if sitter.cut == "tail":
        sheet.flat(BRICK, moved(capsule((196, -250), (246, -196), 22), *CENTRE))
