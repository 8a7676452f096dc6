"""The front page: ranks first, then time, and no story twice."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsroom.fronts import BLOCK, LATEST, OPINION, Candidate, Home, plan

from .conftest import Newsroom

HOMES = [Home("01", False), Home("02", False), Home("03", True)]
STORY = st.builds(
    Candidate, st.integers(0, 40), st.sampled_from(["01", "02", "03"]), st.integers(0, 4)
)


@given(st.lists(STORY, max_size=40, unique_by=lambda story: story.pk), st.randoms())
def test_no_story_stands_twice_on_a_front_page(stories: list[Candidate], chance: Any) -> None:
    ranked = sorted((s for s in stories if s.rank), key=lambda s: s.rank)
    own = {home.path: [s for s in stories if s.home == home.path] for home in HOMES}
    chance.shuffle(stories)
    page = plan(ranked, stories, own, HOMES)
    keys = list(page.keys())
    assert len(keys) == len(set(keys))
    assert len(page.latest) <= LATEST
    assert len(page.opinion) <= OPINION
    assert all(0 < len(block) <= BLOCK for _, block in page.blocks)
    if ranked:
        assert page.lead == ranked[0].pk


def test_without_stories_a_front_page_is_empty(client: Client, newsroom: Newsroom) -> None:
    context = newsroom.us.front_matter()
    assert (context["lead"], context["second"]) == (None, None)
    assert (context["latest"], context["opinion"], context["blocks"]) == ([], [], [])
    assert client.get("/us/").status_code == 200


def test_ranks_lead_and_the_rest_follows_by_time(newsroom: Newsroom) -> None:
    first = newsroom.story("first", hours=50, rank=1)
    second = newsroom.story("second", hours=40, rank=2)
    third = newsroom.story("third", hours=60, rank=3)
    news = [newsroom.story(f"news-{n}", hours=n) for n in range(1, 12)]
    view = newsroom.story("view", newsroom.opinion, hours=3)
    context = newsroom.us.front_matter()
    assert (context["lead"], context["second"]) == (first, second)
    assert context["latest"] == news[:LATEST]
    assert context["opinion"] == [view]
    assert context["blocks"] == [(newsroom.world, [third, *news[LATEST:]][:BLOCK])]


def test_without_ranks_the_newest_that_is_not_opinion_leads(newsroom: Newsroom) -> None:
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
    newsroom.story("draft", live=False, rank=1)
    es = newsroom.edition("es")
    newsroom.story("fuera", newsroom.section("mundo", es), rank=1)
    assert newsroom.us.front_matter()["lead"] is None


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
