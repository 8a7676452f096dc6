"""What an issue is made of, in the words editors see."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from broadsheet.newsroom.blocks import ChartBlock, PictureBlock
from broadsheet.newsroom.textblocks import ParagraphBlock


class StoryBlock(blocks.StructBlock):
    """A story of the paper, as the mail shows it."""

    story = blocks.PageChooserBlock(label=_("Story"), page_type="newsroom.Article")
    words = blocks.TextBlock(
        label=_("Instead of its standfirst"), required=False, max_length=400, rows=2
    )
    whole = blocks.BooleanBlock(
        label=_("With its text"),
        required=False,
        help_text=_("Readers who may read it without a seat get it whole, all others a preview."),
    )

    class Meta:
        label = _("Story")
        icon = "doc-full"


class AdvertBlock(blocks.StructBlock):
    """An advertisement, named as one."""

    sponsor = blocks.CharBlock(label=_("Who pays"), max_length=80)
    text = blocks.TextBlock(label=_("Words"), max_length=300, rows=2)
    url = blocks.URLBlock(label=_("Address"))

    class Meta:
        label = _("Advertisement")
        icon = "tag"


class IssueBody(blocks.StreamBlock):
    """An issue's parts in their order."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=140, icon="title")
    story = StoryBlock()
    text = ParagraphBlock()
    picture = PictureBlock()
    chart = ChartBlock()
    advert = AdvertBlock()
