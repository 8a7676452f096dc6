"""A story as feeds tell it: what everybody may read of it, with addresses that work anywhere."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid5

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from broadsheet.newsroom import footnotes
from broadsheet.newsroom.models import Article, Edition, Genre, Picture
from broadsheet.newsroom.models.articles import dressed, filed
from broadsheet.syndication.addresses import absolute

ROOTED = re.compile(r'(?<=href=")/(?!/)')
"""Where a link of the paper's own begins, in HTML that was cleaned."""
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document can hold (XML 1.0, section 2.2)."""
PICTURE = "width-1200|format-jpeg"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A picture that goes with an entry."""

    url: str
    type: str
    bytes: int
    width: int
    height: int
    alt: str
    credit: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One story in a feed. Times have a zone; `html` is what everybody may read of the text."""

    id: str
    url: str
    title: str
    summary: str
    html: str
    authors: tuple[tuple[str, str], ...]
    """Names, and the addresses of the pages that list their stories."""
    published: datetime
    updated: datetime
    """As readers are told it."""
    changed: datetime
    """When its page was last published, for whatever reason."""
    labels: tuple[str, ...]
    """What kind of piece it is, and whether somebody paid for it."""
    topics: tuple[str, ...]
    picture: Enclosure | None


def printable(text: str) -> str:
    """The text without characters that would break a document."""
    return NOT_IN_XML.sub("", text)


def permanent_id(story: Article) -> str:
    """The story's name for good: not changed by a new headline, address, section or host."""
    return uuid5(story.translation_key, str(story.locale_id)).urn


def entries(stories: Iterable[Any], edition: Edition) -> list[Entry]:
    """The stories as entries of a feed of the edition, in the active language."""
    articles = filed(dressed(stories, edition.sections))
    return [_entry(article, edition) for article in articles]


def _entry(article: Article, edition: Edition) -> Entry:
    published = article.published_at or article.first_published_at
    if published is None:  # a published story has one; its draft may not
        published = article.latest_revision_created_at
    updated = max(filter(None, (published, article.updated_at)))
    labels = told_labels(article)
    summary = ". ".join(filter(None, (*labels, printable(article.standfirst))))
    return Entry(
        id=permanent_id(article),
        url=absolute(article.get_url()),
        title=printable(article.title),
        summary=summary,
        html=printable(_text(article, labels)),
        authors=tuple(
            (printable(author.name), absolute(edition.author_url(author)))
            for author in article.authors
        ),
        published=published,
        updated=updated,
        changed=max(filter(None, (updated, article.last_published_at))),
        labels=labels,
        topics=tuple(printable(topic.name) for topic in article.filed_under),
        picture=_picture(article),
    )


def told_labels(article: Article) -> tuple[str, ...]:
    """What readers are told before they read: who paid for it, and that it is no plain news."""
    labels = []
    if article.sponsor:
        labels.append(_("Sponsored by %(sponsor)s") % {"sponsor": printable(article.sponsor)})
    if article.genre != Genre.NEWS:
        labels.append(str(Genre(article.genre).label))
    return tuple(labels)


def _text(article: Article, labels: Iterable[str]) -> SafeString:
    parts = [format_html("<p><strong>{}</strong></p>", label) for label in labels]
    sponsored = bool(article.sponsor)
    told = [_block(child, sponsored=sponsored) for child in article.open_blocks()]
    parts += [part for part in told if part]
    if article.access != "free":
        parts.append(
            format_html(
                '<p><a href="{}">{}</a></p>',
                absolute(article.get_url()),
                _("Read on in the paper"),
            )
        )
    return mark_safe("\n".join(parts))  # noqa: S308 (each part is escaped or cleaned)


def _block(child: Any, *, sponsored: bool) -> SafeString:
    value = child.value
    match child.block_type:
        case "paragraph":
            text = value.sponsored if sponsored else value
            plain = footnotes.without_marks(str(text))  # a feed has no notes to lead to
            return mark_safe(ROOTED.sub(absolute("/"), plain))  # noqa: S308 (cleaned by it)
        case "subheading":
            return format_html("<h2>{}</h2>", value)
        case "pull_quote":
            return format_html("<blockquote>{}</blockquote>", value)
        case "quotation":
            who = ", ".join(filter(None, (value["speaker"], value["speaker_role"])))
            return format_html("<blockquote>{}</blockquote>\n<p>{}</p>", value["text"], who)
        case "picture":
            return _figure(value)
        case "chart":
            rows = format_html_join(
                "", "<tr><th>{}</th><td>{}</td></tr>", ((row.label, row.text) for row in value.rows)
            )
            caption = ", ".join(filter(None, (value["title"], value["unit"])))
            return format_html("<table><caption>{}</caption>{}</table>", caption, rows)
    return SafeString()


def _figure(value: Any) -> SafeString:
    picture = _rendered(value["image"])
    if picture is None:
        return SafeString()
    caption = " ".join(filter(None, (value["caption"], value["image"].credit)))
    return format_html(
        '<figure><img src="{}" alt="{}" width="{}" height="{}">'
        "<figcaption>{}</figcaption></figure>",
        absolute(picture.url),
        value["alt"],
        picture.width,
        picture.height,
        caption,
    )


def _picture(article: Article) -> Enclosure | None:
    rendered = _rendered(article.lead_picture)
    if rendered is None or article.lead_picture is None:
        return None
    return Enclosure(
        url=absolute(rendered.url),
        type="image/jpeg",
        bytes=rendered.file.size,
        width=rendered.width,
        height=rendered.height,
        alt=printable(article.lead_alt),
        credit=printable(article.lead_picture.credit),
    )


def _rendered(picture: Picture | None) -> Any:
    if picture is None:
        return None
    try:
        return picture.get_rendition(PICTURE)
    except OSError:  # its file is gone; the story is not
        return None
