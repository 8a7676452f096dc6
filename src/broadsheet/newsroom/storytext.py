"""A paragraph's text: cleaned when it is shown, whoever stored it and however."""

import re
from collections.abc import Iterator

import nh3
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from wagtail.rich_text import RichText, expand_db_html

from broadsheet.newsroom.plainwords import seen

TAGS = {"p", "br", "b", "strong", "i", "em", "a"}
ATTRIBUTES = {"a": {"href"}}
SCHEMES = {"http", "https", "mailto"}
PARAGRAPH_END = re.compile(r"(?<=</p>)", re.IGNORECASE)


class StoryText(RichText):
    """Rich text of which only paragraphs, bold, italic and links reach a reader."""

    source: str

    def __html__(self) -> SafeString:
        """The text as HTML that can be trusted."""
        return mark_safe(clean(expand_db_html(self.source)))  # noqa: S308 (cleaned)

    @property
    def sponsored(self) -> SafeString:
        """The same, its links marked as what somebody paid for."""
        return mark_safe(clean(expand_db_html(self.source), "sponsored"))  # noqa: S308 (cleaned)

    def __str__(self) -> SafeString:
        return self.__html__()

    __hash__ = None  # type: ignore[assignment]  # compared by its source, as RichText is

    def paragraphs(self) -> Iterator["StoryText"]:
        """This text, one paragraph at a time, so that a preview can stop between them."""
        for part in PARAGRAPH_END.split(self.source):
            if strip_tags(part).strip():
                yield StoryText(part)


def clean(html: str, rel: str | None = None) -> str:
    """The HTML without anything but paragraphs, emphasis and links to safe addresses.

    `rel` is said of every link.
    """
    safe = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=rel)
    return seen(safe)
