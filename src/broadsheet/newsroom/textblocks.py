"""The block of running text."""

from typing import Any

from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from broadsheet.newsroom.storytext import StoryText


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
