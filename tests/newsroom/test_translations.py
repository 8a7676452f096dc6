"""One story in several languages: tied by editors, told to readers and search engines."""

from typing import Any

import pytest
from django.test import Client
from wagtail.models import Locale

from broadsheet.newsroom import press, translations
from broadsheet.newsroom.models import Article, Section
from broadsheet.newsroom.translations import CannotTie
from broadsheet.readers.models import Reader

from .conftest import Newsroom


@pytest.fixture
def mundo(newsroom: Newsroom) -> Section:
    locale = Locale.objects.create(language_code="es-es")
    es = newsroom.edition("es", language="es-ES", locale=locale, title="España")
    return newsroom.section("mundo", es)


def page(client: Client, article: Article) -> str:
    return client.get(article.url).content.decode()


def test_tied_stories_name_each_other_to_readers_and_search_engines(
    client: Client, newsroom: Newsroom, mundo: Section
) -> None:
    one, other = newsroom.story("harbin"), newsroom.story("harbin-es", mundo)
    assert "hreflang" not in page(client, one).split("<body")[0]
    translations.tie(one, other)
    site = "http://127.0.0.1:8000"
    for article in (one, other):
        head, _ = page(client, article).split("<body")
        assert f'hreflang="en-US" href="{site}/us/world/harbin/"' in head
        assert f'hreflang="es-ES" href="{site}/es/mundo/harbin-es/"' in head
    assert 'href="/es/mundo/harbin-es/"' in page(client, one).split('id="story-text"')[0]


def test_a_translation_that_is_not_published_is_not_named(
    client: Client, newsroom: Newsroom, mundo: Section
) -> None:
    one, other = newsroom.story("harbin"), newsroom.story("secreto", mundo, live=False)
    translations.tie(one, other)
    assert "secreto" not in page(client, one)


def test_a_publication_on_one_side_keeps_the_tie(newsroom: Newsroom, mundo: Section) -> None:
    one, other = newsroom.story("harbin"), newsroom.story("harbin-es", mundo)
    draft = other.save_revision()
    translations.tie(one, other)
    draft.publish()
    assert one.translated() == [other]
    translations.untie(other)
    assert one.translated() == []


def test_stories_in_one_language_are_not_translations(newsroom: Newsroom) -> None:
    uk = newsroom.section("world", newsroom.edition("uk", language="en-GB"))
    with pytest.raises(CannotTie, match="same language"):
        translations.tie(newsroom.story("here"), newsroom.story("there", uk))


def test_a_story_has_one_translation_in_a_language(newsroom: Newsroom, mundo: Section) -> None:
    one = newsroom.story("harbin")
    translations.tie(one, newsroom.story("harbin-es", mundo))
    with pytest.raises(CannotTie, match="Untie it first"):
        translations.tie(one, newsroom.story("otra", mundo))


@pytest.fixture
def irene(client: Client, db: None) -> Reader:
    editor = Reader.objects.create_superuser(email="irene@example.com", password="x")
    client.force_login(editor)
    return editor


def desk(client: Client, article: Article, **fields: Any) -> Any:
    return client.post(f"/admin/translations/{article.pk}/", {"edition": "es", **fields})


def test_editors_tie_and_untie_on_a_page_of_their_own(
    client: Client, newsroom: Newsroom, mundo: Section, irene: Reader
) -> None:
    one, other = newsroom.story("harbin"), newsroom.story("harbin-es", mundo)
    shown = client.get(f"/admin/translations/{one.pk}/").content.decode()
    assert "España" in shown
    assert desk(client, one, do="tie", **{"es-story": other.pk}).status_code == 302
    assert one.translated() == [other]
    assert desk(client, one, do="untie").status_code == 302
    assert one.translated() == []


def test_a_translation_begins_as_a_draft_of_the_story_in_the_other_edition(
    client: Client, newsroom: Newsroom, mundo: Section, irene: Reader
) -> None:
    one = newsroom.story("harbin", topics=[newsroom.topic("China")])
    newsroom.story("harbin", mundo)
    answer = desk(client, one, do="start", **{"es-section": mundo.pk})
    draft = Article.objects.inside(mundo).get(slug="harbin-2")
    assert answer.url == f"/admin/pages/{draft.pk}/edit/"
    assert not draft.live
    assert draft.locale == mundo.locale
    assert draft.translation_key == one.translation_key
    assert list(draft.topics.all()) == []
    assert draft.body == one.body


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "tie", "es-story": "999999"},
        {"do": "tie", "es-story": "x"},
        {"do": "tie"},
        {"do": "start", "es-section": "0"},
        {"do": "nothing"},
        {},
    ],
)
def test_what_makes_no_sense_is_answered_with_the_page(
    client: Client, newsroom: Newsroom, mundo: Section, irene: Reader, fields: dict[str, str]
) -> None:
    assert desk(client, newsroom.story("harbin"), **fields).status_code == 200


def test_only_who_may_edit_both_stories_ties_them(
    client: Client, newsroom: Newsroom, mundo: Section
) -> None:
    one, other = newsroom.story("harbin"), newsroom.story("harbin-es", mundo)
    client.force_login(Reader.objects.create_user(email="nora@example.com", password="x"))
    assert desk(client, one, do="tie", **{"es-story": other.pk}).status_code == 403
    assert one.translated() == []


def test_the_gate_s_page_names_the_translation_too(newsroom: Newsroom, mundo: Section) -> None:
    one, other = newsroom.story("harbin"), newsroom.story("harbin-es", mundo)
    translations.tie(one, other)
    assert press.find(one.url) is not None
    assert [card.url for card in one.translated()] == ["/es/mundo/harbin-es/"]
