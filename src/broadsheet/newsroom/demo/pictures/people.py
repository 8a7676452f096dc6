"""The people in the pictures: outlines cut as if from black paper, drawn in head lengths.

A figure stands with its feet at the origin and is about eight heads high, looking right when it
is seen from the side.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from broadsheet.newsroom.demo.pictures.forms import Outline, capsule, curve, ellipse, moved
from broadsheet.newsroom.demo.pictures.sheet import INK, Ink, Sheet


@dataclass(frozen=True)
class Figure:
    """A figure in three layers, the hindmost first: legs (and far arm), clothes, head and hands."""

    legs: Sequence[Outline]
    body: Sequence[Outline]
    head: Sequence[Outline]


def place(
    sheet: Sheet,
    name: str,
    x: float,
    y: float,
    height: float,
    coat: Ink = INK,
    ink: Ink = INK,
    flip: bool = False,
) -> None:
    """Print a figure with its feet at a point, `height` page units for a grown person."""
    figure, unit = FIGURES[name], height / 8
    for colour, layer in ((ink, figure.legs), (coat, figure.body), (ink, figure.head)):
        sheet.flat(colour, *(moved(outline, x, y, unit, flip) for outline in layer))


def outlines(name: str, x: float, y: float, height: float, flip: bool = False) -> list[Outline]:
    """All the outlines of a figure, placed on the page."""
    figure = FIGURES[name]
    layers = [*figure.legs, *figure.body, *figure.head]
    return [moved(outline, x, y, height / 8, flip) for outline in layers]


def _head(x: float, y: float, turned: bool = False) -> list[Outline]:
    """Head and neck; `turned` to the side gives it a face."""
    neck = capsule((x - 0.05, y + 0.3), (x - 0.1, y + 0.46), 0.24, 0.24)
    if not turned:
        return [ellipse(x, y, 0.42, 0.54), neck]
    profile = curve(
        [
            (x - 0.42, y - 0.1),
            (x - 0.2, y - 0.52),
            (x + 0.2, y - 0.5),
            (x + 0.38, y - 0.2),
            (x + 0.52, y + 0.1),
            (x + 0.36, y + 0.2),
            (x + 0.36, y + 0.42),
            (x + 0.05, y + 0.5),
            (x - 0.3, y + 0.35),
        ]
    )
    return [profile, neck]


def _hat(x: float, y: float) -> list[Outline]:
    crown = [(x - 0.42, y - 0.25), (x - 0.36, y - 0.7), (x + 0.36, y - 0.66), (x + 0.42, y - 0.25)]
    return [ellipse(x, y - 0.26, 0.78, 0.13), crown]


def _cap(x: float, y: float) -> list[Outline]:
    top = curve(
        [(x - 0.48, y - 0.1), (x - 0.3, y - 0.62), (x + 0.25, y - 0.6), (x + 0.5, y - 0.22)]
    )
    return [top, ellipse(x + 0.5, y - 0.2, 0.34, 0.08)]


def _helmet(x: float, y: float) -> list[Outline]:
    return [ellipse(x, y - 0.12, 0.54, 0.56, 180, 360), ellipse(x + 0.1, y - 0.12, 0.7, 0.09)]


def _arm(
    shoulder: tuple[float, float], elbow: tuple[float, float], hand: tuple[float, float]
) -> list[Outline]:
    return [capsule(shoulder, elbow, 0.32, 0.24), capsule(elbow, hand, 0.24, 0.17)]


def _leg(
    hip: tuple[float, float], knee: tuple[float, float], foot: tuple[float, float], toe: float
) -> list[Outline]:
    heel = -0.22 if toe > 0 else 0.22
    shoe = curve(
        [
            (foot[0] + heel, foot[1] - 0.1),
            (foot[0] + toe * 0.3, foot[1] - 0.16),
            (foot[0] + toe, foot[1] + 0.1),
            (foot[0] + toe, foot[1] + 0.2),
            (foot[0] + heel, foot[1] + 0.2),
        ]
    )
    return [capsule(hip, knee, 0.46, 0.32), capsule(knee, foot, 0.32, 0.19), shoe]


_STANDING_LEGS = [
    *_leg((-0.4, -4.0), (-0.42, -2.1), (-0.45, -0.2), -0.35),
    *_leg((0.4, -4.0), (0.42, -2.1), (0.45, -0.2), 0.35),
]

_JACKET = curve(
    [
        (-0.35, -6.72),
        (-0.92, -6.38),
        (-0.9, -5.4),
        (-0.78, -4.6),
        (-0.9, -3.5),
        (0.9, -3.5),
        (0.78, -4.6),
        (0.9, -5.4),
        (0.92, -6.38),
        (0.35, -6.72),
    ]
)

_LONG_COAT = curve(
    [
        (-0.35, -6.72),
        (-1.02, -6.42),
        (-1.02, -5.4),
        (-0.86, -4.6),
        (-1.08, -2.4),
        (-1.16, -1.5),
        (0, -1.42),
        (1.16, -1.5),
        (1.08, -2.4),
        (0.86, -4.6),
        (1.02, -5.4),
        (1.02, -6.42),
        (0.35, -6.72),
    ]
)

_ARMS_DOWN = [
    *_arm((-0.88, -6.25), (-1.2, -4.95), (-1.12, -3.75)),
    *_arm((0.88, -6.25), (1.2, -4.95), (1.12, -3.75)),
]

_STRIDE = [
    *_leg((0.05, -4.0), (-0.35, -2.2), (-1.45, -0.55), 0.3),
    *_leg((0.1, -4.0), (0.72, -2.3), (1.02, -0.2), 0.6),
]

_SIDE_JACKET = curve(
    [
        (0.05, -6.7),
        (-0.55, -6.35),
        (-0.74, -5.3),
        (-0.6, -4.4),
        (-0.74, -3.4),
        (0.1, -3.25),
        (0.78, -3.45),
        (0.66, -4.5),
        (0.8, -5.5),
        (0.55, -6.4),
    ]
)

_SIDE_COAT = curve(
    [
        (0.05, -6.7),
        (-0.55, -6.35),
        (-0.74, -5.3),
        (-0.66, -4.4),
        (-1.1, -2.7),
        (-1.42, -1.75),
        (-0.3, -1.5),
        (0.85, -1.75),
        (0.8, -3.2),
        (0.66, -4.5),
        (0.8, -5.5),
        (0.55, -6.4),
    ]
)

_SIDE_DRESS = curve(
    [
        (0.05, -6.65),
        (-0.5, -6.3),
        (-0.6, -5.4),
        (-0.48, -4.7),
        (-0.95, -3.2),
        (-1.25, -1.9),
        (-0.1, -1.65),
        (0.95, -1.9),
        (0.75, -3.3),
        (0.5, -4.7),
        (0.75, -5.5),
        (0.45, -6.35),
    ]
)

FIGURES = {
    "man": Figure(_STANDING_LEGS, [_JACKET, *_ARMS_DOWN], _head(0, -7.35)),
    "hat": Figure(_STANDING_LEGS, [_LONG_COAT, *_ARMS_DOWN], [*_head(0, -7.35), *_hat(0, -7.35)]),
    "worker": Figure(
        _STANDING_LEGS,
        [
            _JACKET,
            *_arm((-0.88, -6.25), (-1.65, -5.1), (-0.95, -4.15)),
            *_arm((0.88, -6.25), (1.2, -4.95), (1.12, -3.75)),
        ],
        [*_head(0, -7.35), *_helmet(0, -7.4)],
    ),
    "walker": Figure(
        _STRIDE,
        [_SIDE_COAT, *_arm((-0.05, -6.2), (-0.45, -4.9), (-0.1, -3.75))],
        [*_head(0.25, -7.3, True), ellipse(0.12, -7.52, 0.46, 0.4)],
    ),
    "youth": Figure(
        [*_STRIDE, *_arm((0.15, -6.2), (0.75, -5.0), (1.3, -4.2))],
        [_SIDE_JACKET, *_arm((-0.1, -6.2), (-0.7, -5.05), (-0.75, -3.95))],
        [*_head(0.25, -7.3, True), *_cap(0.25, -7.3)],
    ),
    "woman": Figure(
        [
            *_leg((0.05, -3.0), (-0.2, -2.0), (-0.95, -0.5), 0.3),
            *_leg((0.1, -3.0), (0.5, -2.0), (0.75, -0.2), 0.5),
        ],
        [_SIDE_DRESS, *_arm((-0.05, -6.15), (-0.55, -4.95), (0.1, -4.1))],
        [*_head(0.2, -7.25, True), ellipse(-0.28, -7.45, 0.34), ellipse(0.0, -7.5, 0.48, 0.4)],
    ),
    "shopper": Figure(
        [
            *_leg((-0.1, -3.0), (-0.3, -1.8), (-0.35, -0.2), 0.45),
            *_leg((0.2, -3.0), (0.25, -1.8), (0.2, -0.2), 0.45),
        ],
        [_SIDE_DRESS, *_arm((0.05, -6.15), (0.35, -4.95), (1.25, -4.6))],
        [
            *_head(0.2, -7.25, True),
            ellipse(-0.05, -7.5, 0.48, 0.42),
            # The basket on her arm.
            [(0.5, -4.35), (1.7, -4.35), (1.5, -3.45), (0.7, -3.45)],
        ],
    ),
    "seated": Figure(
        [
            *_leg((-0.1, -3.0), (1.75, -3.1), (1.7, -0.2), 0.55),
            *_leg((-0.1, -2.9), (1.55, -2.95), (1.3, -0.2), 0.55),
        ],
        [
            curve(
                [
                    (0.05, -5.75),
                    (-0.6, -5.4),
                    (-0.85, -4.3),
                    (-0.7, -2.6),
                    (0.2, -2.4),
                    (0.85, -2.7),
                    (0.6, -4.0),
                    (0.65, -5.2),
                ]
            ),
            *_arm((0.0, -5.25), (0.3, -3.95), (1.35, -4.1)),
        ],
        _head(0.3, -6.35, True),
    ),
}


def sitter_from_behind(x: float, y: float, width: float, lean: float = 0) -> list[Outline]:
    """Head and shoulders seen from behind; (x, y) is the middle of the shoulders' lower edge.

    `width` is across the shoulders, in page units; `lean` tilts the head, in shares of it.
    """
    u = width / 4
    shoulders = curve(
        [
            (x - 2 * u, y),
            (x - 1.95 * u, y - 0.9 * u),
            (x - 1.4 * u, y - 1.45 * u),
            (x - 0.55 * u, y - 1.75 * u),
            (x + 0.55 * u, y - 1.75 * u),
            (x + 1.4 * u, y - 1.45 * u),
            (x + 1.95 * u, y - 0.9 * u),
            (x + 2 * u, y),
            (x, y + 0.2 * u),
        ]
    )
    top = x + lean * u
    neck = capsule((top, y - 2.4 * u), (x, y - 1.5 * u), 0.42 * u, 0.55 * u)
    return [shoulders, neck, ellipse(top, y - 2.95 * u, 0.82 * u, 1.02 * u)]
