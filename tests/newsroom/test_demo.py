"""The demonstration paper: built once, left alone after that, and refused when it is wrong."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image
from wagtail.models import Page, Site

from broadsheet.access import Level
from broadsheet.newsroom.demo import loader, manuscripts, pictures
from broadsheet.newsroom.demo.manuscripts import ManuscriptError
from broadsheet.newsroom.models import (
    Article,
    Author,
    BreakingNews,
    Edition,
    LiveEntry,
    Paper,
    Picture,
    Section,
    Topic,
)

EDITION = {
    "language": "en-US",
    "locale": "en-us",
    "time_zone": "America/New_York",
    "currency": "USD",
    "preview_paragraphs": 3,
    "meter_visitors": 0,
    "meter_readers": 0,
    "newsletter_name": "The Fold",
    "newsletter_pitch": "Once a week.",
    "sections": [{"slug": "world", "title": "World"}, {"slug": "opinion", "title": "Opinion"}],
    "topics": [{"slug": "china", "name": "China"}],
}
PAPER: dict[str, Any] = {
    "title": "The Small Sheet",
    "editions": [
        {"slug": "us", "title": "United States", **EDITION},
        {"code": "es", "title": "España", **EDITION, "language": "es-ES", "locale": "es-es"},
    ],
    "authors": [{"slug": "ann-poe", "name": "Ann Poe"}, {"slug": "bo-lee", "name": "Bo Lee"}],
}
FIRST: dict[str, Any] = {
    "edition": "us",
    "section": "world",
    "slug": "first",
    "rank": 1,
    "access": "registered",
    "kicker": "A place",
    "headline": "The first story",
    "standfirst": "One sentence.",
    "authors": ["bo-lee", "ann-poe"],
    "place": "Harbin",
    "published": "3 hours",
    "updated": "1 hours",
    "picture": {"name": "bridge", "alt": "A bridge", "caption": "On Friday."},
    "topics": ["china"],
    "tied": ["second"],
    "body": [
        {"paragraph": 'One with a <a href="/us/world/second/">link</a>.'},
        {"subheading": "A turn"},
        {"quotation": {"text": "Words.", "speaker": "Cy Roe", "agency": "Agency"}},
        {"picture": {"name": "harbor", "alt": "A harbor", "caption": ""}},
        {"chart": {"title": "Trade", "kind": "bar", "rows": [["2022", 190], ["2023", 240.1]]}},
        {"pull_quote": "Set large."},
        {"newsletter": True},
        {"preview_end": True},
        {"paragraph": "The rest."},
    ],
}
SECOND: dict[str, Any] = {
    "edition": "us",
    "section": "opinion",
    "slug": "second",
    "headline": "The second story",
    "standfirst": "Another sentence.",
    "published": "2024-05-17T09:00:00",
    "body": [{"paragraph": "One."}, {"paragraph": "Two."}],
}


THIRD: dict[str, Any] = {
    **SECOND,
    "edition": "es",
    "section": "world",
    "slug": "third",
    "rank": 2,
    "slot": "package",
    "genre": "live",
    "sponsor": "The Ferry Company",
    "translates": "us/first",
    "also_in": ["us/opinion"],
    "corrections": [{"kind": "update", "at": "2 hours", "text": "It was Friday."}],
    "live": [
        {"at": "50 minutes", "text": "One.\n\nTwo.", "key": True, "author": "ann-poe"},
        {
            "at": "3 hours",
            "headline": "Open",
            "text": "x",
            "picture": {"name": "bridge", "alt": "y"},
        },
    ],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small demonstration paper, and pictures that are drawn at once."""
    monkeypatch.setattr(pictures, "NAMES", ("bridge", "harbor"))
    monkeypatch.setattr(pictures, "CREDITS", {"bridge": ("Dee Fox", "Agency")})
    monkeypatch.setattr(pictures, "draw", lambda name: Image.new("RGB", (600, 400), "navy"))
    stories = tmp_path / "stories"
    stories.mkdir()
    write(stories, "_paper", PAPER)
    write(stories, "us-first", FIRST)
    write(stories, "us-second", SECOND)
    return stories


def write(folder: Path, name: str, content: Any) -> None:
    text = yaml.safe_dump(content, allow_unicode=True)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def silent(_: str) -> None:
    """Reports to nobody."""


