"""The press: a sheet of paper that takes flat inks, engraved lines and halftone dots.

Everything is printed at twice the size and reduced at the end, which keeps the edges clean. Lines
and dots are screens in the printer's sense: a wave across the page is compared with the tone
wanted there, and ink goes where the tone is higher, so that lines swell and dots grow with it.
"""

import functools
import itertools
import math
import random
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter, ImageFont

from broadsheet.newsroom.demo.pictures.forms import HEIGHT, WIDTH, Field, Outline, Point

type Ink = str
type Box = tuple[int, int, int, int]

PAPER = "#f3ecdd"
INK = "#14110f"
BLUE = "#1e4463"
OCHRE = "#d19a3c"
BRICK = "#a8432c"
SAGE = "#8b9b7a"

SCALE = 2
"""Printed pixels to a page unit, before the reduction."""

SIZE = (WIDTH * SCALE, HEIGHT * SCALE)
WAVE_LENGTH = 8192
DARKEST, LIGHTEST = 26, 230
TREMBLE = 22


def mixed(first: Ink, second: Ink, share: float) -> Ink:
    """The colour a share of the way from the first ink to the second (1 is all the second)."""
    one, two = ImageColor.getrgb(first), ImageColor.getrgb(second)
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one[:3], two[:3], strict=True))
    return f"#{red:02x}{green:02x}{blue:02x}"


def tint(ink: Ink, strength: float) -> Ink:
    """An ink thinned with the paper's own colour; 1 is the full ink."""
    return mixed(PAPER, ink, strength)


