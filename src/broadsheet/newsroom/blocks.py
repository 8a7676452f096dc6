"""What a story's body is made of, in the words editors see."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock
from wagtail.rich_text import get_text_for_indexing

from broadsheet.newsroom import charts, cutting, footnotes
from broadsheet.newsroom.extrablocks import DataTableBlock, EmbedBlock, FootnoteBlock, MapBlock
from broadsheet.newsroom.numbers import in_language_of, write_number
from broadsheet.newsroom.textblocks import ParagraphBlock

LARGEST = 10**15
"""Numbers in charts stay within it, so that every one can be drawn."""
MOST_ROWS = 40
MOST_BLOCKS = 1500
"""Blocks of a story: a browser sends five fields or more for each, and Django takes ten thousand.
One paragraph block holds any number of paragraphs."""
MOST_CHARACTERS = 1_000_000
"""Characters of a story, in the form in which it is kept: some 150,000 words."""
MOST_NOTES = 200
MOST_ALT = 250
"""Characters of what a picture shows."""


class QuotationBlock(blocks.StructBlock):
    """What somebody said, who that is, and who reported it."""

    text = blocks.TextBlock(label=_("Words"), rows=3, help_text=_("Without quotation marks."))
    speaker = blocks.CharBlock(label=_("Who said it"), max_length=120)
    speaker_role = blocks.CharBlock(label=_("Their office or role"), required=False, max_length=160)
    agency = blocks.CharBlock(
        label=_("Reported by"),
        required=False,
        max_length=80,
        help_text=_("The news agency or paper that heard it, if we did not hear it ourselves."),
    )

    class Meta:
        label = _("Quotation")
        description = _("What somebody said, set apart from the text.")
        icon = "openquote"
        template = "newsroom/blocks/quotation.html"


class PictureValue(blocks.StructValue):
    """A picture and what a story says of it."""

    @property
    def seen(self) -> str:
        """What it shows: the story's own words, else the picture's."""
        own = str(self["alt"]).strip()
        return own or (self["image"].description.strip() if self["image"] else "")


class PictureBlock(blocks.StructBlock):
    """A picture between two paragraphs."""

    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        label=_("What it shows"),
        required=False,
        max_length=MOST_ALT,
        help_text=_(
            "For readers who cannot see it: one plain sentence. "
            "Left empty: what the picture's own page says."
        ),
    )
    caption = blocks.CharBlock(
        label=_("Caption"),
        required=False,
        max_length=400,
        help_text=_("Who, where, on which date."),
    )

    def clean(self, value: PictureValue) -> Any:
        """The value with the picture's own words where the story says nothing."""
        cleaned = super().clean(value)
        cleaned["alt"] = cleaned.seen[:MOST_ALT]
        if not cleaned["alt"]:
            fault = ValidationError(_("Say what the picture shows."))
            raise StructBlockValidationError(block_errors={"alt": fault})
        return cleaned

    class Meta:
        label = _("Picture")
        description = _("A picture with its caption; the credit comes with the picture.")
        icon = "image"
        value_class = PictureValue
        template = "newsroom/blocks/picture.html"


class ChartRowBlock(blocks.StructBlock):
    """One line of a chart's table."""

    label = blocks.CharBlock(label=_("Label"), max_length=60)
    number = blocks.DecimalBlock(
        label=_("Number"), min_value=-LARGEST, max_value=LARGEST, decimal_places=6
    )


class ChartValue(blocks.StructValue):
    """A chart's table, read."""

    @property
    def rows(self) -> list[charts.Row]:
        """The table with numbers written as the active language writes them."""
        return [
            charts.Row(row["label"], float(row["number"]), write_number(row["number"]))
            for row in self["table"]
            if row["number"] is not None
            and math.isfinite(row["number"])
            and abs(row["number"]) <= LARGEST
        ]

    @property
    def chart(self) -> charts.Chart:
        """The table as something to draw."""
        return charts.Chart(self["title"], self["unit"], self.rows, write_number)


