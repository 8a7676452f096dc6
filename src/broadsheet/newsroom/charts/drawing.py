"""What every chart has: a table, words for those who cannot see it, and a frame.

Across, places are shares of the width in percent; down, they are pixels. So a chart takes the
width of its column and its letters keep their size, without a script. There is no `style`
attribute: the page's policy forbids it, and the classes let the paper's own sheet decide.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _


class Kind(StrEnum):
    """The forms a chart can take."""

    BAR = "bar"
    LINE = "line"
    TABLE = "table"


class Row(NamedTuple):
    """One line of the table."""

    label: str
    value: float
    text: str
    """The value as readers see it, in their paper's way of writing numbers."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A table to draw, at least one row long."""

    title: str
    unit: str
    rows: Sequence[Row]
    write: Callable[[float], str] = str
    """Writes a number that is not in the table, for the scale."""

    @property
    def values(self) -> list[float]:
        """The numbers alone."""
        return [row.value for row in self.rows]

    @property
    def id(self) -> str:
        """The same for the same chart, and not for two on one page."""
        content = repr((self.title, self.unit, [(row.label, row.text) for row in self.rows]))
        return f"chart-{zlib.crc32(content.encode()):08x}"

    @property
    def description(self) -> str:
        """The chart in words: what it measures and every row of it."""
        rows = "; ".join(f"{row.label}: {row.text}" for row in self.rows)
        return f"{self.unit}. {rows}." if self.unit else f"{rows}."


def element(name: str, text: str | None = None, /, **attributes: str | float) -> str:
    """One element; in attribute names `_` stands for `-`, `kind` is the class, text is escaped."""
    parts = [f"<{name}"]
    for key, value in attributes.items():
        attribute = "class" if key == "kind" else key.replace("_", "-")
        written = number(value) if isinstance(value, int | float) else value
        parts.append(f' {attribute}="{escape(written)}"')
    parts.append("/>" if text is None else f">{escape(text)}</{name}>")
    return "".join(parts)


def number(value: float) -> str:
    """A place in as few characters as two decimals allow."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(value: float) -> str:
    """A place across, as a share of the width."""
    return f"{number(value)}%"


def frame(chart: Chart, kind: Kind, height: float, parts: Sequence[str]) -> SafeString:
    """The parts as one drawing with a name and a description."""
    title, description = f"{chart.id}-title", f"{chart.id}-description"
    opening = (
        f'<svg class="chart-drawing chart-{kind}" id="{chart.id}" role="img"'
        f' aria-labelledby="{title}" aria-describedby="{description}"'
        f' width="100%" height="{number(height)}" font-size="14" fill="currentColor"'
        ' direction="ltr">'
    )
    head = [
        element("title", chart.title or _("Chart"), id=title),
        element("desc", chart.description, id=description),
    ]
    return mark_safe("".join([opening, *head, *parts, "</svg>"]))  # noqa: S308 (escaped above)
