"""The picture that goes along when a story is shared: its headline, set as in the paper.

It is drawn when it is first asked for and kept in a file, one for each story. Its address changes
with what it shows.
"""

import hashlib
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from io import BytesIO
from typing import Literal

from django.utils import translation
from django.utils.translation import get_language_info
from PIL import Image, ImageDraw, ImageFont, ImageOps, features

from broadsheet.newsroom.models import Article
from broadsheet.settings.django import PACKAGE, PAPER
from broadsheet.syndication.entries import told_labels
from broadsheet.syndication.mark import draw_mark

WIDTH, HEIGHT = 1200, 630
DESIGN = 1
"""Raised when the drawing changes, so that nobody keeps the old one."""
MARGIN = 64
PICTURE, GUTTER = 400, 40
"""How wide the story's picture is, and what is left free beside it."""
TOP, FOOT = 150, 92
"""What the paper's name above and the edition's line below take."""
PAPER_WHITE, INK, GREY, HAIRLINE = (255, 255, 255), (20, 17, 15), (95, 89, 83), (216, 211, 204)
ACCENT = (18, 64, 111)
SIZES = (96, 86, 78, 68, 60, 53, 47, 42)
"""Sizes tried for a headline, the largest first."""
LEADING = 1.12
PATIENCE = 5.0
"""Seconds that somebody waits until others' pictures are drawn."""
FONTS = PACKAGE / "web/static/broadsheet/fonts"
LATIN = (
    (0x20, 0xFF), (0x131, 0x131), (0x152, 0x153), (0x2BB, 0x2BC), (0x2C6, 0x2C6), (0x2DA, 0x2DA),
    (0x2DC, 0x2DC), (0x2000, 0x206F), (0x20AC, 0x20AC), (0x2122, 0x2122), (0x2191, 0x2191),
    (0x2193, 0x2193), (0x2212, 0x2212), (0x2215, 0x2215),
)  # fmt: skip
LATIN_EXT = (
    (0x100, 0x2BA), (0x2BD, 0x2C5), (0x2C7, 0x2CC), (0x2CE, 0x2D7), (0x2DD, 0x2FF),
    (0x1D00, 0x1DBF), (0x1E00, 0x1E9F), (0x1EF2, 0x1EFF), (0x20A0, 0x20C0), (0x2113, 0x2113),
    (0x2C60, 0x2C7F), (0xA720, 0xA7FF),
)  # fmt: skip
"""What each of the paper's font files holds, as its style sheet says."""
OTHER_FACES = (
    "NotoSerif-SemiBold.ttf",
    "DejaVuSerif-Bold.ttf",
    "DejaVuSans-Bold.ttf",
    "NotoNaskhArabic-Bold.ttf",
    "NotoSerifHebrew-Bold.ttf",
    "NotoSerifCJK-Bold.ttc",
    "NotoSansCJK-Bold.ttc",
)
"""Faces of the computer that are looked for when a headline is not in Latin letters."""

type Colour = tuple[int, int, int]
type Direction = Literal["ltr", "rtl"]
type Font = ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class Shown:
    """What a picture shows, and nothing else: its address is made of it."""

    paper: str
    edition: str
    kicker: str
    headline: str
    right_to_left: bool
    picture: str
    """The file of the story's picture; empty for none."""


class Busy(Exception):
    """Too many pictures are being drawn; this one can be had in a moment."""


def shown(article: Article) -> Shown:
    """What the story's picture shows, in the edition's language."""
    edition = article.edition
    with translation.override(edition.language.lower()):
        labels = told_labels(article)
    parts = labels or tuple(filter(None, (article.section.title, article.kicker)))
    picture = article.lead_picture
    return Shown(
        paper=edition.paper_name,
        edition=edition.title,
        kicker=" · ".join(parts),
        headline=article.title,
        right_to_left=_is_right_to_left(edition.language),
        picture=picture.file.name if picture else "",
    )


def version(told: Shown) -> str:
    """A short name of all that the picture shows."""
    return hashlib.sha256(repr((DESIGN, astuple(told))).encode()).hexdigest()[:12]


def path_of(article: Article) -> str:
    """The address of the story's picture. It has a dot, so that no story can have the same."""
    return f"{article.edition.get_url()}story-{article.pk}-{version(shown(article))}.jpg"


_drawing = threading.BoundedSemaphore(1)


