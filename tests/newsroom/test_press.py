"""The press: what the gate is given to send."""

import json
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from broadsheet.access import Level
from broadsheet.gate.pages import Face, Kind, Wall, fill
from broadsheet.newsroom import press
from broadsheet.newsroom.models import (
    Article,
    Author,
    BreakingNews,
    Correction,
    LiveEntry,
    Topic,
)

from .conftest import HIDDEN, Newsroom, paragraphs

FULL = Face(Kind.FULL, Wall.NONE, False, True, "en")
PREVIEW = Face(Kind.PREVIEW, Wall.SUBSCRIBE, False, False, "en")
PLACES = ("%%token%%", "%%holder%%", "%%since%%", "%%since_text%%")
PERSONAL = [
    Face(Kind.PREVIEW, Wall.IN_USE, False, True, "en"),
    Face(Kind.FULL, Wall.NONE, True, True, "es"),
]
NEAR = """
    / // /us/ /us/world/ /us/world/story us/world/story/ //us/world/story/ /US/world/story/
    /us/World/story/ /us/world/Story/ /us/world/story/x/ /us//story/ /paper/us/world/story/
    /world/story/ /us/world/stor%/ /us/world/none/ /us/./story/ /us/topic/story/ /%/%/story/
"""
"""Addresses that are nearly, but not exactly, that of a story."""
EVERY_PREVIEW = [
    Face(Kind.PREVIEW, wall, message, signed_in, language)
    for wall, message, signed_in, language in product(
        Wall, (False, True), (False, True), ("en", "es")
    )
]


def printed(article: Article, face: Face) -> str:
    story = press.find(article.get_url())
    assert story is not None
    page = press.print_page(story, face)
    assert page is not None
    return page.decode()


def test_a_live_story_is_found_with_all_that_a_decision_needs(newsroom: Newsroom) -> None:
    es = newsroom.edition(
        "es", language="es-ES", time_zone="Europe/Madrid", meter_visitors=2, meter_readers=4
    )
    article = newsroom.story("uno", newsroom.section("mundo", es), access="registered")
    story = press.find("/es/mundo/uno/")
    assert story is not None
    assert (story.id, story.path) == (article.pk, "/es/mundo/uno/")
    assert (story.edition, story.language, story.time_zone) == ("es", "es-ES", "Europe/Madrid")
    assert story.level is Level.REGISTERED
    assert (story.meter_visitors, story.meter_readers) == (2, 4)


@pytest.mark.parametrize("path", ["", *NEAR.split(), "/us/world/story/\x00", "/us/world/ story/"])
def test_only_the_exact_address_finds_a_story(newsroom: Newsroom, path: str) -> None:
    newsroom.story("story")
    assert press.find("/us/world/story/") is not None
    assert press.find(path) is None


def test_drafts_and_withdrawn_stories_are_not_found(newsroom: Newsroom) -> None:
    newsroom.story("draft", live=False)
    withdrawn = newsroom.story("withdrawn")
    withdrawn.unpublish()
    assert press.find("/us/world/draft/") is None
    assert press.find("/us/world/withdrawn/") is None


@pytest.mark.parametrize("face", EVERY_PREVIEW, ids=str)
def test_a_printed_preview_never_has_the_hidden_text(newsroom: Newsroom, face: Face) -> None:
    page = printed(newsroom.story("story"), face)
    assert HIDDEN not in page
    assert "Open paragraph 2." in page


def test_a_printed_whole_story_has_all_of_it(newsroom: Newsroom) -> None:
    page = printed(newsroom.story("story"), FULL)
    assert page.count(HIDDEN) == 2
    assert 'data-access="full"' in page


def test_the_gates_places_stand_only_on_personal_pages(newsroom: Newsroom) -> None:
    article = newsroom.story("story")
    for face in (FULL, PREVIEW, Face(Kind.PREVIEW, Wall.METER, False, True, "en")):
        assert not [place for place in PLACES if place in printed(article, face)]
    in_use = printed(article, Face(Kind.PREVIEW, Wall.IN_USE, False, True, "en"))
    assert all(place in in_use for place in PLACES)
    assert "%%token%%" in printed(article, Face(Kind.FULL, Wall.NONE, True, True, "en"))


def test_a_story_cannot_ask_for_the_gates_places(newsroom: Newsroom) -> None:
    for fields in ({"title": "x %%token%% y"}, {"body": [*paragraphs(), tricky("%%holder%%")]}):
        article = Article(slug="tricky", **{"title": "x", **fields})
        with pytest.raises(Exception, match="percent"):
            newsroom.world.add_child(instance=article)


