"""What the specifications ask of a document, as far as they ask it of ours.

The validators of the W3C and the schemas' files are not to be had offline. These are their rules
written down again: RFC 4287 for Atom, the RSS Advisory Board's specification and profile for RSS,
jsonfeed.org's text for JSON Feed, and the XSDs of sitemaps.org and of Google News.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from .conftest import moment

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TAG = re.compile(r"[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*")


def address(text: str | None) -> None:
    """An absolute address that needs no more escaping."""
    assert text
    parts = urlsplit(text)
    assert parts.scheme in ("http", "https")
    assert parts.netloc
    assert text.isascii()
    assert not re.search(r'[\s<>"{}|\\^`]', text), text


def once(element: ET.Element, *names: str) -> None:
    counted = Counter(child.tag for child in element)
    for name in names:
        assert counted[name] == 1, f"{name} stands {counted[name]} times in {element.tag}"


def at_most_once(element: ET.Element, *names: str) -> None:
    counted = Counter(child.tag for child in element)
    for name in names:
        assert counted[name] <= 1, name


def only(element: ET.Element, *names: str) -> None:
    assert {child.tag for child in element} <= set(names)


def words(element: ET.Element | None) -> str:
    assert element is not None
    return element.text or ""


def rss(body: bytes) -> list[ET.Element]:
    """Check RSS 2.0; its items."""
    root = ET.fromstring(body)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    (channel,) = root
    assert channel.tag == "channel"
    once(channel, "title", "link", "description", "language", "ttl", "lastBuildDate")
    once(channel, ATOM + "link")
    allowed = ("title", "link", "description", "language", "ttl", "lastBuildDate", "item")
    only(channel, *allowed, ATOM + "link")
    for name in ("title", "description"):
        assert words(channel.find(name)).strip()
    address(words(channel.find("link")))
    own = channel.find(ATOM + "link")
    assert own is not None
    assert own.get("rel") == "self"
    address(own.get("href"))
    assert TAG.fullmatch(words(channel.find("language")))
    assert int(words(channel.find("ttl"))) > 0
    assert parsedate_to_datetime(words(channel.find("lastBuildDate"))).tzinfo
    items = channel.findall("item")
    for item in items:
        _rss_item(item)
    _all_differ(words(item.find("guid")) for item in items)
    return items


def _rss_item(item: ET.Element) -> None:
    once(item, "title", "link", "description", "guid", "pubDate", CONTENT + "encoded")
    at_most_once(item, "enclosure", MEDIA + "content")
    allowed = ("title", "link", "description", "guid", "pubDate", "category", "enclosure")
    only(item, *allowed, DC + "creator", CONTENT + "encoded", MEDIA + "content")
    address(words(item.find("link")))
    guid = item.find("guid")
    assert guid is not None
    assert guid.get("isPermaLink") == "false"
    assert parsedate_to_datetime(words(item.find("pubDate"))).tzinfo
    for enclosure in item.findall("enclosure"):
        address(enclosure.get("url"))
        assert int(enclosure.get("length", "")) > 0
        assert enclosure.get("type") == "image/jpeg"
    _html(words(item.find(CONTENT + "encoded")))


def atom(body: bytes) -> list[ET.Element]:
    """Check Atom 1.0 (RFC 4287, section 4); its entries."""
    root = ET.fromstring(body)
    assert root.tag == ATOM + "feed"
    assert TAG.fullmatch(root.get(XML_LANG, ""))
    once(root, *(ATOM + name for name in ("id", "title", "updated", "author")))
    at_most_once(root, ATOM + "subtitle", ATOM + "generator", ATOM + "rights")
    allowed = ("id", "title", "updated", "author", "link", "subtitle", "generator", "entry")
    only(root, *(ATOM + name for name in allowed))
    _iri(words(root.find(ATOM + "id")))
    moment(words(root.find(ATOM + "updated")))
    _person(root.find(ATOM + "author"))
    assert [link.get("rel") for link in root.findall(ATOM + "link")] == ["alternate", "self"]
    _links(root)
    entries = root.findall(ATOM + "entry")
    for entry in entries:
        _atom_entry(entry)
    _all_differ(words(entry.find(ATOM + "id")) for entry in entries)
    return entries


def _atom_entry(entry: ET.Element) -> None:
    once(entry, *(ATOM + name for name in ("id", "title", "updated", "published", "content")))
    at_most_once(entry, ATOM + "summary", ATOM + "rights")
    allowed = ("id", "title", "updated", "published", "content", "summary", "author", "category")
    only(entry, *(ATOM + name for name in (*allowed, "link")))
    _iri(words(entry.find(ATOM + "id")))
    assert moment(words(entry.find(ATOM + "published"))) <= moment(
        words(entry.find(ATOM + "updated"))
    )
    for author in entry.findall(ATOM + "author"):
        _person(author)
    for category in entry.findall(ATOM + "category"):
        assert category.get("term")
    alternates = [one for one in entry.findall(ATOM + "link") if one.get("rel") == "alternate"]
    assert len(alternates) == 1
    _links(entry)
    content = entry.find(ATOM + "content")
    assert content is not None
    assert content.get("type") == "html"
    _html(words(content))


def _links(element: ET.Element) -> None:
    for link in element.findall(ATOM + "link"):
        address(link.get("href"))
        assert link.get("rel") in ("alternate", "self", "enclosure")


def _person(person: ET.Element | None) -> None:
    assert person is not None
    once(person, ATOM + "name")
    only(person, ATOM + "name", ATOM + "uri")
    for uri in person.findall(ATOM + "uri"):
        address(uri.text)


def _iri(text: str) -> None:
    assert re.fullmatch(r"(urn:uuid:[0-9a-f-]{36}|https?://\S+)", text), text


def json_feed(body: bytes) -> list[dict[str, Any]]:
    """Check JSON Feed 1.1; its items."""
    feed = json.loads(body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    known = {"version", "title", "home_page_url", "feed_url", "description", "language"}
    assert set(feed) <= known | {"authors", "items"}
    assert feed["title"]
    address(feed["home_page_url"])
    address(feed["feed_url"])
    assert TAG.fullmatch(feed["language"])
    _json_authors(feed["authors"])
    for item in feed["items"]:
        _json_item(item)
    _all_differ(item["id"] for item in feed["items"])
    return list(feed["items"])


def _json_item(item: dict[str, Any]) -> None:
    known = {"id", "url", "title", "content_html", "summary", "image", "language"}
    assert set(item) <= known | {"date_published", "date_modified", "authors", "tags"}
    assert isinstance(item["id"], str)
    address(item["url"])
    _html(item["content_html"])
    assert moment(item["date_published"]) <= moment(item["date_modified"])
    _json_authors(item.get("authors", []))
    assert all(isinstance(tag, str) for tag in item.get("tags", []))
    if "image" in item:
        address(item["image"])


def _json_authors(authors: list[dict[str, str]]) -> None:
    for author in authors:
        assert set(author) <= {"name", "url", "avatar"}
        assert author["name"]
        address(author["url"])


def _html(text: str) -> None:
    # Addresses in it must work without knowing where the feed is from.
    for found in re.findall(r'(?:href|src)="([^"]*)"', text):
        assert re.match(r"(https?://|mailto:)", found), found
    assert "<script" not in text
    assert "<style" not in text


def _all_differ(names: Iterable[str]) -> None:
    names = list(names)
    assert len(names) == len(set(names))


def sitemap_index(body: bytes) -> list[str]:
    """Check against siteindex.xsd of sitemaps.org; its addresses."""
    assert body.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    root = ET.fromstring(body)
    assert root.tag == SITEMAP + "sitemapindex"
    assert 1 <= len(root) <= 50_000
    for one in root:
        assert one.tag == SITEMAP + "sitemap"
        once(one, SITEMAP + "loc")
        only(one, SITEMAP + "loc", SITEMAP + "lastmod")
    return [_loc(one) for one in root]


def sitemap(body: bytes) -> dict[str, dict[str, str]]:
    """Check against sitemap.xsd; its addresses with their translations by language."""
    root = _urlset(body)
    found = {}
    for url in root:
        only(url, SITEMAP + "loc", SITEMAP + "lastmod", XHTML + "link")
        at_most_once(url, SITEMAP + "lastmod")
        for at in url.findall(SITEMAP + "lastmod"):
            moment(words(at))
        links = url.findall(XHTML + "link")
        for link in links:
            assert link.get("rel") == "alternate"
            assert TAG.fullmatch(link.get("hreflang", ""))
            address(link.get("href"))
        found[_loc(url)] = {link.get("hreflang", ""): link.get("href", "") for link in links}
        assert not links or _loc(url) in found[_loc(url)].values(), "it does not name itself"
    return found


def news_sitemap(body: bytes) -> list[dict[str, str]]:
    """Check against sitemap-news.xsd and Google's rules; what it says of each story."""
    root = _urlset(body)
    assert len(root) <= 1_000
    found = []
    for url in root:
        assert [child.tag for child in url] == [SITEMAP + "loc", NEWS + "news"]
        publication, date, title = url[1]
        assert publication.tag == NEWS + "publication"
        assert [child.tag for child in publication] == [NEWS + "name", NEWS + "language"]
        assert re.fullmatch(r"zh-cn|zh-tw|[a-z]{2,3}", words(publication[1]))
        assert (date.tag, title.tag) == (NEWS + "publication_date", NEWS + "title")
        moment(words(date))
        found.append({"loc": _loc(url), "title": words(title), "name": words(publication[0])})
    return found


def _urlset(body: bytes) -> ET.Element:
    assert body.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert len(body) < 50_000_000
    root = ET.fromstring(body)
    assert root.tag == SITEMAP + "urlset"
    assert len(root) <= 50_000
    assert all(url.tag == SITEMAP + "url" for url in root)
    return root


def _loc(element: ET.Element) -> str:
    loc = words(element.find(SITEMAP + "loc"))
    address(loc)
    assert 12 <= len(loc) <= 2048
    return loc
