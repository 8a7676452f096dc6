"""The front page: what editors placed, then time, and no story twice."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsroom.fronts import BLOCK, LATEST, OPINION, PACKAGE, Candidate, Home, plan
from broadsheet.newsroom.models import Article, Edition, FrontSlot, Place, SectionSlot

from .conftest import Newsroom

HOMES = [Home("01", False), Home("02", False), Home("03", True)]
STORY = st.builds(Candidate, st.integers(0, 40), st.sampled_from(["01", "02", "03"]))
SLOT = st.sampled_from(Place)


@given(
    st.lists(STORY, max_size=40, unique_by=lambda story: story.pk),
    st.lists(SLOT, max_size=12),
    st.randoms(),
)
def test_no_story_stands_twice_on_a_front_page(
    stories: list[Candidate], filled: list[Place], chance: Any
) -> None:
    slots: dict[str, list[int]] = {}
    for place, story in zip(filled, stories, strict=False):
        slots.setdefault(place, []).append(story.pk)
    own = {home.path: [s for s in stories if s.home == home.path] for home in HOMES}
    chance.shuffle(stories)
    page = plan(slots, stories, own, HOMES)
    keys = list(page.keys())
    assert len(keys) == len(set(keys))
    assert len(page.latest) <= LATEST
    assert len(page.opinion) <= OPINION
    assert all(0 < len(block) <= BLOCK for _, block in page.blocks)
    if Place.LEAD in slots:
        assert page.lead == slots[Place.LEAD][0]
    assert page.package == slots.get(Place.PACKAGE, [])[:PACKAGE]


def place(edition: Edition, *slots: tuple[Place, Article]) -> None:
    edition.slots = [
        FrontSlot(place=where, story=story, sort_order=order)
        for order, (where, story) in enumerate(slots)
    ]
    edition.save()


def test_without_stories_a_front_page_is_empty(client: Client, newsroom: Newsroom) -> None:
    context = newsroom.us.front_matter()
    assert (context["lead"], context["second"]) == (None, None)
    assert (context["latest"], context["opinion"], context["blocks"]) == ([], [], [])
    assert client.get("/us/").status_code == 200


def test_what_editors_placed_leads_and_the_rest_follows_by_time(newsroom: Newsroom) -> None:
    first = newsroom.story("first", hours=50)
    second = newsroom.story("second", hours=40)
    third = newsroom.story("third", hours=60)
    place(newsroom.us, (Place.LEAD, first), (Place.SECOND, second), (Place.BLOCK, third))
    news = [newsroom.story(f"news-{n}", hours=n) for n in range(1, 12)]
    view = newsroom.story("view", newsroom.opinion, hours=3)
    context = newsroom.us.front_matter()
    assert (context["lead"], context["second"]) == (first, second)
    assert context["latest"] == news[:LATEST]
    assert context["opinion"] == [view]
    assert context["blocks"] == [(newsroom.world, [third, *news[LATEST:]][:BLOCK])]


def test_without_slots_the_newest_that_is_not_opinion_leads(newsroom: Newsroom) -> None:
    newsroom.story("view", newsroom.opinion, hours=1)
    old, new = newsroom.story("old", hours=9), newsroom.story("new", hours=2)
    context = newsroom.us.front_matter()
    assert (context["lead"], context["second"]) == (new, old)


def test_a_section_that_publishes_seldom_keeps_its_block(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.newsroom.fronts.POOL", 16)
    rare = newsroom.section("rare")
    forgotten = newsroom.story("forgotten", rare, hours=900)
    for n in range(18):
        newsroom.story(f"news-{n}", hours=n)
    assert (rare, [forgotten]) in newsroom.us.front_matter()["blocks"]


def test_drafts_and_other_editions_stay_out(newsroom: Newsroom) -> None:
    draft = newsroom.story("draft", live=False)
    es = newsroom.edition("es")
    abroad = newsroom.story("fuera", newsroom.section("mundo", es))
    place(newsroom.us, (Place.LEAD, draft), (Place.SECOND, abroad))
    assert newsroom.us.front_matter()["lead"] is None


def test_a_story_shared_by_another_edition_stands_where_it_is_a_guest(newsroom: Newsroom) -> None:
    es = newsroom.edition("es")
    shared = newsroom.story("fuera", newsroom.section("mundo", es))
    shared.also_in = [newsroom.world]
    shared.save()
    assert newsroom.us.front_matter()["lead"] == shared
    assert list(newsroom.world.articles()) == [shared]
    assert list(newsroom.opinion.articles()) == []


def test_a_section_begins_with_what_editors_placed(newsroom: Newsroom) -> None:
    old, new = newsroom.story("old", hours=9), newsroom.story("new", hours=2)
    newsroom.world.slots = [SectionSlot(story=old, sort_order=0)]
    newsroom.world.save()
    assert list(newsroom.world.articles()) == [old, new]


def test_a_front_page_costs_the_same_queries_however_full_it_is(
    client: Client, newsroom: Newsroom
) -> None:
    ann = newsroom.author("Ann Poe")
    costs = []
    for round_ in range(2):
        for n in range(8):
            picture = newsroom.picture(f"p{round_}-{n}")
            newsroom.story(f"s{round_}-{n}", authors=[ann], lead_picture=picture, lead_alt="Bridge")
        client.get("/us/")  # cuts the pictures
        with CaptureQueriesContext(connection) as queries:
            client.get("/us/")
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 20