@pytest.mark.parametrize("face", PERSONAL)
def test_no_words_in_any_field_ask_for_the_gates_places(newsroom: Newsroom, face: Face) -> None:
    asking = "x %%token%% %%%token%% %%a%%token%%"
    author = Author.objects.create(name=asking, slug="author")
    topic = Topic.objects.create(edition=newsroom.us, name=asking, slug="topic")
    story = newsroom.story("story", authors=[author], topics=[topic], genre="live")
    plain = printed(story, face).count("%%")
    Correction.objects.create(article=story, text=asking)
    LiveEntry.objects.create(article=story, headline=asking, text=f"<p>{asking}</p>", is_key=True)
    later = timezone.now() + timedelta(hours=1)
    BreakingNews.objects.create(edition=newsroom.us, line=asking, until=later)
    for page in (newsroom.paper, newsroom.us, newsroom.world):
        page.title = asking
        page.save()
    # Words as they come into the database by other ways than the editors' form.
    unseen = tricky_paragraph("%\u202a%token%% %&#37;token%% [^1]%[^2]%token%%")
    fields = {"title": asking, "sponsor": asking, "kicker": asking, "body": json.dumps([unseen])}
    Article.objects.filter(pk=story.pk).update(**fields)
    page = printed(story, face)
    assert "token%" in page
    assert page.count("%%") == plain
    assert "secret" not in fill(page.encode(), {"a": "secret"}).decode()


def tricky_paragraph(text: str) -> dict[str, Any]:
    return {"type": "paragraph", "value": f"<p>{text}</p>"}


def tricky(text: str) -> dict[str, Any]:
    return {"type": "pull_quote", "value": text}


def test_the_interface_speaks_the_readers_language_around_the_editions(newsroom: Newsroom) -> None:
    page = printed(newsroom.story("story"), Face(Kind.FULL, Wall.NONE, False, False, "es"))
    assert '<html lang="es"' in page
    assert 'lang="en-US"' in page


def test_printing_leaves_the_language_as_it_was(newsroom: Newsroom) -> None:
    with translation.override("en"):
        printed(newsroom.story("story"), Face(Kind.FULL, Wall.NONE, False, False, "es"))
        assert translation.get_language() == "en"


def test_times_are_those_of_the_edition(newsroom: Newsroom) -> None:
    article = newsroom.story("story", published_at=datetime(2024, 1, 15, 14, 30, tzinfo=UTC))
    assert "2024-01-15T09:30:00-05:00" in printed(article, FULL)


def test_a_story_that_asks_for_more_than_when_it_was_found_is_not_printed(
    newsroom: Newsroom,
) -> None:
    article = newsroom.story("story", access=Level.FREE.value)
    story = press.find(article.get_url())
    assert story is not None
    Article.objects.filter(pk=article.pk).update(access=Level.SUBSCRIBERS.value)
    assert press.print_page(story, FULL) is None


def test_a_story_that_has_gone_is_not_printed(newsroom: Newsroom) -> None:
    article = newsroom.story("story")
    story = press.find(article.get_url())
    assert story is not None
    article.unpublish()
    assert press.print_page(story, PREVIEW) is None


def test_tied_stories_keep_their_order_and_drafts_are_left_out(newsroom: Newsroom) -> None:
    one, two = newsroom.story("one"), newsroom.story("two")
    draft = newsroom.story("draft", live=False)
    article = newsroom.story("story", tied=[two, draft, one])
    tied, _ = article.related([])
    assert tied == [two, one]


def test_recommendations_come_from_the_same_topics_and_repeat_nothing(newsroom: Newsroom) -> None:
    china = newsroom.topic("China")
    alike = [newsroom.story(f"alike-{n}", hours=n + 5, topics=[china]) for n in range(4)]
    rest = [newsroom.story(f"rest-{n}", hours=n) for n in range(4)]
    article = newsroom.story("story", topics=[china], tied=[alike[0]])
    tied, recommended = article.related([china])
    assert tied == [alike[0]]
    assert recommended == [*alike[1:], *rest[:3]]


def test_a_page_costs_the_same_queries_however_much_is_tied_to_it(newsroom: Newsroom) -> None:
    ann = newsroom.author("Ann Poe")
    few = newsroom.story("few", authors=[ann])
    others = [newsroom.story(f"s-{n}", authors=[ann], lead_picture=newsroom.picture(f"p{n}"),
                             lead_alt="A bridge") for n in range(6)]  # fmt: skip
    many = newsroom.story("many", authors=[ann], tied=others)
    for article in (few, many):
        printed(article, FULL)  # cuts the pictures
    costs = []
    for article in (few, many):
        with CaptureQueriesContext(connection) as queries:
            printed(article, FULL)
        costs.append(len(queries))
    assert max(costs) <= 26
