"""What a story's body is made of, in the words editors see."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import formats, translation
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images.blocks import ImageChooserBlock
from wagtail.rich_text import get_text_for_indexing

from broadsheet.newsroom import charts, cutting
from broadsheet.newsroom.storytext import StoryText

LARGEST = 10**15
"""Numbers in charts stay within it, so that every one can be drawn."""
MOST_ROWS = 40
MOST_ALT = 250
"""Characters of what a picture shows."""


class ParagraphBlock(blocks.RichTextBlock):
    """Text with bold, italic and links; what else is stored in it does not reach readers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"features": ["bold", "italic", "link"], **options})

    def to_python(self, value: str) -> StoryText:
        """The stored HTML as text that cleans itself."""
        return StoryText(value)

    def normalize(self, value: Any) -> StoryText:
        """The same for values given in code."""
        if isinstance(value, StoryText):
            return value
        return StoryText(getattr(value, "source", value and force_str(value)))

    def value_from_form(self, value: str) -> StoryText:
        """The same for what an editor typed."""
        return StoryText(value)

    class Meta:
        label = _("Paragraph")
        description = _("One paragraph of the story, or several.")
        icon = "pilcrow"
        template = "newsroom/blocks/paragraph.html"


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
    number = blocks.DecimalBlock(label=_("Number"), min_value=-LARGEST, max_value=LARGEST)


class ChartValue(blocks.StructValue):
    """A chart's table, read."""

    @property
    def rows(self) -> list[charts.Row]:
        """The table with numbers written as the active language writes them."""
        return [
            charts.Row(row["label"], float(row["number"]), write_number(row["number"]))
            for row in self["table"]
            if row["number"] is not None
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
        ],
        default=charts.Kind.BAR.value,
    )
    unit = blocks.CharBlock(
        label=_("Unit"), required=False, max_length=60, help_text=_("As in: billion US dollars.")
    )
    source = blocks.CharBlock(label=_("Source"), required=False, max_length=160)
    table = blocks.ListBlock(ChartRowBlock(), label=_("Table"), min_num=1, max_num=MOST_ROWS)

    def get_context(
        self, value: ChartValue, parent_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The template's context, the drawing in the language of the edition, not the reader's."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        edition = context.get("edition")
        language = edition.language.lower() if edition else translation.get_language()
        with translation.override(language):
            chart = value.chart
            context["rows"] = chart.rows
            context["svg"] = charts.draw(chart, charts.Kind(value["kind"]))
        return context

    class Meta:
        label = _("Chart")
        description = _("A small table, drawn as bars or as a line.")
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
    preview_end = blocks.StaticBlock(
        label=_("The preview ends here"),
        description=_("Readers without access see the story up to this mark."),
        admin_text=_("Readers without access see the story up to here, and no more of it."),
        icon="cut",
    )

    class Meta:
        block_counts = {"preview_end": {"max_num": 1}, "newsletter": {"max_num": 1}}  # noqa: RUF012


def write_number(value: Decimal | float) -> str:
    """A number as the active language writes it, with a true minus and no needless zeros."""
    plain = format(Decimal(str(value)).normalize(), "f")
    return formats.number_format(Decimal(plain), force_grouping=True).replace("-", "\N{MINUS SIGN}")


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
            return str(get_text_for_indexing(child.value.source))
        case "subheading" | "pull_quote":
            return str(child.value)
        case "quotation":
            return str(child.value["text"])
    return ""
