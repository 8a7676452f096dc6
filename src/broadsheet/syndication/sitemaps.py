"""Sitemaps (sitemaps.org 0.9), with translations and news as search engines read them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any, NamedTuple

from django.db.models import Count, Max
from django.db.models.functions import Greatest
from django.utils.xmlutils import SimplerXMLGenerator

from broadsheet.newsroom.models import Article, Author, Edition, Paper, Topic
from broadsheet.syndication.addresses import absolute
from broadsheet.syndication.entries import printable

MOST = 10_000
"""Addresses in one sitemap: a fifth of what is allowed, so that one costs little to write."""
MOST_NEWS = 1_000
NEWS = timedelta(days=2)
"""How long a story is news, as Google's rules have it."""
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS_SCHEMA = "http://www.google.com/schemas/sitemap-news/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


class Address(NamedTuple):
    """One address of the paper, when it last changed, and the same in other languages."""

    path: str
    changed: datetime | None = None
    languages: tuple[tuple[str, str], ...] = ()
    """Languages with paths, its own among them; empty when there is only one."""


def index() -> bytes:
    """The index of all sitemaps of all editions."""
    out, xml = _begin("sitemapindex", {"xmlns": SITEMAP})
    for edition in _editions():
        pages = range(1, _leaves(edition) + 1)
        names = ["pages", "news", *(f"stories-{page}" for page in pages)]
        for name in names:
            xml.startElement("sitemap", {})
            xml.addQuickElement("loc", absolute(f"{edition.get_url()}sitemap-{name}.xml"))
            xml.endElement("sitemap")
    return _end(out, xml, "sitemapindex")


def pages(edition: Edition) -> bytes:
    """The front page, the sections, and the topics and authors that have stories."""
    return _urlset(_lists(edition))


def stories(edition: Edition, page: int) -> bytes | None:
    """A part of the edition's stories, the oldest in the first; None when there is no such part."""
    if not 1 <= page <= _leaves(edition):
        return None
    rows = _own(edition).order_by("pk")[(page - 1) * MOST : page * MOST]
    fields = ("translation_key", "url_path", "published_at", "updated_at", "last_published_at")
    found = list(rows.values_list(*fields))
    elsewhere = _translations(edition)
    return _urlset(
        Address(
            _path(url_path),
            max(filter(None, times), default=None),
            _with(elsewhere.get(key, ()), edition.language, _path(url_path)),
        )
        for key, url_path, *times in found
    )


def news(edition: Edition, now: datetime) -> bytes:
    """The stories of the last two days for Google News, the newest first."""
    rows = _own(edition).filter(published_at__gt=now - NEWS, published_at__lte=now, sponsor="")
    found = rows.newest().values_list("url_path", "title", "published_at")[:MOST_NEWS]
    out, xml = _begin("urlset", {"xmlns": SITEMAP, "xmlns:news": NEWS_SCHEMA})
    name, language = printable(edition.paper_name), news_language(edition.language)
    for url_path, title, published in found:
        xml.startElement("url", {})
        xml.addQuickElement("loc", absolute(_path(url_path)))
        xml.startElement("news:news", {})
        xml.startElement("news:publication", {})
        xml.addQuickElement("news:name", name)
        xml.addQuickElement("news:language", language)
        xml.endElement("news:publication")
        xml.addQuickElement("news:publication_date", published.isoformat(timespec="seconds"))
        xml.addQuickElement("news:title", printable(title))
        xml.endElement("news:news")
        xml.endElement("url")
    return _end(out, xml, "urlset")


def news_language(tag: str) -> str:
    """The language as Google's schema has it: two or three letters, but for Chinese."""
    plain = tag.lower()
    if plain.partition("-")[0] != "zh":
        return plain.partition("-")[0]
    traditional = any(part in plain.split("-") for part in ("tw", "hk", "mo", "hant"))
    return "zh-tw" if traditional else "zh-cn"


def _editions() -> list[Edition]:
    paper = Paper.objects.live().first()
    return [] if paper is None else [one for one in paper.editions() if _is_public(one)]


def _is_public(edition: Edition) -> bool:
    return not edition.get_view_restrictions().exists()


def _own(edition: Edition) -> Any:
    # A guest's address stands in the sitemap of its own edition.
    return Article.objects.inside(edition).out()


def _leaves(edition: Edition) -> int:
    return -(-_own(edition).count() // MOST)


def _lists(edition: Edition) -> Iterator[Address]:
    yield Address(edition.get_url())
    for section in edition.sections:
        yield Address(section.get_url())
    own = _own(edition)
    times = (
        own.order_by()
        .values("topics")
        .annotate(stories=Count("pk"), at=Max(Greatest("published_at", "last_published_at")))
    )
    lately = {row["topics"]: row["at"] for row in times}
    for topic in Topic.objects.filter(edition=edition, pk__in=[*filter(None, lately)])[:MOST]:
        yield Address(edition.topic_url(topic), lately[topic.pk])
    writing = Author.objects.filter(pk__in=own.order_by().values("byline__author"))
    for author in writing.order_by("pk")[:MOST]:
        yield Address(edition.author_url(author))


def _translations(edition: Edition) -> dict[Any, list[tuple[str, str]]]:
    """Stories of other editions that are a story of this one in another language."""
    found: dict[Any, list[tuple[str, str]]] = defaultdict(list)
    for other in _editions():
        if other.pk == edition.pk:
            continue
        same = _own(other).filter(translation_key__in=_own(edition).values("translation_key"))
        for key, url_path in same.values_list("translation_key", "url_path"):
            found[key].append((other.language, _path(url_path)))
    return found


def _with(
    others: Iterable[tuple[str, str]], language: str, path: str
) -> tuple[tuple[str, str], ...]:
    others = tuple(others)
    return ((language, path), *others) if others else ()


def _path(url_path: str) -> str:
    return "/" + url_path.split("/", 2)[2]


def _urlset(addresses: Iterable[Address]) -> bytes:
    out, xml = _begin("urlset", {"xmlns": SITEMAP, "xmlns:xhtml": XHTML})
    for address in addresses:
        xml.startElement("url", {})
        xml.addQuickElement("loc", absolute(address.path))
        if address.changed:
            xml.addQuickElement("lastmod", address.changed.isoformat(timespec="seconds"))
        for language, path in address.languages:
            told = {"rel": "alternate", "hreflang": language, "href": absolute(path)}
            xml.addQuickElement("xhtml:link", None, told)
        xml.endElement("url")
    return _end(out, xml, "urlset")


def _begin(name: str, attributes: Any) -> tuple[StringIO, Any]:
    out = StringIO()
    xml = SimplerXMLGenerator(out, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement(name, attributes)
    return out, xml


def _end(out: StringIO, xml: Any, name: str) -> bytes:
    xml.endElement(name)
    xml.endDocument()
    return out.getvalue().encode()
