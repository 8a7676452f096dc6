"""A live story: its entries are part of its full text, and leave where that leaves."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from broadsheet.gate.pages import Face, Kind, Wall
from broadsheet.newsroom import coverage, entrytext, press
from broadsheet.newsroom.models import Article, Genre, LiveEntry
from broadsheet.newsroom.models.live import MOST_IN_AN_ENTRY

from .conftest import Newsroom

FULL = Face(Kind.FULL, Wall.NONE, False, True, "en")
EVERY_PREVIEW = [
    Face(Kind.PREVIEW, wall, message, signed_in, language)
    for wall, message, signed_in, language in product(
        Wall, (False, True), (False, True), ("en", "es")
    )
]
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
"""In New York."""
SECRET = "The minister has resigned"

type Post = Callable[..., LiveEntry]


def printed(article: Article, face: Face = FULL) -> str:
    story = press.find(article.get_url())
    assert story is not None
    page = press.print_page(story, face)
    assert page is not None
    return page.decode()


def test_only_a_story_that_changes_by_revisions_may_be_shown_late(newsroom: Newsroom) -> None:
    told = []
    for genre in (Genre.NEWS, Genre.LIVE):
        article = newsroom.story(f"a-{genre}", genre=genre)
        article.save_revision().publish()
        told.append(press.find(article.get_url()))
    assert [one.revision > 0 for one in told if one] == [True, False]


@pytest.fixture
def story(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Article:
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    return newsroom.story("vote", genre=Genre.LIVE)


@pytest.fixture
def post(story: Article) -> Post:
    """An entry, so many minutes before noon."""

    def write(text: str = SECRET, minutes: float = 0, **fields: Any) -> LiveEntry:
        at = NOON - timedelta(minutes=minutes)
        entry = LiveEntry(article=story, at=at, text=f"<p>{text}</p>", **fields)
        entry.full_clean()
        entry.save()
        return entry

    return write


def test_entries_stand_below_the_text_the_newest_first(story: Article, post: Post) -> None:
    first, second = post("Polls open", 30), post("Polls close", 5)
    page = printed(story)
    places = [page.index(word) for word in ("Open paragraph 2", "Polls close", "Polls open")]
    assert places == sorted(places)
    assert page.index(f'id="{second.anchor}"') < page.index(f'id="{first.anchor}"')
    assert "2026-03-02T11:55:00-05:00" in page
    assert ">11:55<" in page


def test_what_is_not_from_today_has_its_date(story: Article, post: Post) -> None:
    post("Yesterday evening", 13 * 60)
    assert "March 1, 2026, 11 p.m." in printed(story)


def test_an_entry_has_all_that_was_written(story: Article, post: Post, newsroom: Newsroom) -> None:
    picture = newsroom.picture(photographer="Ann Poe")
    entry = post(
        headline="A resignation",
        author=newsroom.author("Bo Lee"),
        picture=picture,
        picture_alt="A door, closing",
        is_key=True,
    )
    page = printed(story)
    assert page.count(f'href="#{entry.anchor}"') == 2  # its own link, and the key moments
    assert 'alt="A door, closing"' in page
    for said in ("A resignation", SECRET, "Bo Lee", "Ann Poe", "Key moments"):
        assert said in page


def test_no_preview_has_a_word_of_an_entry_but_says_how_many_there_are(
    story: Article, post: Post, newsroom: Newsroom
) -> None:
    post(headline="Resignation!", is_key=True, author=newsroom.author("Bo Lee"))
    post(picture=newsroom.picture(), picture_alt="A closed door")
    for face in EVERY_PREVIEW:
        page = printed(story, face)
        for word in (SECRET, "Resignation!", "Bo Lee", "A closed door", "entry-"):
            assert word not in page, face
        assert "This live coverage has 2 entries." in page


def test_no_door_of_the_site_has_a_word_of_an_entry(
    story: Article, post: Post, client: Client
) -> None:
    post(headline=SECRET, is_key=True)
    pages = [story.get_url(), "/us/", "/us/world/", "/us/search/?q=resigned", "/us/search/?q=vote"]
    for address in pages:
        assert SECRET not in client.get(address).content.decode()
    assert SECRET not in Article.objects.get(pk=story.pk).open_text


def test_a_free_story_has_its_entries_everywhere_its_text_is(
    story: Article, post: Post, client: Client
) -> None:
    post()
    Article.objects.filter(pk=story.pk).update(access="free")
    assert SECRET in client.get(story.get_url()).content.decode()


def test_a_story_that_is_no_longer_live_says_that_the_coverage_has_ended(
    story: Article, post: Post
) -> None:
    post()
    assert "data-running" in printed(story)
    assert "live.js" in printed(story)
    Article.objects.filter(pk=story.pk).update(genre=Genre.NEWS)
    page = printed(story)
    assert "This live coverage has ended." in page
    assert SECRET in page
    assert "data-running" not in page
    assert "live.js" not in page


def test_a_live_story_without_entries_says_so_and_another_story_nothing(
    story: Article, newsroom: Newsroom
) -> None:
    assert "There are no entries yet." in printed(story)
    assert 'id="live"' not in printed(newsroom.story("other"))


def test_a_page_shows_so_many_entries_and_says_where_the_others_are(
    story: Article, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage, "MOST_SHOWN", 2)
    for minutes in range(4):
        post(f"Entry of {minutes}", minutes)
    page = printed(story)
    assert "Entry of 1" in page
    assert "Entry of 2" not in page
    assert "2 older entries are kept by the newsroom" in page


def test_many_entries_cost_no_more_queries_than_one(
    story: Article, post: Post, newsroom: Newsroom
) -> None:
    def entry(n: int) -> None:
        author = newsroom.author(f"Author {n}")
        post(author=author, picture=newsroom.picture(f"p{n}"), picture_alt="It")

    entry(0)
    printed(story)  # cuts the picture
    with CaptureQueriesContext(connection) as one:
        printed(story)
    for n in range(1, 4):
        entry(n)
    printed(story)
    with CaptureQueriesContext(connection) as four:
        printed(story)
    assert len(four) == len(one)


def test_a_draft_shows_its_entries_once_it_is_out(newsroom: Newsroom) -> None:
    draft = newsroom.story("draft", live=False, genre=Genre.LIVE)
    LiveEntry.objects.create(article=draft, text=f"<p>{SECRET}</p>")
    assert press.find(draft.get_url()) is None
    draft.save_revision().publish()
    assert SECRET in printed(draft)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("text", "<p>%%holder%%</p>"),
        ("headline", "%%token%%"),
        ("picture_alt", "%%token%%"),
        ("text", "<p> </p>"),
        ("text", ""),
        ("text", "x" * 100_000),
        ("headline", "x" * 141),
        ("at", NOON + timedelta(hours=1)),
        ("at", datetime(1, 1, 1, tzinfo=UTC)),
        ("at", None),
    ],
)
def test_what_cannot_be_printed_is_refused(story: Article, field: str, value: Any) -> None:
    entry = LiveEntry(**{"article": story, "text": "<p>Words</p>", field: value})
    with pytest.raises(ValidationError):
        entry.full_clean()


def test_a_picture_must_say_what_it_shows(story: Article, newsroom: Newsroom) -> None:
    entry = LiveEntry(article=story, text="<p>Words</p>", picture=newsroom.picture())
    with pytest.raises(ValidationError, match="what the picture shows"):
        entry.full_clean()


def test_nothing_in_an_entry_runs_or_turns_what_follows(story: Article, post: Post) -> None:
    post("<script>alert(1)</script><img src=x onerror=alert(2)>\u202eWords", headline="A\u202eB")
    page = printed(story)
    entry = page[page.index('id="live-entries"') :]
    for hostile in ("alert(", "onerror", "\u202e"):
        assert hostile not in entry
    assert "Words" in entry


TYPED = [
    ("One.\n\nTwo.", "<p>One.</p><p>Two.</p>"),
    ("One\r\ntwo", "<p>One<br/>two</p>"),
    ("*so* and **so**", "<p><i>so</i> and <b>so</b></p>"),
    ("2 * 3 * 4 and a*b*c", "<p>2 * 3 * 4 and a*b*c</p>"),
    ("[the *vote*](https://a.example/?a=1&b=2)",
     '<p><a href="https://a.example/?a=1&amp;b=2">the <i>vote</i></a></p>'),
    ("[here](/us/world/)", '<p><a href="/us/world/">here</a></p>'),
    ("See https://a.example/x.", '<p>See <a href="https://a.example/x">https://a.example/x</a>.</p>'),
]  # fmt: skip
WORDS_ONLY = ["<b>no</b>", "[x](javascript:alert(1))", "[x](//evil.example)", '"><script>', "** **"]


@pytest.mark.parametrize(("typed", "html"), TYPED)
def test_signs_become_emphasis_and_links_and_can_be_typed_again(typed: str, html: str) -> None:
    assert entrytext.to_html(typed) == html
    assert entrytext.to_html(entrytext.to_typed(html)) == html


@pytest.mark.parametrize("typed", WORDS_ONLY)
def test_everything_else_that_is_typed_stays_words(typed: str) -> None:
    html = entrytext.to_html(typed)
    assert not {"<a", "<b", "<script"} & {html[at : at + 2] for at in range(len(html))}
    assert "<script" not in html
    assert entrytext.to_typed(html) == typed


@pytest.mark.parametrize(
    "piece", ["*a", "[", "[a](http://", "**", "http://", "<p>", "\n \n", "*a b "]
)
def test_a_long_hostile_text_is_read_at_once(piece: str) -> None:
    typed = piece * (MOST_IN_AN_ENTRY // len(piece))
    assert entrytext.to_typed(entrytext.to_html(typed)) is not None


def told(article: Article, face: Face = FULL) -> dict[str, Any]:
    """What the page tells search engines of the story."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', printed(article, face))
    assert found
    return json.loads(found[1])


def test_search_engines_are_told_of_the_coverage_and_of_free_entries_alone(
    story: Article, post: Post
) -> None:
    post(minutes=60, headline="The first")
    entry = post(headline="The last")
    data = told(story)
    assert data["@type"] == "LiveBlogPosting"
    assert datetime.fromisoformat(data["coverageStartTime"]) == NOON - timedelta(hours=1)
    assert not {"coverageEndTime", "liveBlogUpdate"} & data.keys()
    assert SECRET not in json.dumps(data)
    Article.objects.filter(pk=story.pk).update(access="free", genre=Genre.NEWS)
    data = told(story)
    assert datetime.fromisoformat(data["coverageEndTime"]) == NOON
    first = data["liveBlogUpdate"][0]
    assert (first["headline"], first["articleBody"]) == ("The last", SECRET)
    assert first["url"].endswith(f"{story.get_url()}#{entry.anchor}")
