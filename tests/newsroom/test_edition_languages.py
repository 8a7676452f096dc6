"""Which languages the interface speaks on an edition's pages."""

import pytest
from django.test import Client

from broadsheet.newsroom import press
from broadsheet.newsroom.editing import EditionForm

from .conftest import Newsroom


def speaks(client: Client, path: str, **headers: str) -> str:
    return client.get(path, headers=headers).headers["Content-Language"]


def test_an_edition_offers_all_languages_unless_editors_choose(newsroom: Newsroom) -> None:
    assert newsroom.us.offered == ("en", "es")
    newsroom.us.interface_languages = ["es"]
    assert newsroom.us.offered == ("es",)


@pytest.mark.parametrize("path", ["/us/", "/us/world/"])
def test_a_language_that_is_not_offered_is_not_spoken(
    client: Client, newsroom: Newsroom, path: str
) -> None:
    assert speaks(client, path, accept_language="es") == "es"
    newsroom.us.interface_languages = ["en"]
    newsroom.us.save()
    assert speaks(client, path, accept_language="es") == "en"
    assert 'hreflang="es"' not in client.get(path).content.decode()


def test_an_edition_speaks_its_own_language_to_whoever_asks_for_none(
    client: Client, newsroom: Newsroom
) -> None:
    newsroom.edition("es", language="es-ES")
    assert speaks(client, "/es/") == "es"
    assert speaks(client, "/us/") == "en"


def test_the_gate_is_told_what_the_edition_offers(newsroom: Newsroom) -> None:
    newsroom.us.interface_languages = ["es"]
    newsroom.us.save()
    newsroom.story("story")
    story = press.find("/us/world/story/")
    assert story is not None
    assert story.languages == ("es",)


def test_editors_cannot_choose_a_language_the_paper_does_not_know(newsroom: Newsroom) -> None:
    field = EditionForm.base_fields["interface_languages"]
    assert field.clean(["en"]) == ["en"]
    with pytest.raises(Exception, match="xx"):
        field.clean(["xx"])