def test_the_paper_is_built_as_it_is_written(folder: Path, db: None) -> None:
    loader.load(silent, folder)
    first = Article.objects.get(slug="first")
    assert first.get_url() == "/us/world/first/"
    assert first.level is Level.REGISTERED
    assert [author.slug for author in first.authors] == ["bo-lee", "ann-poe"]
    assert [topic.slug for topic in first.topics.all()] == ["china"]
    tied, _ = first.related([])
    assert [story.slug for story in tied] == ["second"]
    kinds = [next(iter(item)) for item in FIRST["body"]]
    assert [block.block_type for block in first.body] == kinds
    assert len(first.preview_blocks()) == kinds.index("preview_end")
    assert first.lead_picture.credit == "Dee Fox (via Agency)"
    assert abs(timezone.now() - first.published_at - timedelta(hours=3)) < timedelta(minutes=5)
    assert abs(timezone.now() - first.updated_at - timedelta(hours=1)) < timedelta(minutes=5)
    assert first.live
    assert first.live_revision is not None


def test_a_story_comes_with_all_that_belongs_to_it(folder: Path, db: None) -> None:
    paper = {
        **PAPER,
        "authors": [{**PAPER["authors"][0], "portrait": "harbor"}, PAPER["authors"][1]],
    }
    pictured = {
        "slug": "rivers",
        "name": "Rivers",
        "picture": {"name": "bridge", "alt": "A bridge"},
    }
    news = {"line": "It rains", "for_hours": 48, "story": "third"}
    spanish = {**PAPER["editions"][1], "topics": [pictured], "breaking": [news]}
    write(folder, "_paper", {**paper, "editions": [PAPER["editions"][0], spanish]})
    write(folder, "es-second", {**SECOND, "edition": "es", "rank": 1})
    write(folder, "es-third", THIRD)
    write(folder, "es-fourth", {**SECOND, "edition": "es", "slug": "fourth", "rank": 3})
    loader.load(silent, folder)
    loader.load(silent, folder)
    first, third = Article.objects.get(slug="first"), Article.objects.get(slug="third")
    assert first.get_translations().get().slug == "third"
    assert third.get_translations().get().slug == "first"
    assert (third.genre, third.sponsor) == ("live", "The Ferry Company")
    assert [section.edition.slug for section in third.also_in.all()] == ["us"]
    assert [(c.kind, c.text) for c in third.corrections.all()] == [("update", "It was Friday.")]
    newest, oldest = LiveEntry.objects.filter(article=third)
    assert (newest.text, newest.is_key) == ("<p>One.</p><p>Two.</p>", True)
    assert newest.author == Author.objects.get(slug="ann-poe")
    assert abs(timezone.now() - newest.at - timedelta(minutes=50)) < timedelta(minutes=5)
    bridge = Picture.objects.get(title="bridge")
    assert (oldest.headline, oldest.picture, oldest.picture_alt) == ("Open", bridge, "y")
    slots = Edition.objects.get(slug="es").slots.all()
    assert [(slot.place, slot.story.slug) for slot in slots] == [
        ("lead", "second"),
        ("package", "third"),
        ("second", "fourth"),
    ]
    breaking = BreakingNews.objects.get()
    assert (breaking.line, breaking.story) == ("It rains", third)
    assert timedelta(hours=47) < breaking.until - timezone.now() < timedelta(hours=48)
    assert Author.objects.get(portrait__title="harbor").slug == "ann-poe"
    topic = Topic.objects.get(slug="rivers")
    assert (topic.picture, topic.picture_alt) == (bridge, "A bridge")


def test_a_written_moment_is_of_the_editions_time_zone(folder: Path, db: None) -> None:
    loader.load(silent, folder)
    second = Article.objects.get(slug="second")
    assert second.published_at.isoformat() == "2024-05-17T13:00:00+00:00"
    assert second.first_published_at == second.published_at


def test_the_paper_is_the_only_front_door(folder: Path, db: None, client: Client) -> None:
    loader.load(silent, folder)
    assert Site.objects.get().root_page.specific == Paper.objects.get()
    assert list(Page.objects.filter(depth=2)) == [Paper.objects.get().page_ptr]
    assert client.get("/").headers["Location"] == "/us/"
    assert [edition.locale.language_code[:2] for edition in Edition.objects.order_by("path")] == [
        "en",
        "es",
    ]
    assert Section.objects.filter(is_opinion=True).count() == 2
    assert client.get("/us/world/first/").status_code == 200


