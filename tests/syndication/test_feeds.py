"""Feeds: valid in three forms, permanent names, and nothing that is not for everybody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from broadsheet.newsroom.models import Article
from broadsheet.syndication.feeds import MOST
from tests.newsroom.conftest import HIDDEN, Newsroom
from tests.people import Cast

from . import rules
from .conftest import CONTROLS

FORMS = ("rss", "atom", "json")
PLACES = ("/us/", "/us/world/", "/us/topic/china/", "/us/author/ann-poe/")
CHECKS = {"rss": rules.rss, "atom": rules.atom, "json": rules.json_feed}


def read(client: Client, path: str) -> list[Any]:
    answer = client.get(path)
    assert answer.status_code == 200
    return CHECKS[path.rpartition(".")[2]](answer.content)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", PLACES)
def test_every_feed_keeps_the_rules_of_its_form(
    client: Client, story: Article, place: str, form: str
) -> None:
    assert len(read(client, f"{place}feed.{form}")) == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_feed_without_stories_keeps_them_too(
    client: Client, newsroom: Newsroom, form: str
) -> None:
    assert read(client, f"/us/opinion/feed.{form}") == []


def test_a_story_is_told_in_json(client: Client, story: Article) -> None:
    (item,) = read(client, "/us/feed.json")
    assert item["title"] == "A <visit> to Harbin & back"
    assert item["summary"].startswith("Analysis. Two presidents")
    assert [author["name"] for author in item["authors"]] == ["Ann Poe", "Bo Lee"]
    assert item["authors"][0]["url"].endswith("/us/author/ann-poe/")
    assert item["tags"] == ["Analysis", "China"]
    assert item["url"].endswith("/us/world/harbin/")
    assert item["image"].endswith(".jpg")
    assert "Open paragraph 1." in item["content_html"]
    assert 'href="http://127.0.0.1:8000/us/world/"' in item["content_html"]
    assert "Read on in the paper" in item["content_html"]


def test_a_sponsored_story_says_so_first(client: Client, newsroom: Newsroom) -> None:
    newsroom.story("sold", sponsor="Acme", standfirst="Buy.", access="free")
    (item,) = read(client, "/us/feed.json")
    assert item["summary"] == "Sponsored by Acme. Buy."
    assert item["tags"] == ["Sponsored by Acme"]
    assert item["content_html"].startswith("<p><strong>Sponsored by Acme</strong></p>")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("place", PLACES)
def test_no_feed_has_a_word_from_behind_the_wall(
    client: Client, story: Article, not_out: list[Article], place: str, form: str
) -> None:
    told = client.get(f"{place}feed.{form}").content.decode()
    assert HIDDEN not in told
    assert "secret" not in told.lower()
    assert "Open paragraph" in told


def test_a_free_story_is_told_whole(client: Client, newsroom: Newsroom) -> None:
    newsroom.story("open", access="free")
    (item,) = read(client, "/us/feed.json")
    assert HIDDEN in item["content_html"]
    assert "Read on" not in item["content_html"]


def test_a_feed_has_no_marks_of_notes_it_does_not_have(client: Client, newsroom: Newsroom) -> None:
    noted = {"type": "paragraph", "value": "<p>It fell[^1] twice.</p>"}
    notes = {"type": "footnotes", "value": [{"mark": "1", "text": "<p>So they say.</p>"}]}
    newsroom.story("noted", access="free", body=[noted, notes])
    feed = client.get("/us/feed.rss").content.decode()
    assert "It fell twice." in feed


@pytest.mark.parametrize("form", FORMS)
def test_a_storys_name_stays_when_all_else_changes(
    client: Client, story: Article, newsroom: Newsroom, form: str
) -> None:
    def name() -> str:
        (item,) = read(client, f"/us/feed.{form}")
        if form == "json":
            return str(item["id"])
        return rules.words(item.find("guid" if form == "rss" else rules.ATOM + "id"))

    before = name()
    story.slug, story.title = "renamed", "Another headline"
    story.save()
    story.move(newsroom.opinion, pos="last-child")
    assert name() == before


@pytest.mark.parametrize("form", FORMS)
def test_no_character_breaks_a_feed(client: Client, newsroom: Newsroom, form: str) -> None:
    made = newsroom.story("odd", topics=[newsroom.topic("Odd")], authors=[newsroom.author("Odd")])
    clean = CONTROLS.replace("\ud800", "")  # no database keeps a lone surrogate
    if connection.vendor == "postgresql":
        clean = clean.replace("\0", "")
    Article.objects.filter(pk=made.pk).update(title=f"x{clean}]]>", standfirst=clean)
    assert len(read(client, f"/us/feed.{form}")) == 1


@pytest.mark.parametrize("form", FORMS)
def test_a_feed_tells_the_newest_and_costs_few_queries(
    client: Client, newsroom: Newsroom, form: str
) -> None:
    ann, china = newsroom.author("Ann Poe"), newsroom.topic("China")
    for n in range(MOST + 2):
        newsroom.story(f"story-{n:02}", hours=n, authors=[ann], topics=[china])
    client.get(f"/us/feed.{form}")
    with CaptureQueriesContext(connection) as queries:
        assert len(read(client, f"/us/feed.{form}")) == MOST
    assert len(queries) <= 14


def test_who_has_a_feed_already_is_not_sent_it_again(client: Client, story: Article) -> None:
    first = client.get("/us/feed.rss")
    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert first.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    again = client.get("/us/feed.rss", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"] == "public, max-age=300"
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get("/us/feed.rss", headers=since).status_code == 304
    Article.objects.filter(pk=story.pk).update(
        title="New", last_published_at=datetime.now(UTC) + timedelta(minutes=1)
    )
    assert client.get("/us/feed.rss", headers=since).status_code == 200
    etag = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/us/feed.rss", headers=etag).status_code == 200


def test_a_feed_has_nothing_of_the_reader_who_asks(
    client: Client, story: Article, cast: Cast
) -> None:
    visitor = client.get("/us/feed.rss")
    client.force_login(cast.marta)
    mine = client.get("/us/feed.rss", headers={"Accept-Language": "es"})
    assert mine.content == visitor.content
    for answer in (visitor, mine):
        assert not answer.cookies
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Language"] == "en-US"


def test_a_feed_speaks_the_editions_language(client: Client, newsroom: Newsroom) -> None:
    edition = newsroom.edition("es", language="es-ES")
    newsroom.story("hola", newsroom.section("mundo", edition))
    assert client.get("/es/feed.json").json()["language"] == "es-ES"


@pytest.mark.parametrize(
    "path",
    [
        "/us/feed.xml",
        "/us/feed.rss/",
        "/none/feed.rss",
        "/us/none/feed.rss",
        "/us/topic/none/feed.rss",
        "/us/author/none/feed.atom",
        "/us/topic/feed.rss",
        "/us/world/harbin/feed.rss",
        "/feed.rss",
    ],
)
def test_a_feed_that_there_is_not_is_not_found(client: Client, story: Article, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_feed_is_only_read(client: Client, newsroom: Newsroom) -> None:
    assert client.post("/us/feed.rss").status_code == 405
    assert client.head("/us/feed.rss").status_code == 200


@pytest.mark.parametrize("place", PLACES)
def test_pages_say_where_their_feeds_are(client: Client, story: Article, place: str) -> None:
    page = client.get(place).content.decode()
    for form, kind in (("rss", "rss+xml"), ("atom", "atom+xml"), ("json", "feed+json")):
        link = f'<link rel="alternate" type="application/{kind}"'
        assert link in page
        assert f'href="{place}feed.{form}"' in page


def test_the_page_of_feeds_lists_editions_and_sections(client: Client, newsroom: Newsroom) -> None:
    page = client.get("/feeds/").content.decode()
    for path in ("/us/feed.rss", "/us/world/feed.atom", "/us/opinion/feed.json"):
        assert f'href="{path}"' in page


def test_no_feed_can_be_taken_for_a_story() -> None:
    from broadsheet.gate.door import ARTICLE

    for path in ("/us/feed.rss", "/us/world/feed.rss", "/us/topic/china/feed.atom"):
        assert not ARTICLE.fullmatch(path)
