"""Blocks beside the text: tables, maps, what other sites play, and footnotes."""

import math
from collections.abc import Mapping
from functools import cached_property
from itertools import zip_longest
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup, StructBlockValidationError
from wagtail.contrib.table_block.blocks import TableBlock

from broadsheet.newsroom import embedding, maps
from broadsheet.newsroom.numbers import in_language_of, write_number
from broadsheet.newsroom.textblocks import ParagraphBlock

MOST_PLACES = 5
MOST_LABEL = 24
MOST_LINES, MOST_COLUMNS, MOST_CELL = 200, 12, 300
NUMERIC = frozenset("0123456789.,+-−%  \N{NARROW NO-BREAK SPACE}")


class Cell(NamedTuple):
    """One cell of a table."""

    text: str
    numeric: bool
    """Whether its column holds numbers alone, which stand under one another."""


class TableValue(blocks.StructValue):
    """A table as it is printed."""

    @property
    def caption(self) -> str:
        """What it shows."""
        return str(self._stored.get("table_caption") or "").strip()

    @property
    def head(self) -> list[Cell]:
        """The first line if it names the columns, else nothing."""
        return self._cells[0] if self._cells and self._has("row") else []

    @property
    def lines(self) -> list[list[Cell]]:
        """The lines below the head."""
        return self._cells[1:] if self.head else self._cells

    @property
    def named(self) -> bool:
        """Whether the first cell of a line names it."""
        return self._has("column")

    @property
    def words(self) -> str:
        """Everything in it, for searching and counting."""
        texts = [text for line in self._texts for text in line]
        return " ".join(filter(None, [self.caption, *texts]))

    def _has(self, header: str) -> bool:
        return self._stored.get("table_header_choice") in (header, "both")

    @property
    def _stored(self) -> dict[str, Any]:
        return self["table"] or {}

    @property
    def _texts(self) -> list[list[str]]:
        lines = [
            [" ".join(str("" if one is None else one).split()) for one in line]
            for line in self._stored.get("data") or []
        ]
        return [line for line in lines if any(line)]

    @cached_property
    def _cells(self) -> list[list[Cell]]:
        texts = self._texts
        below = texts[1:] if self._has("row") else texts
        columns = [list(filter(None, column)) for column in zip_longest(*below)]
        numeric = [bool(column) and all(map(_is_number, column)) for column in columns]
        return [
            [Cell(text, place < len(numeric) and numeric[place]) for place, text in enumerate(line)]
            for line in texts
        ]


def _is_number(text: str) -> bool:
    return any(map(str.isdigit, text)) and NUMERIC.issuperset(text)


class DataTableBlock(blocks.StructBlock):
    """A table of words and numbers."""

    table = TableBlock(
        label=_("Table"),
        help_text=_("It needs a caption, and a first row or column that names the others."),
    )
    source = blocks.CharBlock(label=_("Source"), max_length=160)

    def clean(self, value: TableValue) -> Any:
        """The table, which must say what it shows, name its columns or rows, and be readable."""
        cleaned = super().clean(value)
        fault = _table_fault(cleaned)
        if fault:
            raise StructBlockValidationError(block_errors={"table": ValidationError(fault)})
        return cleaned

    class Meta:
        label = _("Table")
        description = _("Rows and columns. On a phone it moves sideways within its frame.")
        icon = "table"
        template = "newsroom/blocks/table.html"
        value_class = TableValue


def _table_fault(value: TableValue) -> str:
    lines = [*([value.head] if value.head else []), *value.lines]
    if not value.caption:
        return gettext("Give the table a caption: what does it show?")
    if not value.lines:
        return gettext("The table is empty.")
    if not (value.head or value.named):
        return gettext("Say whether the first row or the first column names the others.")
    if len(lines) > MOST_LINES or max(map(len, lines)) > MOST_COLUMNS:
        return gettext("A table has up to %(lines)s rows and %(columns)s columns.") % {
            "lines": MOST_LINES,
            "columns": MOST_COLUMNS,
        }
    if any(len(cell.text) > MOST_CELL for line in lines for cell in line):
        return gettext("A cell holds up to %(most)s characters.") % {"most": MOST_CELL}
    return ""


class PlaceBlock(blocks.StructBlock):
    """A place on a map."""

    label = blocks.CharBlock(label=_("Name"), max_length=MOST_LABEL)
    latitude = blocks.DecimalBlock(
        label=_("Latitude"),
        min_value=-maps.NORTHMOST,
        max_value=maps.NORTHMOST,
        help_text=_("Degrees; south of the equator negative, as in -33.87."),
    )
    longitude = blocks.DecimalBlock(
        label=_("Longitude"),
        min_value=-180,
        max_value=180,
        help_text=_("Degrees; west of Greenwich negative, as in -74.01."),
    )


