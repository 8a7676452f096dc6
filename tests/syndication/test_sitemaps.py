"""Sitemaps: valid, complete, with translations, and without what is not out."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale

from broadsheet.newsroom.models import Article
from broadsheet.syndication import sitemaps
from tests.newsroom.conftest import HIDDEN, Newsroom

from . import rules

SITE = "http://127.0.0.1:8000"


def paths(client: Client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    return [loc.removeprefix(SITE) for loc in rules.sitemap(answer.content)]


def test_the_index_leads_to_every_sitemap(client: Client, story: Article) -> None:
    found = rules.sitemap_index(client.get("/sitemap.xml").content)
    assert found == [f"{SITE}/us/sitemap-{name}.xml" for name in ("pages", "news", "stories-1")]
    for address in found:
        assert client.get(address.removeprefix(SITE)).status_code == 200


def test_pages_are_the_front_sections_topics_and_authors_that_have_stories(
    client: Client, story: Article, newsroom: Newsroom
) -> None:
    newsroom.topic("Empty")
    newsroom.author("Nobody")
    assert paths(client, "/us/sitemap-pages.xml") == [
        "/us/",
        "/us/world/",
        "/us/opinion/",
        "/us/topic/china/",
        "/us/author/ann-poe/",
        "/us/author/bo-lee/",
    ]


def test_stories_are_in_parts(
    client: Client, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemaps, "MOST", 2)
    for n in range(5):
        newsroom.story(f"story-{n}")
    assert len(rules.sitemap_index(client.get("/sitemap.xml").content)) == 5
    found = [paths(client, f"/us/sitemap-stories-{page}.xml") for page in (1, 2, 3)]
    assert [len(part) for part in found] == [2, 2, 1]
    assert [path for part in found for path in part] == [f"/us/world/story-{n}/" for n in range(5)]


@pytest.mark.parametrize(
    "name", ["stories-0", "stories-2", "stories-9999999999", "other", "news-1"]
)
def test_a_sitemap_that_there_is_not_is_not_found(
    client: Client, story: Article, name: str
) -> None:
    assert client.get(f"/us/sitemap-{name}.xml").status_code == 404


def test_translations_are_told_to_each_other(
    client: Client, story: Article, newsroom: Newsroom
) -> None:
    spanish, _ = Locale.objects.get_or_create(language_code="es-es")
    edition = newsroom.edition("es", language="es-ES")
    other = newsroom.story("harbin-es", newsroom.section("mundo", edition))
    Article.objects.filter(pk=other.pk).update(
        translation_key=story.translation_key, locale=spanish
    )
    both = {"en-US": f"{SITE}/us/world/harbin/", "es-ES": f"{SITE}/es/mundo/harbin-es/"}
    for edition_slug, path in (("us", "/us/world/harbin/"), ("es", "/es/mundo/harbin-es/")):
        body = client.get(f"/{edition_slug}/sitemap-stories-1.xml").content
        assert rules.sitemap(body)[SITE + path] == both


def test_news_are_the_stories_of_two_days(client: Client, newsroom: Newsroom) -> None:
    newsroom.story("new", hours=47, title="New & <old>")
    newsroom.story("old", hours=49)
    newsroom.story("paid-for", sponsor="Acme")
    (one,) = rules.news_sitemap(client.get("/us/sitemap-news.xml").content)
    assert one["loc"] == f"{SITE}/us/world/new/"
    assert (one["title"], one["name"]) == ("New & <old>", "The Test Sheet")


def test_news_are_a_thousand_at_the_most(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sitemaps.MOST_NEWS == 1_000
    monkeypatch.setattr(sitemaps, "MOST_NEWS", 2)
    for n in range(3):
        newsroom.story(f"story-{n}", hours=n)
    found = rules.news_sitemap(sitemaps.news(newsroom.us, datetime.now(UTC)))
    assert [one["loc"][-8:] for one in found] == ["story-0/", "story-1/"]


@pytest.mark.parametrize(
    ("tag", "said"),
    [("en-US", "en"), ("es-ES", "es"), ("zh-TW", "zh-tw"), ("zh-Hans-CN", "zh-cn"), ("fil", "fil")],
)
def test_languages_are_told_as_googles_schema_has_them(tag: str, said: str) -> None:
    assert sitemaps.news_language(tag) == said


def test_what_is_not_out_is_in_no_sitemap(
    client: Client, story: Article, not_out: list[Article]
) -> None:
    for name in ("pages", "news", "stories-1"):
        told = client.get(f"/us/sitemap-{name}.xml").content.decode()
        assert "secret" not in told
        assert HIDDEN not in told


def test_sitemaps_cost_few_queries(client: Client, newsroom: Newsroom) -> None:
    for n in range(6):
        topics = [newsroom.topic(f"Topic{n}")]
        newsroom.story(f"story-{n}", hours=n, topics=topics, authors=[newsroom.author(f"A {n}")])
    newsroom.story("x", newsroom.section("mundo", newsroom.edition("es", language="es-ES")))
    addresses = ("/sitemap.xml", *(f"/us/sitemap-{x}.xml" for x in ("pages", "news", "stories-1")))
    for address in addresses:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= 16, address


def test_whoever_has_a_sitemap_is_not_sent_it_again(client: Client, story: Article) -> None:
    first = client.get("/us/sitemap-stories-1.xml")
    again = client.get(
        "/us/sitemap-stories-1.xml", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304


def test_a_changed_story_is_told_with_its_time(client: Client, story: Article) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
    Article.objects.filter(pk=story.pk).update(last_published_at=at)
    assert at.isoformat() in client.get("/us/sitemap-stories-1.xml").content.decode()
