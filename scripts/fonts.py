# /// script
# requires-python = ">=3.12"
# dependencies = ["fonttools[woff]==4.60.1"]
# ///
"""Makes the paper's web fonts from the npm packages they come from.

Run as `scripts/uv run scripts/fonts.py`; it needs npm and the network.

A face is cut to the axes, glyphs and features the paper uses. Kerning is kept for one instance
of a face and serves all: how it varies along the axes costs more bytes than the outlines do, and
the difference is a few thousandths of an em.
"""

import io
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FONTS = Path(__file__).parents[1] / "src/broadsheet/web/static/broadsheet/fonts"
VERSION = "5.3.0"
NEWSREADER = "@fontsource-variable/newsreader"
FRANKLIN = "@fontsource-variable/libre-franklin"
FIGURES = ["lnum", "onum", "pnum", "tnum"]
FEATURES = ["kern", "liga", "locl", "ccmp", *FIGURES]
NAMES = [0, 1, 2, 4, 5, 6, 7, 13, 14, 25]
"""Copyright, family, style, version, trademark, licence and its address."""
LOOSE_ACCENTS = range(0x02BB, 0x0370)
"""Accents that stand alone or combine; letters with accents have their own glyphs."""
NOT_LETTERS = {0xFEFF, 0xFFFD}

type Limits = dict[str, float | tuple[float, float]]


@dataclass(frozen=True)
class Face:
    """One file: where its outlines come from, how far its axes go, where its kerning is taken."""

    package: str
    source: str
    axes: Limits
    kerning: Limits = field(default_factory=dict)

    def made_from(self, folder: Path) -> TTFont:
        """The face, cut, ready to be saved as woff2."""
        source = folder / self.source
        font, still = instance(source, self.axes), instance(source, self.kerning)
        font["GPOS"] = still["GPOS"]
        font["GDEF"] = still["GDEF"]
        letters = {
            code
            for code in font.getBestCmap()
            if code not in LOOSE_ACCENTS and code not in NOT_LETTERS
        }
        options = subset.Options(
            layout_features=FEATURES, name_IDs=NAMES, hinting=False, glyph_names=False
        )
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=letters)
        cutter.subset(font)
        font.flavor = "woff2"
        return font


ROMAN: Limits = {"opsz": (18, 72), "wght": (400, 700)}
ITALIC: Limits = {"opsz": 18, "wght": 400}
LABELS: Limits = {"wght": (400, 700)}
TEXT: Limits = {"opsz": 18, "wght": 400}
LABEL: Limits = {"wght": 500}
FACES = {
    f"{name}-{letters}.woff2": Face(package, source.format(letters), axes, kerning)
    for letters in ("latin", "latin-ext")
    for name, package, source, axes, kerning in (
        ("newsreader", NEWSREADER, "newsreader-{}-opsz-normal.woff2", ROMAN, TEXT),
        ("newsreader-italic", NEWSREADER, "newsreader-{}-opsz-italic.woff2", ITALIC, TEXT),
        ("libre-franklin", FRANKLIN, "libre-franklin-{}-wght-normal.woff2", LABELS, LABEL),
    )
}


def instance(source: Path, limits: Limits) -> TTFont:
    """The font with its axes limited, read anew so that nothing of the old one is left."""
    kept = io.BytesIO()
    limited = instancer.instantiateVariableFont(TTFont(source), limits)
    limited.flavor = None
    limited.save(kept)
    kept.seek(0)
    return TTFont(kept)


def fetch(package: str, into: Path) -> Path:
    """The folder of a package's font files, fetched by npm."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(into), f"{package}@{VERSION}"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    folder = into / package.rpartition("/")[2]
    with tarfile.open(into / told.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package" / "files"


def main() -> int:
    """Write every face and say how large it is."""
    with tempfile.TemporaryDirectory() as place:
        folders = {package: fetch(package, Path(place)) for package in (NEWSREADER, FRANKLIN)}
        for name, face in FACES.items():
            font = face.made_from(folders[face.package])
            font["head"].modified = font["head"].created  # the same bytes, whenever it is run
            font.recalcTimestamp = False
            font.save(FONTS / name)
            print(f"{(FONTS / name).stat().st_size:7d}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