def picture_of(article: Article, told: Shown) -> bytes:
    """The JPEG, from its file or drawn now. Raises Busy.

    Whether the story is published was looked at before.
    """
    folder = PAPER.data_dir / "sharing"
    file = folder / f"{article.pk}-{version(told)}.jpg"
    if file.exists():
        return file.read_bytes()
    if not _drawing.acquire(timeout=PATIENCE):
        raise Busy
    try:
        drawn = draw(told, _lead(article))
    finally:
        _drawing.release()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{article.pk}-*"):
        old.unlink(missing_ok=True)
    made = file.with_suffix(f".{threading.get_ident()}")
    made.write_bytes(drawn)
    made.replace(file)
    return drawn


def draw(told: Shown, lead: Image.Image | None = None) -> bytes:
    """The picture as JPEG, 1200 by 630."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT), PAPER_WHITE)
    pen = ImageDraw.Draw(sheet)
    _masthead(pen, told.paper)
    left, right = MARGIN, WIDTH - MARGIN
    if lead is not None:
        box = (PICTURE, HEIGHT - TOP - FOOT)
        at = left if told.right_to_left else right - PICTURE
        sheet.paste(ImageOps.fit(lead.convert("RGB"), box), (at, TOP))
        if told.right_to_left:
            left += PICTURE + GUTTER
        else:
            right -= PICTURE + GUTTER
    top = TOP + 6
    kicker = _setting(told.kicker, 24, "label", right_to_left=told.right_to_left)
    if kicker:
        line = _shortened(kicker, told.kicker, right - left)
        _put(pen, kicker, line, left, right, top, ACCENT)
        top += 54
    _headline(pen, told, (left, top, right, HEIGHT - FOOT - 18))
    pen.line((MARGIN, HEIGHT - FOOT + 24, WIDTH - MARGIN, HEIGHT - FOOT + 24), HAIRLINE)
    edition = _setting(told.edition, 22, "label", right_to_left=told.right_to_left)
    if edition:
        line = _shortened(edition, told.edition, WIDTH - 2 * MARGIN)
        _put(pen, edition, line, MARGIN, WIDTH - MARGIN, HEIGHT - FOOT + 40, GREY)
    out = BytesIO()
    sheet.save(out, "JPEG", quality=90, subsampling=0, optimize=True)
    return out.getvalue()


def _masthead(pen: ImageDraw.ImageDraw, name: str) -> None:
    pen.rectangle((0, 0, WIDTH, 11), INK)
    setting = _setting(name, 50, "name", right_to_left=False)
    if setting:
        line = _shortened(setting, name, WIDTH - 2 * MARGIN)
        width = setting.width(line)
        setting.write(pen, line, (WIDTH - width) / 2, 32, INK)
    # The double rule under the masthead is the paper's signature.
    pen.rectangle((MARGIN, TOP - 34, WIDTH - MARGIN, TOP - 32), INK)
    pen.line((MARGIN, TOP - 27, WIDTH - MARGIN, TOP - 27), INK)


def _headline(pen: ImageDraw.ImageDraw, told: Shown, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    fitting = _fitted(told, right - left, bottom - top)
    if fitting is None:
        draw_mark(pen, (left + right - 280) / 2, (top + bottom - 280) / 2, 280, INK)
        return
    setting, height, lines = fitting
    for number, line in enumerate(lines):
        _put(pen, setting, line, left, right, top + number * height, INK)


def _fitted(told: Shown, width: int, tall: int) -> tuple["Setting", int, list[str]] | None:
    """The headline in the largest letters in which it fits, the height of a line, and the lines;
    cut off where even the smallest do not. None when it cannot be set here."""
    for size in SIZES:
        setting = _setting(told.headline, size, "headline", right_to_left=told.right_to_left)
        if setting is None:
            return None
        height = round(size * LEADING)
        lines = list(_broken(setting, told.headline, width))
        room = tall // height
        if len(lines) <= room:
            return setting, height, lines
        if size == SIZES[-1]:
            last = _shortened(setting, lines[room - 1] + " …", width)
            return setting, height, [*lines[: room - 1], last]
    return None


def _put(
    pen: ImageDraw.ImageDraw,
    setting: "Setting",
    line: str,
    left: int,
    right: int,
    top: int,
    colour: Colour,
) -> None:
    start = right - setting.width(line) if setting.direction == "rtl" else left
    setting.write(pen, line, start, top, colour)


def _broken(setting: "Setting", text: str, width: int) -> Iterator[str]:
    """The text in lines; a word that is too long for one is broken, as Chinese is everywhere."""
    line = ""
    for word in setting.only(text).split():
        longer = f"{line} {word}".strip()
        if setting.width(longer) <= width:
            line = longer
            continue
        if line:
            yield line
        line = ""
        for letter in word:
            if setting.width(line + letter) > width:
                yield line
                line = ""
            line += letter
    if line:
        yield line


def _shortened(setting: "Setting", text: str, width: int) -> str:
    line = setting.only(text)
    if setting.width(line) <= width:
        return line
    line = line.rstrip("… ")
    while line and setting.width(line + "…") > width:
        line = line[:-1].rstrip()
    return line + "…"


@dataclass(frozen=True, slots=True)
class Setting:
    """Fonts of one size, and which way they run. Each letter is set in the first that has it."""

    fonts: tuple[tuple[Sequence[tuple[int, int]] | None, Font], ...]
    """What each holds; None: whatever it is asked for."""
    direction: Direction

    def only(self, text: str) -> str:
        """The text without what cannot be set: emoji, and what is not to be seen."""
        kept = "".join(letter if _is_set(letter) else " " for letter in text)
        return " ".join(unicodedata.normalize("NFC", kept).split())

    def width(self, line: str) -> float:
        """How long the line is, in pixels."""
        return sum(font.getlength(run, direction=self._way) for run, font in self._runs(line))

    def write(
        self, pen: ImageDraw.ImageDraw, line: str, left: float, top: float, colour: Colour
    ) -> None:
        """Set the line; `top` is the top of its tallest letters."""
        base = top + self.fonts[0][1].getmetrics()[0]
        for run, font in self._runs(line):
            pen.text((left, base), run, colour, font, anchor="ls", direction=self._way)
            left += font.getlength(run, direction=self._way)

    @property
    def _way(self) -> Direction | None:
        return self.direction if features.check("raqm") else None

    def _runs(self, line: str) -> Iterator[tuple[str, Font]]:
        run, current = "", self.fonts[0][1]
        for letter in line:
            font = next((f for holds, f in self.fonts if _in(letter, holds)), self.fonts[0][1])
            if font is not current and run:
                yield run, current
                run = ""
            current = font
            run += letter
        if run:
            yield run, current


def _setting(text: str, size: int, use: str, *, right_to_left: bool) -> Setting | None:
    """Fonts that hold every letter of the text; None when there is none on this computer."""
    letters = {letter for letter in unicodedata.normalize("NFC", text) if _is_set(letter)}
    if all(_in(letter, LATIN) or _in(letter, LATIN_EXT) for letter in letters):
        own = (_own(use, "latin", size), _own(use, "latin-ext", size))
        return Setting(((LATIN, own[0]), (LATIN_EXT, own[1])), "ltr")
    runs_left = right_to_left or any(unicodedata.bidirectional(one) in "RAL" for one in letters)
    rtl = runs_left and any(unicodedata.bidirectional(one) in ("R", "AL") for one in letters)
    if rtl and not features.check("raqm"):
        return None  # its letters would stand the wrong way round, unjoined
    for name in OTHER_FACES:
        font = _other(name, size)
        if font is not None and all(map(_Holds(font), letters)):
            return Setting(((None, font),), "rtl" if rtl else "ltr")
    return None


class _Holds:
    """Whether a font has a letter: whether it draws anything else than for one it has not."""

    def __init__(self, font: Font) -> None:
        self._font = font
        self._missing = bytes(font.getmask("\U0010fffe"))

    def __call__(self, letter: str) -> bool:
        return letter.isspace() or bytes(self._font.getmask(letter)) != self._missing


def _is_set(letter: str) -> bool:
    # Letters, marks, numbers, punctuation, money and sums; no pictures, no controls.
    return unicodedata.category(letter)[0] in "LMNPZ" or unicodedata.category(letter) in (
        "Sc",
        "Sm",
    )


def _in(letter: str, ranges: Iterable[tuple[int, int]] | None) -> bool:
    return ranges is None or any(first <= ord(letter) <= last for first, last in ranges)


@lru_cache(maxsize=64)
def _own(use: str, letters: str, size: int) -> Font:
    family, axes = {
        "headline": ("newsreader", [600, min(size, 72)]),
        "name": ("newsreader", [500, 72]),
        "label": ("libre-franklin", [600]),
    }[use]
    font = ImageFont.truetype(FONTS / f"{family}-{letters}.woff2", size)
    font.set_variation_by_axes(list(axes))
    return font


@lru_cache(maxsize=64)
def _other(name: str, size: int) -> Font | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


def _is_right_to_left(language: str) -> bool:
    try:
        return bool(get_language_info(language.lower())["bidi"])
    except KeyError:
        return False


def _lead(article: Article) -> Image.Image | None:
    picture = article.lead_picture
    if picture is None:
        return None
    try:
        rendition = picture.get_rendition("width-1200|format-jpeg")
        with rendition.file.open("rb") as file, Image.open(file) as opened:
            opened.load()
            return opened
    except (OSError, Image.DecompressionBombError):  # its file is gone or broken; the story is not
        return None
