"""The paper's mark as pixels, drawn from the same file as on its pages."""

import re
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

from broadsheet.settings.django import PACKAGE

MARK = PACKAGE / "web/static/broadsheet/mark.svg"
SIDE = 32
"""Of the square in which the mark is drawn."""
BAR = re.compile(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)")
"""One bar of the mark: left, top, width and height. It is made of nothing else."""
ICONS = {"icon-192": (192, 0.0), "icon-512": (512, 0.0), "icon-maskable-512": (512, 0.2)}
"""Icons of the installed paper: how large, and what part stays free round the mark, because a
device may cut the corners off."""
INK, SHEET = (20, 17, 15), (255, 255, 255)


@cache
def icon(name: str) -> bytes:
    """One of ICONS as PNG."""
    side, free = ICONS[name]
    picture = Image.new("RGB", (side, side), SHEET)
    margin = side * free / 2
    draw_mark(ImageDraw.Draw(picture), margin, margin, side - 2 * margin, INK)
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def draw_mark(
    pen: ImageDraw.ImageDraw, left: float, top: float, side: float, colour: tuple[int, int, int]
) -> None:
    """Draw the mark into a square."""
    unit = side / SIDE
    for x, y, width, height in _bars():
        start = (left + x * unit, top + y * unit)
        end = (left + (x + width) * unit - 1, top + (y + height) * unit - 1)
        pen.rectangle((start, end), colour)


@cache
def _bars() -> list[tuple[float, ...]]:
    return [tuple(map(float, bar.groups())) for bar in BAR.finditer(MARK.read_text())]