def test_loading_again_changes_nothing_and_is_quick(folder: Path, db: None) -> None:
    def everything() -> Any:
        models = (Page, Article, Author, Topic, Picture, Section, Edition)
        return [list(model.objects.order_by("pk").values()) for model in models]

    loader.load(silent, folder)
    before = everything()
    said: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        loader.load(said.append, folder)
    assert everything() == before
    assert len(queries) <= 30
    assert len(said) == 1


def test_an_editors_changes_survive_loading_again(folder: Path, db: None) -> None:
    loader.load(silent, folder)
    first = Article.objects.get(slug="first")
    first.title = "Changed by an editor"
    first.save_revision().publish()
    loader.load(silent, folder)
    assert Article.objects.get(slug="first").title == "Changed by an editor"


def test_a_story_that_is_new_is_added(folder: Path, db: None) -> None:
    loader.load(silent, folder)
    write(folder, "us-third", {**SECOND, "slug": "third", "tied": ["first"]})
    loader.load(silent, folder)
    assert Article.objects.count() == 3
    assert [story.slug for story in Article.objects.get(slug="third").related([])[0]] == ["first"]


def test_the_pictures_are_cut_before_the_first_reader_comes(
    folder: Path, db: None, client: Client
) -> None:
    loader.load(silent, folder)
    model = Picture.get_rendition_model()
    cut = model.objects.count()
    assert cut
    for path in ("/us/", "/us/world/", "/us/world/first/", "/us/opinion/second/"):
        assert client.get(path).status_code == 200
    assert model.objects.count() == cut


def _without(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda story: story.pop(key)


def _with(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda story: story.__setitem__(key, value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_with("authors", ["nobody"]), "author 'nobody'"),
        (_with("topics", ["nothing"]), "topic 'nothing'"),
        (_with("tied", ["nowhere"]), "tied story 'nowhere'"),
        (_with("tied", ["first"]), "tied story 'first'"),
        (_with("section", "sport"), "section 'sport'"),
        (_with("edition", "fr"), "edition 'fr'"),
        (_with("picture", {"name": "none", "alt": "x"}), "picture 'none'"),
        (_with("access", "everybody"), "access"),
        (_with("published", "soon"), "published"),
        (_with("slug", "second"), "slug 'second'"),
        (_with("slug", "Not A Slug"), "slug"),
        (_with("surprise", 1), "surprise"),
        (_with("live", [{"at": "soon", "text": "x"}]), "live.0.at"),
        (_with("slot", "package"), "has a rank"),
        (_with("translates", "es/nothing"), "translated story 'es/nothing'"),
        (_with("also_in", ["us/opinion"]), "section 'us/opinion'"),
        (_with("corrections", [{"at": "1 hours"}]), "corrections.0.text"),
        (_with("body", [{"paragraph": "x", "subheading": "y"}]), "one key"),
        (_with("body", [{"poem": "x"}]), "poem"),
        (_without("headline"), "headline"),
    ],
)
def test_a_fault_names_its_file_and_nothing_is_built(
    folder: Path, db: None, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    wrong = {**FIRST, "rank": 0}
    change(wrong)
    (folder / "us-first.yaml").unlink()
    write(folder, "us-wrong", wrong)
    with pytest.raises(ManuscriptError, match=rf"us-wrong\.yaml.*{says}"):
        loader.load(silent, folder)
    assert not Paper.objects.exists()


def test_what_is_not_yaml_is_named(folder: Path) -> None:
    (folder / "us-first.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(ManuscriptError, match=r"us-first\.yaml: is not YAML"):
        manuscripts.read(folder, ["bridge", "harbor"])


def test_the_stories_that_are_delivered_are_right() -> None:
    written = manuscripts.read(loader.STORIES, pictures.NAMES)
    assert {edition.slug for edition in written.paper.editions} == {"us", "es"}
    meters = {e.slug: (e.meter_visitors, e.meter_readers) for e in written.paper.editions}
    assert meters == {"us": (0, 0), "es": (2, 4)}
    leads = [story for story in written.stories.values() if story.rank == 1]
    assert sorted(story.edition for story in leads) == ["es", "us"]