class Sheet:
    """One picture being printed. All lengths are page units (see `forms`)."""

    def __init__(self, name: str, paper: Ink = PAPER) -> None:
        self.chance = random.Random(f"broadsheet {name}")  # noqa: S311 - repeatable, not secret
        self._image = Image.new("RGB", SIZE, paper)
        self._draw = ImageDraw.Draw(self._image)
        self._clip: Image.Image | None = None

    def flat(self, ink: Ink, *outlines: Outline, strength: float = 1, over: bool = False) -> None:
        """Print outlines in one solid ink; `over` lets what lies below darken it."""
        if strength >= 1 and not over and self._clip is None:
            for outline in outlines:
                self._draw.polygon([(x * SCALE, y * SCALE) for x, y in outline], fill=ink)
            return
        thinned = [round(value * min(strength, 1)) for value in range(256)]
        for box, mask in self._masks(outlines):
            self._print(ink, box, mask.point(thinned), over)

    def engrave(
        self,
        ink: Ink,
        tone: Field | float,
        *outlines: Outline,
        pitch: float = 8,
        angle: float = 0,
        flow: Field | None = None,
        cell: float = 60,
        over: bool = False,
    ) -> None:
        """Print the tone as lines, inside the outlines or over the whole sheet.

        Lines run at `angle` degrees, or along the contours of `flow`, a height in page units;
        `pitch` is the distance from one to the next.
        """
        straight = flow is None
        height = flow or _slope(angle)
        for box, mask in self._masks(outlines):
            lines = _screen(box, height, pitch, 400 if straight else cell)
            self._print(ink, box, _expose(tone, box, lines, pitch, mask), over)

    def dots(
        self,
        ink: Ink,
        tone: Field | float,
        *outlines: Outline,
        pitch: float = 9,
        angle: float = 45,
        over: bool = False,
    ) -> None:
        """Print the tone as halftone dots, inside the outlines or over the whole sheet."""
        for box, mask in self._masks(outlines):
            lines = [_screen(box, _slope(angle + turn), pitch, 400) for turn in (0, 90)]
            grid = ImageChops.add(lines[0], lines[1], scale=2)
            self._print(ink, box, _expose(tone, box, grid, pitch, mask), over)

    def stroke(self, ink: Ink, points: Outline, width: float = 2) -> None:
        """Draw a line of even width through the points."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        thick = max(1, round(width * SCALE))
        if self._clip is None:
            self._draw.line(scaled, fill=ink, width=thick, joint="curve")
            return
        box = _box([points], width + 2)
        if box:
            mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
            line = [(x - box[0], y - box[1]) for x, y in scaled]
            ImageDraw.Draw(mask).line(line, fill=255, width=thick, joint="curve")
            self._print(ink, box, mask)

    def dashes(self, ink: Ink, points: Outline, width: float, dash: float, gap: float) -> None:
        """Draw a broken line through the points."""
        piece: list[Point] = [points[0]]
        left, inked = dash, True
        for start, end in itertools.pairwise(points):
            length, done = math.dist(start, end), 0.0
            while length - done > left:
                done += left
                share = done / length
                cut = (
                    start[0] + (end[0] - start[0]) * share,
                    start[1] + (end[1] - start[1]) * share,
                )
                if inked:
                    self.stroke(ink, [*piece, cut], width)
                piece, inked = [cut], not inked
                left = dash if inked else gap
            left -= length - done
            piece.append(end)
        if inked and len(piece) > 1:
            self.stroke(ink, piece, width)

    def text(
        self,
        ink: Ink,
        words: str,
        at: Point,
        size: float,
        anchor: str = "ls",
        spacing: float = 0,
        weight: float = 0,
        halo: Ink | None = None,
        halo_width: float = 5,
    ) -> None:
        """Set a line of type; `spacing` goes between letters, `halo` around them.

        `anchor` says what `at` is of the line: l, m or r across; t, m or s (the line letters stand
        on) down. `weight` thickens the one weight there is.
        """
        font = ImageFont.load_default(size * SCALE)
        assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
        letters = list(words) if spacing or not words.isascii() else [words]
        widths = [font.getlength(_bare(letter)) + spacing * SCALE for letter in letters]
        total = sum(widths) - spacing * SCALE
        start = at[0] * SCALE - {"l": 0, "m": total / 2, "r": total}[anchor[0]]
        # Heights are told by letters that have no accent, so that all labels hang alike.
        down = {"s": 0.0, "m": -_top(font, "x") * 0.62, "t": -_top(font, "H")}[anchor[1]]
        passes = [(halo, weight + halo_width)] if halo else []
        for colour, extra in [*passes, (ink, weight)]:
            left = start
            for letter, width in zip(letters, widths, strict=True):
                place = (left, at[1] * SCALE + down)
                self._letter(colour, letter, place, font, extra * SCALE)
                left += width

    def _letter(
        self, ink: Ink, letter: str, at: Point, font: ImageFont.FreeTypeFont, swell: float
    ) -> None:
        """A letter or a whole word; Pillow's typeface has an acute, but no letters that wear it."""
        bare = _bare(letter)
        (x, y), width = at, font.getlength(bare)
        if bare == letter or bare != "i":
            self._set(ink, bare, at, font, swell)
        else:
            left, right = _stem(font)
            stem = (x + left - swell, y + _top(font, "x") - swell, x + right + swell, y + swell)
            self._draw.rectangle(stem, fill=ink)
        if bare != letter:
            lift = _top(font, "H") - _top(font, "x") if bare.isupper() else 0
            middle = x + (width - font.getlength("´")) / 2
            self._set(ink, "´", (middle, y + lift), font, swell)

    def _set(
        self, ink: Ink, words: str, at: Point, font: ImageFont.FreeTypeFont, swell: float
    ) -> None:
        self._draw.text(
            at, words, fill=ink, font=font, anchor="ls", stroke_width=swell, stroke_fill=ink
        )

    @contextmanager
    def inside(self, *outlines: Outline) -> Iterator[None]:
        """Keep all that is printed meanwhile inside the outlines."""
        mask = Image.new("L", SIZE)
        for box, part in self._masks(outlines):
            mask.paste(part, box)
        before = self._clip
        self._clip = ImageChops.multiply(before, mask) if before else mask
        try:
            yield
        finally:
            self._clip = before

    def near_edge(self, outlines: Sequence[Outline], reach: float) -> Field:
        """A tone that fades from 1 at the outlines to 0 at a distance `reach` outside them."""
        small = Image.new("L", (WIDTH // 6, HEIGHT // 6))
        draw = ImageDraw.Draw(small)
        for outline in outlines:
            if len(outline) > 2:
                draw.polygon([(x / 6, y / 6) for x, y in outline], fill=255)
        soft = small.filter(ImageFilter.GaussianBlur(reach / 12))
        pixels = soft.load()
        assert pixels is not None
        right, bottom = soft.width - 1, soft.height - 1

        def tone(x: float, y: float) -> float:
            value = pixels[min(max(int(x / 6), 0), right), min(max(int(y / 6), 0), bottom)]
            assert isinstance(value, int | float)
            return min(value / 128, 1.0)

        return tone

    def finish(self, grain: float = 5) -> Image.Image:
        """The picture, reduced to its size and with the grain of the paper (0 for none)."""
        picture = self._image.resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        if not grain:
            return picture
        noise = _grain(WIDTH, HEIGHT).point(
            [round(128 + (v - 128) * grain / 64) for v in range(256)]
        )
        return ImageChops.add(picture, Image.merge("RGB", [noise] * 3), offset=-128)

    def _masks(self, outlines: Sequence[Outline]) -> Iterator[tuple[Box, Image.Image]]:
        if not outlines:
            yield (0, 0, *SIZE), Image.new("L", SIZE, 255)
            return
        box = _box(outlines, 1)
        if box is None:
            return
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        draw = ImageDraw.Draw(mask)
        for outline in outlines:
            draw.polygon([(x * SCALE - box[0], y * SCALE - box[1]) for x, y in outline], fill=255)
        yield box, mask

    def _print(self, ink: Ink, box: Box, mask: Image.Image, over: bool = False) -> None:
        if self._clip is not None:
            mask = ImageChops.multiply(mask, self._clip.crop(box))
        if over:
            wet = Image.new("RGB", mask.size, ink)
            self._image.paste(ImageChops.multiply(self._image.crop(box), wet), box, mask)
        else:
            self._image.paste(ImageColor.getrgb(ink), box, mask)


def _bare(letter: str) -> str:
    """The letter or word without its accents."""
    return "".join(c for c in unicodedata.normalize("NFD", letter) if not unicodedata.combining(c))


def _stem(font: ImageFont.FreeTypeFont) -> tuple[int, int]:
    """Where the upright of an l or i stands, from left to right, in printed pixels."""
    plate = Image.new("L", (math.ceil(font.size), math.ceil(font.size) * 2))
    ImageDraw.Draw(plate).text((0, font.size), "l", fill=255, font=font, anchor="ls")
    box = plate.point([0] * 128 + [255] * 128).getbbox()
    return (box[0], box[2] - 1) if box else (0, 0)


def _top(font: ImageFont.FreeTypeFont, letter: str) -> float:
    """How far above the line a letter reaches, in printed pixels: negative."""
    return font.getbbox(letter, anchor="ls")[1]


def _box(outlines: Sequence[Outline], margin: float) -> Box | None:
    """The smallest box on the sheet, in printed pixels, around the outlines."""
    xs = [x for outline in outlines for x, _ in outline]
    ys = [y for outline in outlines for _, y in outline]
    left, top = (max(0, math.floor((v - margin) * SCALE)) for v in (min(xs), min(ys)))
    right = min(SIZE[0], math.ceil((max(xs) + margin) * SCALE))
    bottom = min(SIZE[1], math.ceil((max(ys) + margin) * SCALE))
    return (left, top, right, bottom) if right > left and bottom > top else None


def _slope(angle: float) -> Field:
    """The height whose contours run straight at an angle in degrees."""
    sin, cos = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    return lambda x, y: y * cos - x * sin


@functools.lru_cache(maxsize=16)
def _wave(period: float) -> Image.Image:
    """A strip rising and falling evenly, `period` printed pixels from crest to crest."""
    reach = LIGHTEST - DARKEST
    column = bytes(
        round(DARKEST + reach * abs(2 * ((y + 0.5) / period % 1) - 1)) for y in range(WAVE_LENGTH)
    )
    return Image.frombytes("L", (1, WAVE_LENGTH), column).resize((4, WAVE_LENGTH))


def _screen(box: Box, height: Field, pitch: float, cell: float) -> Image.Image:
    """The wave laid over a box along the contours of a height."""
    left, top, right, bottom = box
    period = pitch * SCALE
    columns = _edges(left, right, cell * SCALE)
    rows = _edges(top, bottom, cell * SCALE)
    level = [[height(x / SCALE, y / SCALE) * SCALE for x in columns] for y in rows]
    mesh: list[tuple[Box, tuple[float, ...]]] = []
    for j in range(len(rows) - 1):
        for i in range(len(columns) - 1):
            corners = (level[j][i], level[j + 1][i], level[j + 1][i + 1], level[j][i + 1])
            base = (math.floor(min(corners) / period) - 1) * period
            quad = [value for corner in corners for value in (2.0, corner - base)]
            place = (columns[i] - left, rows[j] - top, columns[i + 1] - left, rows[j + 1] - top)
            mesh.append((place, tuple(quad)))
    size = (right - left, bottom - top)
    return _wave(period).transform(size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)


def _edges(start: int, end: int, step: float) -> list[int]:
    parts = max(1, round((end - start) / step))
    return [round(start + (end - start) * i / parts) for i in range(parts + 1)]


def _expose(
    tone: Field | float, box: Box, screen: Image.Image, pitch: float, mask: Image.Image
) -> Image.Image:
    """Where the ink goes: the tone compared with the screen, inside the mask."""
    if callable(tone):
        level = _sampled(tone, box)
    else:
        level = Image.new("L", screen.size, round(255 * tone))
    # Screens stop short of black and white by more than the tremble: bare stays bare.
    uneven = ImageChops.add(level, _tremble().crop(box), offset=-TREMBLE // 2)
    hardness = max(1.5, pitch * SCALE / 4)
    inked = ImageChops.subtract(uneven, screen, scale=1 / hardness, offset=128)
    return ImageChops.multiply(inked, mask)


def _sampled(field: Callable[[float, float], float], box: Box) -> Image.Image:
    """The field over a box, taken at a coarse grid and smoothed."""
    width, height = box[2] - box[0], box[3] - box[1]
    cell = max(4.0, math.sqrt(width * height / 6000))
    columns, rows = max(2, round(width / cell)), max(2, round(height / cell))
    xs = [(box[0] + (i + 0.5) * width / columns) / SCALE for i in range(columns)]
    ys = [(box[1] + (j + 0.5) * height / rows) / SCALE for j in range(rows)]
    values = bytes(min(255, max(0, int(255 * field(x, y)))) for y in ys for x in xs)
    grid = Image.frombytes("L", (columns, rows), values)
    return grid.resize((width, height), Image.Resampling.BICUBIC)


@functools.cache
def _tremble() -> Image.Image:
    """The unevenness of a hand, over the whole sheet: from 0 to TREMBLE."""
    small = (SIZE[0] // 12, SIZE[1] // 12)
    noise = _speckle("hand", small)
    even = noise.point([round(v * TREMBLE / 255) for v in range(256)])
    return even.resize(SIZE, Image.Resampling.BILINEAR)


@functools.cache
def _grain(width: int, height: int) -> Image.Image:
    """The tooth of the paper, around 128."""
    return _speckle("paper", (width, height)).filter(ImageFilter.GaussianBlur(0.8))


def _speckle(seed: str, size: tuple[int, int]) -> Image.Image:
    """Grey dust, each pixel by chance."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    return Image.frombytes("L", size, chance.randbytes(size[0] * size[1]))
