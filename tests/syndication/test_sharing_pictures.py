"""The picture that goes along when a story is shared."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from broadsheet.newsroom.models import Article
from broadsheet.syndication import sharing_pictures
from broadsheet.syndication.sharing_pictures import Shown, draw
from tests.newsroom.conftest import Newsroom


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sharing_pictures.PAPER, "data_dir", tmp_path)
    return tmp_path / "sharing"


def telling(headline: str, **fields: Any) -> Shown:
    told = {"paper": "The Test Sheet", "edition": "US", "kicker": "World", "picture": ""}
    return Shown(headline=headline, right_to_left=False, **{**told, **fields})


def ink(picture: bytes) -> int:
    """How many pixels below the masthead are dark."""
    sheet = Image.open(BytesIO(picture)).convert("L")
    return sum(sheet.crop((0, 190, 1200, 530)).histogram()[:100])


def test_it_is_drawn_once_and_kept(
    client: Client, story: Article, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = sharing_pictures.path_of(story)
    first = client.get(address)
    assert first.status_code == 200
    assert first.headers["Content-Type"] == "image/jpeg"
    assert first.headers["Cache-Control"] == "public, max-age=2592000"
    assert Image.open(BytesIO(first.content)).size == (1200, 630)
    monkeypatch.setattr(sharing_pictures, "draw", None)
    assert client.get(address).content == first.content
    assert len(list(folder.iterdir())) == 1


def test_it_has_another_address_when_it_shows_something_else(
    client: Client, story: Article, folder: Path
) -> None:
    before = sharing_pictures.path_of(story)
    client.get(before)
    Article.objects.filter(pk=story.pk).update(title="Another headline")
    after = sharing_pictures.path_of(Article.objects.get(pk=story.pk))
    assert after != before
    moved = client.get(before)
    assert (moved.status_code, moved.headers["Location"]) == (302, after)
    assert client.get(after).status_code == 200
    assert len(list(folder.iterdir())) == 1, "the old one is thrown away"


def test_made_up_addresses_draw_nothing(client: Client, story: Article, folder: Path) -> None:
    for version in ("0" * 12, "f" * 12):
        assert client.get(f"/us/story-{story.pk}-{version}.jpg").status_code == 302
    assert client.get(f"/us/story-{story.pk}-xyz.jpg").status_code == 404
    assert client.get(f"/us/story-999999-{'0' * 12}.jpg").status_code == 404
    assert client.get(f"/us/story-{'9' * 30}-{'0' * 12}.jpg").status_code == 404
    assert not folder.exists()


def test_there_is_none_of_what_is_not_out(
    client: Client, not_out: list[Article], folder: Path
) -> None:
    for article in not_out:
        address = sharing_pictures.path_of(Article.objects.get(pk=article.pk))
        assert client.get(address).status_code == 404
    assert not folder.exists()


def test_whoever_waits_too_long_is_asked_to_come_back(
    client: Client, story: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing_pictures, "PATIENCE", 0.01)
    with sharing_pictures._drawing:
        answer = client.get(sharing_pictures.path_of(story))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"


def test_a_story_whose_picture_file_is_gone_is_drawn_without(
    client: Client, story: Article
) -> None:
    story.lead_picture.file.storage.delete(story.lead_picture.file.name)
    assert client.get(sharing_pictures.path_of(story)).status_code == 200


@pytest.mark.parametrize(
    "headline",
    [
        "Short",
        "A long headline that goes on and on about bread " * 5,
        "W" * 400,
        "Żółć and Łódź",
        "Вести из Москвы",
        "قصة قصيرة عن البحر",
        "哈尔滨冰雪大世界",
        "😀🎉",
        "\u202e\u0000\u200b",
        "",
    ],
)
def test_any_headline_makes_a_picture(headline: str) -> None:
    picture = Image.open(BytesIO(draw(telling(headline))))
    assert (picture.size, picture.format) == ((1200, 630), "JPEG")


def test_the_headline_is_in_it() -> None:
    assert ink(draw(telling("A headline of some length"))) > ink(draw(telling("X"))) > 0


def test_emoji_are_left_out_and_the_rest_is_set() -> None:
    assert draw(telling("Harbin 😀 today")) == draw(telling("Harbin today"))


def test_letters_nobody_has_are_not_set_as_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing_pictures, "OTHER_FACES", ())
    assert draw(telling("哈尔滨")) == draw(telling("北京"))  # both show the mark instead


def test_a_sponsored_story_says_so(newsroom: Newsroom) -> None:
    sold = newsroom.story("sold", sponsor="Acme", kicker="Trade")
    assert sharing_pictures.shown(sold).kicker == "Sponsored by Acme"
