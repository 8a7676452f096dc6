"""Sections, topics, authors, and the way from the door to an edition."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from broadsheet.newsroom.languages import best_match
from broadsheet.newsroom.models import Author, Edition, Section, Topic
from broadsheet.newsroom.models.paper import PAGE_SIZE

from .conftest import Newsroom


@pytest.fixture
def full(newsroom: Newsroom) -> Newsroom:
    """One author, one topic, and one story more than a page holds."""
    ann, china = newsroom.author("Ann Poe"), newsroom.topic("China")
    for n in range(PAGE_SIZE + 1):
        newsroom.story(f"story-{n:02}", hours=n, authors=[ann], topics=[china])
    return newsroom


LISTS = ["/us/world/", "/us/topic/china/", "/us/author/ann-poe/"]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_shows_the_newest_first_and_the_rest_on_the_next_page(
    client: Client, full: Newsroom, path: str
) -> None:
    first = client.get(path).context["articles"]
    second = client.get(path + "?page=2").context["articles"]
    assert [story.slug for story in first] == [f"story-{n:02}" for n in range(PAGE_SIZE)]
    assert [story.slug for story in second] == [f"story-{PAGE_SIZE}"]
    assert not second.has_next()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("page", ["0", "-1", "3", "999999999999", "x", "1.5", "", "%00", "²"])
def test_a_page_that_cannot_be_is_not_found(
    client: Client, full: Newsroom, path: str, page: str
) -> None:
    assert client.get(f"{path}?page={page}").status_code == 404


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_few_queries(client: Client, full: Newsroom, path: str) -> None:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    assert len(queries) <= 20


@pytest.mark.parametrize("path", ["/us/topic/none/", "/us/author/none/", "/us/topic/", "/us/none/"])
def test_what_there_is_not_is_not_found(client: Client, full: Newsroom, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_topic_belongs_to_its_edition(client: Client, full: Newsroom) -> None:
    full.edition("es")
    assert client.get("/es/topic/china/").status_code == 404


def test_an_authors_page_lists_the_stories_of_its_edition(client: Client, full: Newsroom) -> None:
    es = full.edition("es")
    ann = Author.objects.get()
    here = full.story("aqui", full.section("mundo", es), authors=[ann])
    assert list(client.get("/es/author/ann-poe/").context["articles"]) == [here]


def test_topics_and_authors_know_their_addresses(full: Newsroom) -> None:
    assert Topic.objects.get().url == "/us/topic/china/"
    assert full.us.author_url(Author.objects.get()) == "/us/author/ann-poe/"


@pytest.mark.parametrize(
    ("cookie", "header", "to"),
    [
        ("", "", "/us/"),
        ("", "es-MX,en;q=0.5", "/es/"),
        ("", "fr,de", "/us/"),
        ("", "fr, es;q=0.4, en;q=0.3", "/es/"),
        ("es", "en", "/es/"),
        ("gone", "es", "/es/"),
        ("", "*;q=x,,;", "/us/"),
    ],
)
def test_the_door_leads_to_the_readers_edition(
    client: Client, newsroom: Newsroom, cookie: str, header: str, to: str
) -> None:
    newsroom.edition("es", language="es-ES")
    client.cookies["bs_edition"] = cookie
    response = client.get("/", headers={"Accept-Language": header})
    assert (response.status_code, response.headers["Location"]) == (302, to)
    assert {"Cookie", "Accept-Language"} <= set(response.headers["Vary"].split(", "))


def test_an_edition_once_opened_is_remembered(client: Client, newsroom: Newsroom) -> None:
    newsroom.edition("es", language="es-ES")
    assert client.get("/es/").cookies["bs_edition"].value == "es"
    assert "bs_edition" not in client.get("/es/").cookies
    assert client.get("/").headers["Location"] == "/es/"


def test_a_paper_without_editions_says_so(client: Client, newsroom: Newsroom) -> None:
    Edition.objects.update(live=False)
    assert client.get("/").status_code == 404


def test_an_exact_language_is_better_than_a_near_one() -> None:
    editions = {"us": "en-US", "uk": "en-GB", "es": "es-ES"}
    assert best_match("en-GB", editions) == "uk"
    assert best_match("en-AU", editions) == "us"
    assert best_match("pt, es-AR;q=0.2", editions) == "es"


@pytest.mark.parametrize("slug", ["account", "admin", "plans", "static", "language"])
def test_an_edition_cannot_take_an_address_of_the_site(newsroom: Newsroom, slug: str) -> None:
    with pytest.raises(ValidationError, match="taken"):
        newsroom.edition(slug)


@pytest.mark.parametrize("slug", ["topic", "author"])
def test_a_section_cannot_take_an_address_of_its_edition(newsroom: Newsroom, slug: str) -> None:
    with pytest.raises(ValidationError, match="taken"):
        newsroom.us.add_child(instance=Section(title="x", slug=slug))


def test_a_time_zone_must_exist(newsroom: Newsroom) -> None:
    with pytest.raises(ValidationError, match="time zone"):
        newsroom.edition("mars", time_zone="Mars/Olympus")