class MapValue(blocks.StructValue):
    """A map as it is drawn."""

    @property
    def places(self) -> list[maps.Place]:
        """The places that can be drawn."""
        places = [
            maps.Place(row["label"], float(row["latitude"]), float(row["longitude"]))
            for row in self["places"]
            if row["latitude"] is not None and row["longitude"] is not None
        ]
        return [
            place
            for place in places[:MOST_PLACES]
            if abs(place.latitude) <= maps.NORTHMOST and abs(place.longitude) <= 180
        ]

    @property
    def kilometres(self) -> float:
        """How wide it is, within what can be drawn."""
        wide = float(self["kilometres"] or maps.NARROWEST)
        return min(max(wide, maps.NARROWEST), maps.WIDEST) if math.isfinite(wide) else maps.WIDEST


class MapBlock(blocks.StructBlock):
    """A small map that says where something is. Templates get `svg`."""

    title = blocks.CharBlock(label=_("What it shows"), max_length=120)
    places = blocks.ListBlock(PlaceBlock(), label=_("Places"), min_num=1, max_num=MOST_PLACES)
    kilometres = blocks.IntegerBlock(
        label=_("Width in kilometres"),
        min_value=maps.NARROWEST,
        max_value=maps.WIDEST,
        default=500,
        help_text=_("How much of the world it shows: a city and its surroundings take about 100."),
    )

    def clean(self, value: MapValue) -> Any:
        """The map; all its places must fall on it."""
        cleaned = super().clean(value)
        view = maps.around(cleaned.places, cleaned.kilometres)
        outside = [place.label for place in cleaned.places if not view.shows(place)]
        if outside:
            fault = ValidationError(
                gettext("On a map so narrow there is no room for %(place)s.")
                % {"place": outside[0]}
            )
            raise StructBlockValidationError(block_errors={"kilometres": fault})
        return cleaned

    def get_context(
        self, value: MapValue, parent_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The template's context, the drawing in the language of the edition, not the reader's."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        with in_language_of(context.get("edition")):
            context["svg"] = maps.draw(
                maps.LocatorMap(value["title"], value.places, value.kilometres, write_number)
            )
        return context

    class Meta:
        label = _("Locator map")
        description = _("One to five places on a small map that we draw ourselves.")
        icon = "site"
        template = "newsroom/blocks/map.html"
        value_class = MapValue


class EmbedValue(blocks.StructValue):
    """What another site can show, and where."""

    @property
    def known_player(self) -> embedding.Player | None:
        """The player, if it is one of those known here."""
        return embedding.player(str(self["player"] or ""))

    @property
    def address(self) -> str:
        """The page at the provider, for a link; nothing when it is no address of the web."""
        url = str(self["url"] or "")
        return url if url.startswith(("https://", "http://")) else ""


class EmbedBlock(blocks.StructBlock):
    """Something another site plays, loaded only when a reader asks for it."""

    url = blocks.URLBlock(
        label=_("Address"),
        max_length=500,
        help_text=_("The page at YouTube, Vimeo or SoundCloud. Readers choose whether to load it."),
    )
    title = blocks.CharBlock(
        label=_("Title"),
        required=False,
        max_length=embedding.MOST_TITLE,
        help_text=_("Left empty: the provider's own."),
    )
    player = blocks.CharBlock(
        label=_("The player's address"),
        required=False,
        max_length=1200,
        help_text=_("Found when the story is saved. Leave it as it is."),
    )
    found_for = blocks.CharBlock(
        label=_("Found for"),
        required=False,
        max_length=500,
        help_text=_("The address for which the player was found. Leave it as it is."),
    )

    def clean(self, value: EmbedValue) -> Any:
        """The value with what the provider says, who is asked when the address is a new one."""
        cleaned = super().clean(value)
        if cleaned["found_for"] == cleaned["url"] and cleaned.known_player and cleaned["title"]:
            return cleaned
        try:
            found = embedding.find(cleaned["url"])
        except embedding.NotShown as refusal:
            fault = ValidationError(str(refusal))
            raise StructBlockValidationError(block_errors={"url": fault}) from None
        cleaned["title"] = cleaned["title"] or found.title
        cleaned["player"], cleaned["found_for"] = found.player.address, cleaned["url"]
        return cleaned

    class Meta:
        label = _("From another site")
        description = _("A film or a recording at YouTube, Vimeo or SoundCloud.")
        icon = "media"
        template = "newsroom/blocks/embed.html"
        value_class = EmbedValue
        form_layout = BlockGroup(children=["url", "title"], settings=["player", "found_for"])


class FootnoteBlock(blocks.StructBlock):
    """One footnote."""

    mark = blocks.RegexBlock(
        regex=r"^\s*[^\s\[\]<>^\"]{1,20}\s*$",
        label=_("Mark"),
        help_text=_("As in the text: 1 for [^1]. Readers see numbers in the order of the text."),
        error_messages={"invalid": _("One word without brackets, as in: 1.")},
    )
    text = ParagraphBlock(label=_("Note"))
