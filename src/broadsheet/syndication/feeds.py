"""Feeds in three forms: RSS 2.0, Atom 1.0 and JSON Feed 1.1."""

import json
from datetime import datetime
from io import StringIO
from typing import Any, TextIO

from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed, SyndicationFeed
from django.utils.translation import gettext as _

from broadsheet.newsroom.models import Article, Author, Edition, Section, Topic
from broadsheet.syndication.addresses import FORMS, absolute, feed_path
from broadsheet.syndication.entries import Entry, entries, printable

MOST = 30
"""Stories in a feed."""
MINUTES = 15
"""How long a reader's program may wait before it asks again."""
ATOM = "http://www.w3.org/2005/Atom"


class Rss(Rss201rev2Feed):
    """RSS 2.0 with what the RSS Advisory Board's profile says of bylines, texts and pictures."""

    def rss_attributes(self) -> dict[str, str]:
        """The names of the extensions."""
        return {
            "version": "2.0",
            "xmlns:atom": ATOM,
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
            "xmlns:media": "http://search.yahoo.com/mrss/",
        }

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """What Django writes, the byline, the text, and the picture with its words."""
        super().add_item_elements(handler, item)
        entry: Entry = item["entry"]
        for name, _page in entry.authors:
            handler.addQuickElement("dc:creator", name)
        handler.addQuickElement("content:encoded", entry.html)
        if entry.picture:
            picture = entry.picture
            size = {"width": str(picture.width), "height": str(picture.height)}
            told = {"url": picture.url, "type": picture.type, "medium": "image", **size}
            handler.startElement("media:content", told)
            if picture.alt:
                handler.addQuickElement("media:description", picture.alt, {"type": "plain"})
            if picture.credit:
                handler.addQuickElement("media:credit", picture.credit)
            handler.endElement("media:content")


class Atom(Atom1Feed):
    """Atom 1.0 with every author, and texts beside summaries."""

    def add_root_elements(self, handler: Any) -> None:
        """What Django writes, with the type of the feed at its own address."""
        super().add_root_elements(handler)
        handler.addQuickElement("generator", "Broadsheet")

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        """One entry, in the order of RFC 4287, section 4.1.2."""
        entry: Entry = item["entry"]
        handler.addQuickElement("title", entry.title)
        handler.addQuickElement("id", entry.id)
        handler.addQuickElement("link", "", {"href": entry.url, "rel": "alternate"})
        handler.addQuickElement("published", entry.published.isoformat())
        handler.addQuickElement("updated", entry.updated.isoformat())
        for name, page in entry.authors:
            handler.startElement("author", {})
            handler.addQuickElement("name", name)
            handler.addQuickElement("uri", page)
            handler.endElement("author")
        for label in (*entry.labels, *entry.topics):
            handler.addQuickElement("category", "", {"term": label})
        if entry.summary:
            handler.addQuickElement("summary", entry.summary)
        handler.addQuickElement("content", entry.html, {"type": "html"})
        for enclosure in item["enclosures"]:
            told = {"length": enclosure.length, "type": enclosure.mime_type}
            handler.addQuickElement("link", "", {"rel": "enclosure", "href": enclosure.url, **told})


class Json(SyndicationFeed):
    """JSON Feed 1.1."""

    content_type = FORMS["json"]

    def write(self, outfile: TextIO, encoding: str) -> None:
        """Write the feed; `encoding` is UTF-8, as JSON is."""
        feed = self.feed
        told = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed["title"],
            "home_page_url": feed["link"],
            "feed_url": feed["feed_url"],
            "description": feed["description"],
            "language": feed["language"],
            "authors": [{"name": feed["author_name"], "url": feed["author_link"]}],
            "items": [_json_item(item["entry"], feed["language"]) for item in self.items],
        }
        json.dump(told, outfile, ensure_ascii=False)


def _json_item(entry: Entry, language: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "summary": entry.summary,
        "image": entry.picture.url if entry.picture else "",
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": name, "url": page} for name, page in entry.authors],
        "tags": [*entry.labels, *entry.topics],
        "language": language,
    }
    return {name: value for name, value in told.items() if value}


WRITERS: dict[str, type[SyndicationFeed]] = {"rss": Rss, "atom": Atom, "json": Json}

type Listed = Edition | Section | Topic | Author
"""What has a list of stories, and so a feed."""


def listed(edition: str, part: str = "", name: str = "") -> tuple[Edition, Listed]:
    """The published edition, and its section, topic or author by their addresses.

    `part` is "section", "topic", "author", or empty for the edition itself. Raises Http404.
    """
    home: Edition = get_object_or_404(Edition.objects.live().public(), slug=edition)
    match part:
        case "section":
            section = next((each for each in home.sections if each.slug == name), None)
            return home, section or get_object_or_404(Section.objects.none())
        case "topic":
            return home, get_object_or_404(Topic, edition=home, slug=name)
        case "author":
            return home, get_object_or_404(Author, slug=name)
    return home, home


def stories(edition: Edition, subject: Listed) -> Any:
    """The subject's stories that everybody may know of, the newest first."""
    rows = Article.objects.listed_in(subject if isinstance(subject, Section) else edition).out()
    if isinstance(subject, Topic):
        rows = rows.filter(topics=subject)
    elif isinstance(subject, Author):
        rows = rows.filter(byline__author=subject)
    return rows.newest()


def page_of(edition: Edition, subject: Listed) -> str:
    """The path of the page that lists the same stories."""
    if isinstance(subject, Topic):
        return edition.topic_url(subject)
    if isinstance(subject, Author):
        return edition.author_url(subject)
    return str(subject.get_url())


def written(edition: Edition, subject: Listed, form: str) -> tuple[bytes, datetime | None]:
    """The feed in one of FORMS, and when the newest of its stories last changed."""
    with translation.override(edition.language.lower()):
        told = entries(stories(edition, subject).with_pictures()[:MOST], edition)
        page = page_of(edition, subject)
        feed = WRITERS[form](
            title=printable(title_of(edition, subject)),
            link=absolute(page),
            description=printable(_description(edition, subject)),
            language=edition.language,
            author_name=printable(edition.paper_name),
            author_link=absolute(edition.get_url()),
            subtitle=printable(_description(edition, subject)),
            feed_url=absolute(feed_path(page, form)),
            ttl=MINUTES,
        )
        for entry in told:
            feed.add_item(
                title=entry.title,
                link=entry.url,
                description=entry.summary or entry.title,
                unique_id=entry.id,
                unique_id_is_permalink=False,
                pubdate=entry.published,
                updateddate=entry.updated,
                categories=(*entry.labels, *entry.topics),
                enclosures=_enclosures(entry),
                entry=entry,
            )
        out = StringIO()
        feed.write(out, "utf-8")
    return out.getvalue().encode(), max((entry.changed for entry in told), default=None)


def title_of(edition: Edition, subject: Listed) -> str:
    """What the feed is called: the paper, and what of it."""
    name = edition.paper_name
    match subject:
        case Topic() | Author():
            return f"{name}: {subject.name}"
    return f"{name}: {subject.title}"


def _description(edition: Edition, subject: Listed) -> str:
    match subject:
        case Section():
            own = subject.introduction
        case Topic():
            own = subject.description
        case Author():
            own = subject.role
        case _:
            own = ""
    return own or _("The newest stories of %(name)s.") % {"name": title_of(edition, subject)}


def _enclosures(entry: Entry) -> list[Enclosure]:
    if entry.picture is None:
        return []
    return [Enclosure(entry.picture.url, str(entry.picture.bytes), entry.picture.type)]
