"""Locator maps: a few places in, an inline drawing out. No models, no styles, no map service."""

from broadsheet.newsroom.maps.drawing import LocatorMap, draw
from broadsheet.newsroom.maps.view import NARROWEST, NORTHMOST, WIDEST, Place, View, around

__all__ = [
    "NARROWEST",
    "NORTHMOST",
    "WIDEST",
    "LocatorMap",
    "Place",
    "View",
    "around",
    "draw",
]
