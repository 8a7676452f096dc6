"""By whichever Django door: the text behind the wall is not in the answer at all."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from modelsearch import index

from broadsheet.access import Level
from broadsheet.newsroom.models import Article

from .conftest import HIDDEN, Newsroom, paragraphs

OTHERS = """
    /us/ /us/?page=1 /us/world/ /us/topic/china/ /us/author/ann-poe/ /us/closed/
    /us/world/closed/more/ /us/world/closed/amp/ /us/world/closed/?format=json
"""
CLOSED = [Level.REGISTERED, Level.SUBSCRIBERS]


@pytest.fixture(params=CLOSED)
def closed(request: pytest.FixtureRequest, newsroom: Newsroom) -> Article:
    """A story that is not for everybody, with everything a page can show of it."""
    return newsroom.story(
        "closed",
        access=request.param.value,
        standfirst="What everybody may know.",
        authors=[newsroom.author("Ann Poe")],
        topics=[newsroom.topic("China")],
    )


def anonymous(path: str) -> Any:
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return request


@pytest.mark.parametrize("method", ["get", "head", "options", "post", "put", "patch", "delete"])
@pytest.mark.parametrize(
    "query", ["", "?preview=1", "?mode=full", "?page=2", "?in_preview_panel=true"]
)
def test_no_method_and_no_query_gets_the_hidden_text(
    client: Client, closed: Article, method: str, query: str
) -> None:
    response = getattr(client, method)(closed.get_url() + query)
    assert HIDDEN not in response.content.decode()
    assert response.status_code in {200, 403, 405}


def test_the_page_shows_the_preview_and_the_wall(client: Client, closed: Article) -> None:
    page = client.get(closed.get_url()).content.decode()
    assert "Open paragraph 2." in page
    assert 'data-access="preview"' in page
    wall = {"registered": "register", "subscribers": "subscribe"}[closed.access]
    assert f'data-wall="{wall}"' in page


def test_a_signed_in_reader_gets_no_more_than_a_visitor(client: Client, closed: Article) -> None:
    client.force_login(get_user_model().objects.create_user("reader@example.com", "secret-words"))
    assert HIDDEN not in client.get(closed.get_url()).content.decode()


@pytest.mark.parametrize("path", OTHERS.split())
def test_no_other_address_quotes_the_hidden_text(
    client: Client, closed: Article, path: str
) -> None:
    assert HIDDEN not in client.get(path).content.decode()


@pytest.mark.parametrize("mode", ["", "preview", "anything", "full"])
def test_an_editors_preview_asked_for_by_anybody_else_is_only_a_preview(
    closed: Article, mode: str
) -> None:
    response = closed.serve_preview(anonymous(closed.get_url()), mode)
    assert HIDDEN not in response.content.decode()
    dummy = closed.make_preview_request(preview_mode=mode)
    assert HIDDEN not in dummy.content.decode()


def test_a_reader_without_the_editors_right_gets_only_a_preview(closed: Article) -> None:
    request = anonymous(closed.get_url())
    request.user = get_user_model().objects.create_user("reader@example.com", "secret-words")
    assert HIDDEN not in closed.serve_preview(request, "").content.decode()


def test_an_editor_sees_the_whole_story_before_it_is_published(closed: Article) -> None:
    request = anonymous(closed.get_url())
    request.user = get_user_model().objects.create_superuser("editor@example.com", "secret-words")
    assert HIDDEN in closed.serve_preview(request, "").content.decode()
    assert HIDDEN not in closed.serve_preview(request, "preview").content.decode()


@pytest.mark.parametrize("path", ["edit/", "edit/preview/", "view_draft/", "history/"])
def test_the_admins_own_pages_ask_for_a_sign_in_first(
    client: Client, closed: Article, path: str
) -> None:
    response = client.get(f"/admin/pages/{closed.pk}/{path}")
    assert response.status_code == 302
    assert HIDDEN not in response.content.decode()


def test_a_free_story_is_shown_whole(client: Client, newsroom: Newsroom) -> None:
    article = newsroom.story("open", access=Level.FREE.value)
    page = client.get(article.get_url()).content.decode()
    assert HIDDEN in page
    assert 'data-access="full"' in page
    assert 'id="wall"' not in page


def test_a_draft_has_no_page(client: Client, newsroom: Newsroom) -> None:
    article = newsroom.story("draft", live=False, access=Level.FREE.value)
    assert client.get(article.get_url()).status_code == 404


def test_the_search_finds_nothing_by_the_hidden_words(newsroom: Newsroom) -> None:
    article = newsroom.story("found", body=paragraphs())
    index.insert_or_update_object(article)
    assert list(Article.objects.live().search("Open paragraph")) == [article]
    assert list(Article.objects.live().search("Only subscriber words")) == []
