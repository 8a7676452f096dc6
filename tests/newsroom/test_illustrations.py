"""Pictures in pages: what they show is always said, and each browser gets a form it reads."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django_tasks_db.models import DBTaskResult
from PIL import Image
from wagtail.blocks import StreamValue
from wagtail.blocks.stream_block import StreamBlockValidationError

from broadsheet.newsroom import illustrations, publications
from broadsheet.newsroom.blocks import StoryBody
from broadsheet.newsroom.models import Article, Picture
from broadsheet.newsroom.pictures import take_in
from tests.newsroom.conftest import Newsroom
from tests.newsroom.test_hostile_pictures import photograph


@pytest.fixture(autouse=True)
def _nothing_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.clear()
    # One call makes all, however slow the machine is.
    monkeypatch.setattr(illustrations, "BATCH_SECONDS", 600.0)


@pytest.fixture
def announced() -> Iterator[list[str]]:
    calls: list[str] = []
    before = publications._paper._listener
    publications.listen(lambda: calls.append("changed"))
    yield calls
    publications.listen(before)


def body_with(picture: Picture, alt: str) -> StreamValue:
    block = StoryBody()
    return block.to_python(
        [{"type": "picture", "value": {"image": picture.pk, "alt": alt, "caption": ""}}]
    )


def illustrated(newsroom: Newsroom, **fields: Any) -> Article:
    picture = newsroom.picture(description="A bridge in fog")
    return newsroom.story("bridge", lead_picture=picture, access="free", **fields)


def test_what_a_picture_shows_is_its_own_when_the_story_says_nothing(newsroom: Newsroom) -> None:
    article = illustrated(newsroom)
    article.full_clean()
    assert article.lead_alt == "A bridge in fog"
    article.lead_alt = "The bridge, closed"
    article.full_clean()
    assert article.lead_alt == "The bridge, closed"


def test_a_story_is_refused_when_nobody_says_what_its_picture_shows(newsroom: Newsroom) -> None:
    article = illustrated(newsroom)
    assert article.lead_picture is not None
    article.lead_picture.description = " "
    article.lead_alt = " "
    with pytest.raises(ValidationError, match="Say what the picture shows"):
        article.full_clean()


def test_the_same_holds_between_two_paragraphs(newsroom: Newsroom) -> None:
    told = newsroom.picture(description="A bridge in fog")
    block = StoryBody()
    assert block.clean(body_with(told, ""))[0].value["alt"] == "A bridge in fog"
    assert block.clean(body_with(told, "A pier"))[0].value["alt"] == "A pier"
    with pytest.raises(StreamBlockValidationError):
        block.clean(body_with(newsroom.picture(), " "))


def test_a_page_says_what_its_picture_shows_however_it_was_stored(
    client: Client, newsroom: Newsroom
) -> None:
    article = illustrated(newsroom)
    article.body = body_with(newsroom.picture(description="A pier"), "")
    article.save()
    page = client.get(article.url).content.decode()
    alts = re.findall(r'<img [^>]*alt="([^"]*)"', page)
    assert alts == ["A bridge in fog", "A pier"]


def test_every_picture_has_its_size_before_it_is_there(client: Client, newsroom: Newsroom) -> None:
    ann = newsroom.author("Ann Poe")
    ann.portrait = newsroom.picture("ann")
    ann.save()
    article = illustrated(newsroom, authors=[ann])
    for page in ("/us/", article.url, "/us/world/", "/us/author/ann-poe/"):
        images = re.findall(r"<img [^>]*>", client.get(page).content.decode())
        assert images
        sized = re.compile(r' height="[1-9].* width="[1-9]')
        unsized = [one for one in images if not sized.search(one)]
        assert unsized == [], page
        assert all(" alt=" in image for image in images), page


def test_avif_is_offered_once_the_background_has_made_it(
    client: Client, newsroom: Newsroom, announced: list[str]
) -> None:
    article = illustrated(newsroom)
    assert "image/avif" not in client.get(article.url).content.decode()
    announced.clear()
    illustrations.make_avif.func()
    assert announced == ["changed"], "once for all"
    page = client.get(article.url).content.decode()
    source = re.search(r'<source type="image/avif" srcset="([^"]*)" sizes="[^"]+"><img', page)
    assert source
    assert source[1].count(".avif") == 3
    assert page.count(".webp") >= 3


def test_what_is_made_is_not_made_again(
    client: Client, newsroom: Newsroom, announced: list[str]
) -> None:
    client.get(illustrated(newsroom).url)
    illustrations.make_avif.func()
    announced.clear()
    illustrations.enqueue_avif()
    illustrations.make_avif.func()
    assert announced == []


@pytest.mark.parametrize("wanted", [True, False])
def test_a_paper_may_do_without_avif(
    client: Client, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, wanted: bool
) -> None:
    settings = illustrations.PAPER.model_copy(update={"avif": wanted})
    monkeypatch.setattr(illustrations, "PAPER", settings)
    client.get(illustrated(newsroom).url)
    illustrations.enqueue_avif()
    assert DBTaskResult.objects.filter(task_path__endswith="make_avif").exists() is wanted


def test_a_picture_whose_file_has_gone_stops_nothing(
    client: Client, newsroom: Newsroom, announced: list[str]
) -> None:
    article = illustrated(newsroom)
    other = newsroom.story(
        "pier", lead_picture=newsroom.picture("pier"), lead_alt="A pier", access="free"
    )
    client.get(article.url)
    client.get(other.url)
    assert article.lead_picture is not None
    article.lead_picture.file.storage.delete(article.lead_picture.file.name)
    illustrations.make_avif.func()
    assert "image/avif" in client.get(other.url).content.decode()
    assert client.get(article.url).status_code == 200


def test_a_crop_keeps_what_the_editor_marked(newsroom: Newsroom) -> None:
    """The right end of a wide picture is blue, the rest red; a square around the right is blue."""
    picture = take_in(photograph("PNG", size=(900, 100)), "wide")
    picture.focal_point_x, picture.focal_point_y = 850, 50
    picture.focal_point_width = picture.focal_point_height = 40
    picture.save()
    with Image.open(picture.get_rendition("fill-50x50|format-png").file.path) as cut:
        assert cut.convert("RGB").getpixel((5, 25)) == (0, 0, 255)
