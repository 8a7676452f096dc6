"""The editing screens open, and say what is wrong in plain words."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from broadsheet.newsroom.models import Article

from .conftest import Newsroom


@pytest.fixture
def editor(client: Client, db: None) -> Client:
    """Somebody who may do everything in the admin."""
    client.force_login(get_user_model().objects.create_superuser("ed@example.com", "secret-words"))
    return client


def test_every_screen_of_the_newsroom_opens(editor: Client, newsroom: Newsroom) -> None:
    ann, china = newsroom.author("Ann Poe"), newsroom.topic("China")
    article = newsroom.story("story", authors=[ann], topics=[china])
    pages = [newsroom.paper, newsroom.us, newsroom.world, article]
    paths = [f"/admin/pages/{page.pk}/edit/" for page in pages]
    paths += [f"/admin/pages/add/newsroom/article/{newsroom.world.pk}/"]
    paths += [f"/admin/pages/add/newsroom/section/{newsroom.us.pk}/"]
    paths += [f"/admin/pages/add/newsroom/edition/{newsroom.paper.pk}/"]
    for name, thing in (("author", ann), ("topic", china)):
        paths += [f"/admin/snippets/newsroom/{name}/", f"/admin/snippets/newsroom/{name}/add/"]
        paths += [f"/admin/snippets/newsroom/{name}/edit/{thing.pk}/"]
    paths += ["/admin/", "/admin/images/", "/admin/images/add/"]
    assert {path: editor.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_a_story_is_written_from_top_to_bottom(editor: Client, newsroom: Newsroom) -> None:
    page = editor.get(f"/admin/pages/add/newsroom/article/{newsroom.world.pk}/").content.decode()
    order = "headline lead_picture byline body topics more_information also_in where_and_for_whom "
    order += "corrections_and_updates times_readers_see embargo"
    places = [page.index(f'id="panel-child-content-{name}-section"') for name in order.split()]
    assert places == sorted(places)


def test_a_form_offers_the_topics_of_its_own_edition(editor: Client, newsroom: Newsroom) -> None:
    newsroom.topic("Chinese matters")
    newsroom.topic("Asuntos", newsroom.edition("es"))
    page = editor.get(f"/admin/pages/add/newsroom/article/{newsroom.world.pk}/").content.decode()
    assert "Chinese matters" in page
    assert "Asuntos" not in page


def test_an_editor_can_look_at_a_draft_before_it_is_saved(
    editor: Client, newsroom: Newsroom
) -> None:
    article = newsroom.story("story")
    article.title = "A better headline"
    article.save_revision()
    response = editor.get(f"/admin/pages/{article.pk}/view_draft/")
    assert "A better headline" in response.content.decode()
    assert "A better headline" not in editor.get(article.get_url()).content.decode()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"published_at": timezone.now() + timedelta(days=1)}, "published_at"),
        ({"title": "%%token%%"}, "title"),
    ],
)
def test_what_cannot_be_printed_is_refused_at_its_field(
    newsroom: Newsroom, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        newsroom.story("story", **fields)
    assert field in refusal.value.message_dict


def test_a_picture_needs_words_for_those_who_cannot_see_it(newsroom: Newsroom) -> None:
    with pytest.raises(ValidationError, match="Say what the picture shows"):
        newsroom.story("story", lead_picture=newsroom.picture())


def test_a_story_gets_its_time_when_it_is_first_published(newsroom: Newsroom) -> None:
    article = newsroom.story("story", live=False, published_at=None)
    assert article.published_at is None
    article.save_revision().publish()
    first = Article.objects.get(pk=article.pk).published_at
    assert first is not None
    article.save_revision().publish()
    again = Article.objects.get(pk=article.pk)
    assert again.published_at == again.first_published_at


def test_a_copy_is_a_new_story(newsroom: Newsroom) -> None:
    article = newsroom.story("story", embargo=timezone.now())
    copy = article.copy(update_attrs={"slug": "copy"}, keep_live=False)
    assert (copy.embargo, copy.published_at) == (None, None)
