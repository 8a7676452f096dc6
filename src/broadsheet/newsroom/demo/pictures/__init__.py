"""The demonstration edition's pictures, printed by code: scenes, two maps, portraits.

Every picture is the same each time it is drawn. See README.md for the sources of the maps.
"""

import functools
from collections.abc import Callable
from io import BytesIO

from PIL import Image

from broadsheet.newsroom.demo.pictures import (
    chessboard,
    city,
    concert,
    cooking,
    crafts,
    evenings,
    fields,
    grounds,
    halls,
    hills,
    maps,
    objects,
    portraits,
    rails,
    rooms,
    shores,
    streets,
    waters,
)

JPEG_QUALITY = 88

_SCENES: dict[str, Callable[[], Image.Image]] = {
    "harbour": waters.harbour,
    "parliament": city.parliament,
    "wheat": fields.wheat,
    "theatre": halls.theatre,
    "bridge": waters.bridge,
    "ledger": objects.ledger,
    "library": halls.library,
    "solar": fields.solar,
    "train": rails.train,
    "orchestra": concert.orchestra,
    "ballot": objects.ballot,
    "market": city.market,
    "observatory": crafts.observatory,
    "vineyard": hills.vineyard,
    "window": rooms.window,
    "chess": chessboard.chess,
    "desert": hills.desert,
    "lighthouse": shores.lighthouse,
    "loom": crafts.loom,
    "newsstand": streets.newsstand,
    "river": shores.river,
    "factory": streets.factory,
    "classroom": rooms.classroom,
    "kitchen": cooking.kitchen,
    "flood": grounds.flood,
    "lake": grounds.lake,
    "well": grounds.well,
    "cellar": grounds.cellar,
    "moths": evenings.moths,
    "piano": evenings.piano,
    "booth": evenings.booth,
    "front": evenings.front,
}

_MAPS: dict[str, Callable[[str], Image.Image]] = {
    "map-harbin": maps.harbin,
    "map-pipeline": maps.pipeline,
}

_PICTURES: dict[str, Callable[[], Image.Image]] = {
    **_SCENES,
    **{name: functools.partial(map_, "en") for name, map_ in _MAPS.items()},
    **{f"{name}-es": functools.partial(map_, "es") for name, map_ in _MAPS.items()},
    **portraits.drawings(),
}

NAMES: tuple[str, ...] = tuple(_PICTURES)
"""The names of all the pictures; maps ending in -es have Spanish labels."""

_ARTISTS: dict[str, tuple[str, str]] = {
    "Ilka Varnhem": ("Copperline", "harbour lighthouse bridge river observatory train flood lake"),
    "Tomás Arrieta Vela": ("Estampa Doce", "market vineyard kitchen wheat desert well front"),
    "June Okafor-Lindt": ("Plate & Proof", "parliament ballot ledger chess newsstand booth"),
    "Marguerite Soldau": ("Copperline", "theatre orchestra library window piano moths"),
    "Bao Restrepo": ("Plate & Proof", "solar factory classroom loom cellar"),
    "Pilar Ontañón": ("Estampa Doce", " ".join(portraits.SITTERS)),
    "Broadsheet Graphics": (
        "Natural Earth",
        "map-harbin map-pipeline map-harbin-es map-pipeline-es",
    ),
}

CREDITS: dict[str, tuple[str, str]] = {
    name: (artist, agency) for artist, (agency, names) in _ARTISTS.items() for name in names.split()
}
"""Who made each picture, and for which agency; the people and agencies are made up."""


def draw(name: str) -> Image.Image:
    """Draw a picture, RGB, 1800 by 1200 pixels, portraits square; unknown names: KeyError."""
    if name not in _PICTURES:
        raise KeyError(f"there is no picture called {name!r}; there are {', '.join(NAMES)}")
    return _PICTURES[name]()


def jpeg(name: str) -> bytes:
    """The same as a JPEG file."""
    file = BytesIO()
    draw(name).convert("RGB").save(file, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return file.getvalue()
