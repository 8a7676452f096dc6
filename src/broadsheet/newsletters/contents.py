"""What stands in an issue for somebody: its parts in plain values, cut by the rule of access."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.html import strip_tags
from wagtail.images.models import Filter

from broadsheet.access import Facts, Mode, decide
from broadsheet.newsletters.models import Issue
from broadsheet.newsroom.blocks import plain_text
from broadsheet.newsroom.models import Article
from broadsheet.newsroom.models.articles import dressed
from broadsheet.settings.django import PAPER

PICTURE = Filter("fill-1120x630|format-jpeg|jpegquality-72")
"""Twice as wide as it is shown; JPEG, because not every mail program knows WebP."""
SHOWN = ("paragraph", "subheading", "quotation", "pull_quote")
"""Of a story's blocks, what a mail shows; the rest is on its page."""


class Face(NamedTuple):
    """All readers of one face are shown the same parts."""

    account: bool = False
    mode: Mode | None = None
    """Of their subscription's seat; None: they have none."""
    measured: bool = False
    """Whether links go by way of our count."""


@dataclass(frozen=True, slots=True)
class Words:
    """One block of a story: its kind, and its words as HTML and plain."""

    kind: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class StoryPart:
    """A story as one face sees it."""

    story: Article
    url: str
    words: str
    """Below the headline."""
    picture: str = ""
    """Absolute address."""
    blocks: list[Words] = field(default_factory=list)
    """Of the text what this face may read; empty when the issue has only its headline."""
    more: bool = True
    """Whether there is more on its page."""
    kind: str = "story"


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart: its label, its number in words, and how wide it is, per cent."""

    label: str
    text: str
    width: int


@dataclass(frozen=True, slots=True)
class OtherPart:
    """Anything but a story; which of these say something depends on `kind`."""

    kind: str
    text: str = ""
    html: str = ""
    url: str = ""
    picture: str = ""
    alt: str = ""
    credit: str = ""
    rows: list[Bar] = field(default_factory=list)
    unit: str = ""


type Part = StoryPart | OtherPart


class Contents:
    """An issue's parts, read once; what each face sees of them."""

    def __init__(self, issue: Issue) -> None:
        self._written = _written(issue)
        self._blocks = list(issue.body)
        self._keys = [block.value["story"].pk for block in self._blocks if _names_a_story(block)]
        self._stamps = self._now()
        found = Article.objects.out().with_pictures().filter(pk__in=self._keys)
        edition = issue.newsletter.edition
        self._stories = {story.pk: story for story in dressed(found, edition.sections)}

    def are_those_of(self, issue: Issue) -> bool:
        """Whether the issue and its stories are still as they were read: who may read a story, too,
        may have changed."""
        return self._written == _written(issue) and self._stamps == self._now()

    def _now(self) -> list[Any]:
        out = Article.objects.out().filter(pk__in=self._keys).order_by("pk")
        return list(out.values_list("pk", "access", "live_revision", "last_published_at"))

    @cached_property
    def stories(self) -> list[Article]:
        """Those in it that are out."""
        return list(self._stories.values())

    def seen_by(self, face: Face) -> list[Part]:
        """The parts in their order. A story that is not out, or no longer, is left out."""
        parts = (self._part(block, face) for block in self._blocks)
        return [part for part in parts if part is not None]

    def _part(self, block: Any, face: Face) -> Part | None:
        if block.block_type == "story":
            named = block.value["story"]
            story = self._stories.get(named.pk) if named else None
            return _story(story, block.value, face) if story else None
        return OTHERS[block.block_type](block.value)


def may_read(story: Article, face: Face) -> bool:
    """Whether a mail to this face may hold the whole text: what `access.decide` grants to
    somebody who holds no lease. A mail is read on as many devices as it is forwarded to, so a
    seat that is kept to one device opens its stories on their pages alone."""
    return decide(Facts(story.level, account=face.account, mode=face.mode)).full


def _story(story: Article, value: Any, face: Face) -> StoryPart:
    whole = may_read(story, face)
    blocks = list(_shown(story, whole=whole)) if value["whole"] else []
    return StoryPart(
        story=story,
        url=PAPER.site_url + story.get_url(),
        words=value["words"] or story.standfirst,
        picture=_address(story.lead_picture) if story.lead_picture else "",
        blocks=blocks,
        more=not (value["whole"] and whole),
    )


def _shown(story: Article, *, whole: bool) -> Iterable[Words]:
    for child in story.body_blocks() if whole else story.preview_blocks():
        if child.block_type in SHOWN:
            html = str(child.value) if child.block_type == "paragraph" else ""
            yield Words(child.block_type, html, plain_text(child))


def _heading(value: str) -> OtherPart:
    return OtherPart("heading", text=value)


def _text(value: Any) -> OtherPart:
    lines = [strip_tags(str(one)).strip() for one in value.paragraphs()]
    return OtherPart("text", html=str(value), text="\n\n".join(lines))


def _picture(value: Any) -> OtherPart:
    image = value["image"]
    credit = getattr(image, "credit", "")
    return OtherPart(
        "picture", text=value["caption"], picture=_address(image), alt=value.seen, credit=credit
    )


def _chart(value: Any) -> OtherPart:
    rows = value.rows
    most = max((abs(row.value) for row in rows), default=0) or 1
    bars = [Bar(row.label, row.text, max(1, round(100 * abs(row.value) / most))) for row in rows]
    return OtherPart(
        "chart", text=value["title"], unit=value["unit"], credit=value["source"], rows=bars
    )


def _advert(value: Any) -> OtherPart:
    return OtherPart("advert", text=value["text"], credit=value["sponsor"], url=value["url"])


OTHERS = {
    "heading": _heading,
    "text": _text,
    "picture": _picture,
    "chart": _chart,
    "advert": _advert,
}


def _written(issue: Issue) -> tuple[Any, ...]:
    return issue.subject, issue.other_subject, issue.teaser, issue.body.get_prep_value()


def _names_a_story(block: Any) -> bool:
    return block.block_type == "story" and block.value["story"] is not None


def _address(picture: Any) -> str:
    url: str = picture.get_rendition(PICTURE).url
    return url if url.startswith("http") else PAPER.site_url + url