class ChartBlock(blocks.StructBlock):
    """A small table, drawn. Templates get `svg`, the drawing, and `rows` (`label`, `text`)."""

    title = blocks.CharBlock(label=_("What it shows"), max_length=120)
    kind = blocks.ChoiceBlock(
        label=pgettext_lazy("of a chart", "Form"),
        choices=[
            (charts.Kind.BAR.value, _("Bars: to compare")),
            (charts.Kind.LINE.value, _("Line: over time")),
            (charts.Kind.TABLE.value, _("Table: the figures alone")),
        ],
        default=charts.Kind.BAR.value,
    )
    unit = blocks.CharBlock(
        label=_("Unit"), max_length=60, help_text=_("As in: billion US dollars.")
    )
    source = blocks.CharBlock(label=_("Source"), max_length=160)
    table = blocks.ListBlock(ChartRowBlock(), label=_("Table"), min_num=1, max_num=MOST_ROWS)

    def get_context(
        self, value: ChartValue, parent_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The template's context, the drawing in the language of the edition, not the reader's."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        with in_language_of(context.get("edition")):
            chart = value.chart
            context["rows"] = chart.rows
            context["svg"] = charts.draw(chart, charts.Kind(value["kind"]))
        return context

    class Meta:
        label = _("Chart")
        description = _("A small table, drawn as bars or as a line, or left as it is.")
        icon = "table"
        template = "newsroom/blocks/chart.html"
        value_class = ChartValue


class StoryBody(blocks.StreamBlock):
    """A story's body: its blocks in order."""

    paragraph = ParagraphBlock()
    subheading = blocks.CharBlock(
        label=_("Subheading"),
        description=_("A line between two parts of a long story."),
        max_length=120,
        icon="title",
        template="newsroom/blocks/subheading.html",
    )
    quotation = QuotationBlock()
    picture = PictureBlock()
    chart = ChartBlock()
    table = DataTableBlock()
    map = MapBlock()
    embed = EmbedBlock()
    pull_quote = blocks.TextBlock(
        label=_("Pull quote"),
        description=_("A sentence of the story itself, set large."),
        rows=2,
        icon="openquote",
        template="newsroom/blocks/pull_quote.html",
    )
    newsletter = blocks.StaticBlock(
        label=_("Newsletter"),
        description=_("A call to the edition's newsletter."),
        admin_text=_("Here stands the call to the edition's newsletter."),
        icon="mail",
        template="newsroom/blocks/newsletter.html",
    )
    footnotes = blocks.ListBlock(
        FootnoteBlock(),
        label=_("Footnotes"),
        description=_("What marks like [^1] in the paragraphs refer to. Printed at the end."),
        max_num=MOST_NOTES,
        icon="list-ol",
        template="newsroom/blocks/footnotes.html",
    )
    preview_end = blocks.StaticBlock(
        label=_("The preview ends here"),
        description=_("Readers without access see the story up to this mark."),
        admin_text=_("Readers without access see the story up to here, and no more of it."),
        icon="cut",
    )

    def clean(self, value: Any) -> Any:
        """The body; every footnote's mark must lead somewhere."""
        cleaned = super().clean(value)
        faults = list(footnotes.faults(list(one_by_one(cleaned))))
        if faults:
            raise StreamBlockValidationError(non_block_errors=ErrorList(faults))
        return cleaned

    class Meta:
        max_num = MOST_BLOCKS
        block_counts = {"preview_end": {"max_num": 1}, "newsletter": {"max_num": 1}}  # noqa: RUF012


def one_by_one(body: Any) -> Iterator[Any]:
    """The body's blocks, a paragraph block that holds several paragraphs as several blocks."""
    for child in body:
        if child.block_type != cutting.PARAGRAPH:
            yield child
            continue
        for place, text in enumerate(child.value.paragraphs()):
            key = child.id if place == 0 else None
            yield blocks.StreamValue.StreamChild(child.block, text, id=key)


def plain_text(child: Any) -> str:
    """The words of one block as readers read them, without markup."""
    match child.block_type:
        case "paragraph":
            return str(get_text_for_indexing(footnotes.without_marks(child.value.source)))
        case "subheading" | "pull_quote":
            return str(child.value)
        case "quotation":
            return str(child.value["text"])
        case "table":
            return str(child.value.words)
        case "map" | "embed":
            return str(child.value["title"])
        case "footnotes":
            notes = (get_text_for_indexing(note["text"].source) for note in child.value)
            return "\n".join(notes)
    return ""
