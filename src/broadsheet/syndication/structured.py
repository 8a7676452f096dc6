"""Structured data (schema.org, as JSON-LD): what search engines are told of a page.

It says of a story what everybody may read of it, and no word of its text.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from wagtail.images.models import SourceImageIOError
from wagtail.rich_text import get_text_for_indexing

from broadsheet.access import Level
from broadsheet.newsroom.coverage import Coverage
from broadsheet.newsroom.models import (
    Article,
    Author,
    Correction,
    Edition,
    Genre,
    LiveEntry,
    Section,
    Topic,
)
from broadsheet.syndication import sharing_pictures
from broadsheet.syndication.addresses import absolute

LONGEST_HEADLINE = 110
"""Characters of a headline that search engines show (Google's rules for articles)."""
CLOSED = ".story-closed"
"""What of a story's page is not for everybody."""
TYPES = {
    Genre.ANALYSIS: "AnalysisNewsArticle",
    Genre.OPINION: "OpinionNewsArticle",
    Genre.REVIEW: "ReviewNewsArticle",
}
"""Kinds of pieces that schema.org has a word for; of all others it knows that they are news."""
MOST_UPDATES = 20
"""Entries of a live story that are told of, the newest: they are all in the page besides."""
RATIOS = ("fill-1200x1200", "fill-1200x900", "fill-1200x675")
"""A picture in the three forms that search engines cut: square, 4:3 and 16:9."""
SEPARATORS = {
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
}
"""What could end the element, or a line of a script."""

type Data = dict[str, Any]


def script(data: Data) -> SafeString:
    """The data as an element that can stand in a page's head."""
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    for letter, written in SEPARATORS.items():
        text = text.replace(letter, written)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308


def story(
    article: Article,
    topics: Iterable[Topic] = (),
    corrections: Iterable[Any] = (),
    coverage: Coverage | None = None,
) -> Data:
    """What is told of a story; `coverage` is what stands in its page of a live one."""
    edition = article.edition
    url = absolute(article.get_url())
    at = article.published_at or article.first_published_at
    changes = [change for change in corrections if change.at]
    times = [at, article.updated_at, *(change.at for change in changes)]
    data: Data = {
        "@type": type_of(article),
        "@id": url,
        "url": url,
        "mainEntityOfPage": url,
        "headline": _headline(article.title),
        "description": article.standfirst,
        "datePublished": at.isoformat() if at else "",
        "dateModified": max(filter(None, times)).isoformat() if at else "",
        "author": [person(author, edition) for author in article.authors],
        "publisher": organisation(edition),
        "image": images(article),
        "articleSection": article.section.title,
        "genre": _genre(article),
        "inLanguage": edition.language,
        "keywords": [topic.name for topic in topics],
        "isAccessibleForFree": article.access == "free",
        "hasPart": None,
        "correction": [_correction(c) for c in changes if c.kind != Correction.Kind.UPDATE],
        "sponsor": {"@type": "Organization", "name": article.sponsor} if article.sponsor else None,
    }
    if article.access != "free":
        part = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": CLOSED}
        data["hasPart"] = part
    if coverage is not None and coverage.first is not None and not article.sponsor:
        data |= _live(article, coverage, url)
    return _without_blanks(data)


def _live(article: Article, coverage: Coverage, url: str) -> Data:
    # Entries are part of the text: only those of a story that everybody may read are told.
    told = coverage.entries[:MOST_UPDATES] if article.level is Level.FREE else ()
    over = None if coverage.running else coverage.last
    return {
        "@type": "LiveBlogPosting",
        "coverageStartTime": coverage.first.isoformat() if coverage.first else "",
        "coverageEndTime": over.isoformat() if over else "",
        "liveBlogUpdate": [_update(entry, url) for entry in told],
    }


def _update(entry: LiveEntry, url: str) -> Data:
    at = f"{url}#{entry.anchor}"
    return {
        "@type": "BlogPosting",
        "@id": at,
        "url": at,
        "headline": _headline(entry.headline or entry.first_words),
        "datePublished": entry.at.isoformat(),
        "articleBody": get_text_for_indexing(entry.text),
    }


def type_of(article: Article) -> str:
    """The story's type in schema.org's words."""
    if article.sponsor:
        return "AdvertiserContentArticle"
    return TYPES.get(Genre(article.genre), "NewsArticle")


def person(author: Author, edition: Edition) -> Data:
    """Somebody with a byline."""
    url = absolute(edition.author_url(author))
    return _without_blanks(
        {"@type": "Person", "@id": url, "name": author.name, "url": url, "jobTitle": author.role}
    )


def organisation(edition: Edition) -> Data:
    """The paper."""
    return {
        "@type": "NewsMediaOrganization",
        "@id": absolute("/"),
        "name": edition.paper_name,
        "url": absolute("/"),
        "logo": {
            "@type": "ImageObject",
            "url": absolute("/icon-512.png"),
            "width": 512,
            "height": 512,
        },
    }


def trail(*steps: tuple[str, str]) -> Data:
    """The way from the front page to a page: names and paths, the page itself last."""
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": absolute(path)}
        for place, (name, path) in enumerate(steps, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def front(edition: Edition) -> Data:
    """What is told of a front page."""
    return {
        **_page("WebPage", edition.title, edition.get_url(), edition),
        "publisher": organisation(edition),
    }


def listing(name: str, path: str, description: str, edition: Edition) -> Data:
    """What is told of a section or a topic."""
    page = _page("CollectionPage", name, path, edition)
    return _without_blanks({**page, "description": description, "publisher": organisation(edition)})


def profile(author: Author, edition: Edition) -> Data:
    """What is told of an author's page."""
    about = {
        **person(author, edition),
        "description": author.biography,
        "worksFor": organisation(edition),
    }
    if author.portrait:
        about["image"] = _rendered(author.portrait, "fill-448x448|format-jpeg")
    path = edition.author_url(author)
    page = _page("ProfilePage", author.name, path, edition)
    return {**page, "mainEntity": _without_blanks(about)}


def of_page(context: Mapping[str, Any]) -> list[Data]:
    """All that is told of the page with this context; [] for one that nothing is told of."""
    edition: Edition | None = context.get("edition")
    if not edition:
        return []
    home = (edition.title, edition.get_url())
    article: Article | None = context.get("article")
    section: Section | None = context.get("section")
    topic: Topic | None = context.get("topic")
    author: Author | None = context.get("author")
    if article and section:
        ways = (home, (section.title, section.get_url()), (article.title, article.get_url()))
        told = story(
            article,
            context.get("topics", ()),
            context.get("corrections", ()),
            context.get("coverage"),
        )
        return [told, trail(*ways)]
    if topic:
        path = edition.topic_url(topic)
        told = listing(topic.name, path, topic.description, edition)
        return [told, trail(home, (topic.name, path))]
    if author:
        return [profile(author, edition), trail(home, (author.name, edition.author_url(author)))]
    if section:
        path = section.get_url()
        told = listing(section.title, path, section.introduction, edition)
        return [told, trail(home, (section.title, path))]
    return [front(edition)]


def images(article: Article) -> list[str]:
    """Addresses of its picture in three forms; of the one drawn for sharing when it has none."""
    if article.lead_picture:
        made = [_rendered(article.lead_picture, f"{form}|format-jpeg") for form in RATIOS]
        found = [address for address in made if address]
        if found:
            return found
    return [absolute(sharing_pictures.path_of(article))]


def _rendered(picture: Any, form: str) -> str:
    try:
        return absolute(picture.get_rendition(form).url)
    except (OSError, SourceImageIOError):  # its file is gone
        return ""


def _page(kind: str, name: str, path: str, edition: Edition) -> Data:
    url = absolute(path)
    return {
        "@type": kind,
        "@id": url,
        "url": url,
        "name": name,
        "inLanguage": edition.language,
        "isPartOf": {"@type": "WebSite", "@id": absolute("/"), "name": edition.paper_name},
    }


def _genre(article: Article) -> str:
    return "" if article.genre == Genre.NEWS else str(Genre(article.genre).value).title()


def _correction(change: Any) -> Data:
    return {
        "@type": "CorrectionComment",
        "text": change.text,
        "datePublished": change.at.isoformat(),
    }


def _headline(text: str) -> str:
    if len(text) <= LONGEST_HEADLINE:
        return text
    return text[: LONGEST_HEADLINE - 1].rsplit(" ", 1)[0] + "…"


def _without_blanks(data: Data) -> Data:
    return {name: value for name, value in data.items() if value not in ("", None, [])}
