"""A chessboard."""

from PIL import Image

from broadsheet.newsroom.demo.pictures.forms import (
    HEIGHT,
    WIDTH,
    Floor,
    Outline,
    Point,
    ellipse,
    glow,
    moved,
    ramp,
    rect,
)
from broadsheet.newsroom.demo.pictures.scenery import rays, sun
from broadsheet.newsroom.demo.pictures.sheet import (
    BRICK,
    INK,
    OCHRE,
    Sheet,
    mixed,
    tint,
)


def chess() -> Image.Image:
    """The end of a game, the light low across the board."""
    sheet = Sheet("chess")
    sheet.flat(tint(OCHRE, 0.4), rect(0, 0, WIDTH, HEIGHT))
    light: Point = (340, 300)
    rays(sheet, BRICK, light, glow(light, 1650, 0.12, 1.0), rect(0, 0, WIDTH, 700), pitch=11)
    sun(sheet, BRICK, *light, 150, tint(OCHRE, 0.25))
    table = rect(0, 640, WIDTH, HEIGHT)
    sheet.flat(mixed(BRICK, INK, 0.6), table)
    sheet.engrave(INK, ramp((0, 640), 0.8, (0, HEIGHT), 0.4), table, pitch=9)
    floor = Floor(820, 330, 1290)
    sheet.flat(INK, floor.level(-1000, 1000, 0.98, 2.76))
    sheet.flat(OCHRE, floor.level(-985, 985, 1.0, 2.72))
    rows = [1.02 * 1.128**k for k in range(9)]
    for i in range(8):
        for j in range(8):
            cell = floor.level(-940 + i * 235, -705 + i * 235, rows[j], rows[j + 1])
            if (i + j) % 2:
                sheet.flat(tint(OCHRE, 0.22), cell)
            else:
                sheet.flat(INK, cell)
                sheet.engrave(
                    mixed(INK, OCHRE, 0.6), ramp((0, 650), 0.35, (0, HEIGHT), 0.05), cell, pitch=9
                )
    pieces = (
        ("pawn", 5, 6, False), ("king", 2, 6, False), ("rook", 0, 6, False), ("pawn", 6, 5, True),
        ("bishop", 5, 4, True), ("pawn", 1, 4, True), ("queen", 6, 3, False), ("pawn", 0, 3, True),
        ("pawn", 3, 3, False), ("king", 4, 1, True), ("rook", 1, 1, True), ("pawn", 7, 1, False),
    )  # fmt: skip
    for name, i, j, white in pieces:
        away = (rows[j] + rows[j + 1]) / 2
        x, y = floor(-822 + i * 235, away)
        _piece(sheet, name, x, y, 800 / away, white)
    return sheet.finish()


PROFILES: dict[str, tuple[Point, ...]] = {
    "pawn": (
        (0.19, 0),
        (0.19, 0.05),
        (0.15, 0.09),
        (0.1, 0.14),
        (0.06, 0.28),
        (0.05, 0.36),
        (0.1, 0.38),
        (0.1, 0.41),
        (0.05, 0.42),
    ),
    "rook": (
        (0.22, 0),
        (0.22, 0.06),
        (0.17, 0.11),
        (0.13, 0.18),
        (0.11, 0.44),
        (0.16, 0.5),
        (0.17, 0.62),
    ),
    "bishop": (
        (0.22, 0),
        (0.22, 0.06),
        (0.16, 0.11),
        (0.1, 0.2),
        (0.06, 0.46),
        (0.14, 0.5),
        (0.06, 0.53),
        (0.12, 0.64),
        (0.08, 0.74),
        (0.02, 0.8),
    ),
    "queen": (
        (0.24, 0),
        (0.24, 0.06),
        (0.18, 0.12),
        (0.11, 0.22),
        (0.07, 0.54),
        (0.15, 0.58),
        (0.07, 0.62),
        (0.17, 0.86),
        (0.1, 0.84),
    ),
    "king": (
        (0.24, 0),
        (0.24, 0.06),
        (0.18, 0.12),
        (0.12, 0.22),
        (0.08, 0.58),
        (0.16, 0.62),
        (0.08, 0.66),
        (0.17, 0.86),
        (0.1, 0.9),
    ),
}
"""Half outlines of turned pieces: out from the axis and up, in shares of a king's height."""


def _piece(sheet: Sheet, name: str, x: float, y: float, tall: float, white: bool) -> None:
    half = PROFILES[name]
    outline: Outline = [(dx, -dy) for dx, dy in half] + [(-dx, -dy) for dx, dy in reversed(half)]
    parts = [outline, ellipse(0, 0, half[0][0], 0.055)]
    if name == "pawn":
        parts.append(ellipse(0, -0.5, 0.115))
    elif name == "rook":
        parts += [rect(dx - 0.045, -0.7, dx + 0.045, -0.6) for dx in (-0.125, 0, 0.125)]
    elif name == "bishop":
        parts.append(ellipse(0, -0.82, 0.035))
    elif name == "queen":
        parts += [ellipse(dx, -0.9 + abs(dx) * 0.2, 0.03) for dx in (-0.16, -0.08, 0, 0.08, 0.16)]
        parts += [
            [(dx - 0.04, -0.8), (dx, -0.9), (dx + 0.04, -0.8)]
            for dx in (-0.14, -0.08, 0, 0.08, 0.14)
        ]
    else:
        parts += [rect(-0.022, -1.06, 0.022, -0.86), rect(-0.075, -1.0, 0.075, -0.955)]
    cast = [[(px * 0.9 - py * 0.95, -py * -0.16 + px * 0.1) for px, py in part] for part in parts]
    sheet.flat(INK, *(moved(part, x, y, tall) for part in cast), strength=0.72)
    placed = [moved(part, x, y, tall) for part in parts]
    for part in placed:
        sheet.stroke(INK, [*part, part[0]], 9)
    sheet.flat(tint(OCHRE, 0.18) if white else BRICK, *placed)
    reach = 0.22 * tall
    sheet.engrave(
        INK, ramp((x - reach * 0.3, 0), 0.0, (x + reach, 0), 1.0), *placed, angle=90, pitch=6
    )
    if not white:
        sheet.engrave(INK, 0.3, *placed, pitch=8)
