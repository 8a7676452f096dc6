"""The demonstration paper: built once, left alone after that, and refused when it is wrong."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page, Site

from broadsheet.access import Level
from broadsheet.newsroom.demo import loader, manuscripts, pictures
from broadsheet.newsroom.demo.manuscripts import ManuscriptError, Manuscripts, StoryLines
from broadsheet.newsroom.models import (
    Article,
    Author,
    BreakingNews,
    Edition,
    Genre,
    LiveEntry,
    Paper,
    Picture,
    Section,
    Topic,
)
from tests.newsroom.conftest import plain_jpegs

EDITION = {
    "language": "en-US",
    "locale": "en-us",
    "time_zone": "America/New_York",
    "currency": "USD",
    "preview_paragraphs": 3,
    "meter_visitors": 0,
    "meter_readers": 0,
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
CHART = {"title": "Trade", "kind": "bar", "unit": "tons", "source": "Customs"}
PLACE = {"label": "Harbin", "latitude": 45.75, "longitude": 126.65}
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
        {"paragraph": 'One with a <a href="/us/world/second/">link</a>.[^1]'},
        {"subheading": "A turn"},
        {"quotation": {"text": "Words.", "speaker": "Cy Roe", "agency": "Agency"}},
        {"picture": {"name": "harbor", "alt": "A harbor", "caption": ""}},
        {"chart": {**CHART, "rows": [["2022", 190], ["2023", 240.1]]}},
        {
            "table": {
                "caption": "Ships",
                "head": ["Ship", "Tons"],
                "rows": [["A", 2]],
                "source": "B",
            }
        },
        {"map": {"title": "Where", "places": [PLACE], "kilometres": 500}},
        {"pull_quote": "Set large."},
        {"newsletter": True},
        {"preview_end": True},
        {"paragraph": "The rest."},
        {"footnotes": [{"mark": "1", "text": "A note."}]},
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
    monkeypatch.setattr(loader, "jpegs", plain_jpegs)
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
    blocks = {block.block_type: block.value for block in first.body}
    assert [cell.text for cell in blocks["table"].lines[0]] == ["A", "2"]
    assert [place.label for place in blocks["map"].places] == ["Harbin"]
    first.body.stream_block.clean(first.body)
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


@pytest.fixture(scope="module")
def delivered() -> Manuscripts:
    """The demonstration paper as it is delivered."""
    return manuscripts.read(loader.STORIES, pictures.NAMES)


def _texts(story: StoryLines) -> list[str]:
    """What its text says, a block or entry each."""
    said: list[str] = []
    for item in story.body:
        match item.value:
            case str(text) | manuscripts.QuotationLines(text=text):
                said.append(text)
    return said + [entry.text for entry in story.live]


def test_the_delivered_paper_has_two_editions_of_six_sections(delivered: Manuscripts) -> None:
    editions = {edition.slug: edition for edition in delivered.paper.editions}
    meters = {code: (e.meter_visitors, e.meter_readers) for code, e in editions.items()}
    assert meters == {"us": (0, 0), "es": (2, 4)}
    for code, edition in editions.items():
        stories = [story for story in delivered.stories.values() if story.edition == code]
        assert len(edition.sections) == 6
        assert len(stories) >= 19
        assert {story.section for story in stories} == {part.slug for part in edition.sections}
        assert {story.genre for story in stories} == set(Genre)
        assert {story.access for story in stories} == set(Level)
        assert sum(bool(story.sponsor) for story in stories) == 1
        assert any(story.corrections for story in stories)
        assert {"table", "chart", "map", "footnotes"} <= {
            item.kind for story in stories for item in story.body
        }
        assert [story.rank for story in stories].count(1) == 1


def test_everything_in_the_delivered_paper_has_its_picture(delivered: Manuscripts) -> None:
    for file, story in delivered.stories.items():
        assert story.picture is not None, file
        shown = [story.picture, *(item.picture for item in story.body if item.picture)]
        assert all(picture.alt and picture.caption for picture in shown), file
    names = {name for story in delivered.stories.values() for name in story.pictures()}
    assert names | set(delivered.paper.pictures()) <= set(pictures.CREDITS)
    authors = delivered.paper.authors
    assert len(authors) == 10
    assert all(author.role and author.biography and author.portrait for author in authors)
    assert all(topic.description for e in delivered.paper.editions for topic in e.topics)


def test_delivered_stories_translate_each_other(delivered: Manuscripts) -> None:
    by_name = {f"{story.edition}/{story.slug}": story for story in delivered.stories.values()}
    pairs = [(story, story.translates) for story in by_name.values() if story.translates]
    assert len(pairs) == 6
    assert len({name for _, name in pairs}) == len(pairs)
    for story, name in pairs:
        other = by_name[name]
        assert other.translates is None
        assert other.edition != story.edition
        assert other.access is story.access
        assert {*other.authors} == {*story.authors} or "harbin" in name
    assert any(story.also_in for story in by_name.values())


def test_delivered_live_stories_run_backwards_within_their_hours(delivered: Manuscripts) -> None:
    live = [story for story in delivered.stories.values() if story.genre is Genre.LIVE]
    assert len(live) == 2
    for story in live:
        times = [entry.at for entry in story.live]
        assert 8 <= len(times) <= 12
        assert times == sorted(set(times), key=_since)
        assert times[-1] == story.published
        assert times[0] == story.updated
        assert 3 <= sum(entry.key for entry in story.live) <= 6


def _since(when: datetime | timedelta) -> timedelta:
    assert isinstance(when, timedelta)
    return when


def test_delivered_stories_are_as_long_as_stories_are_and_each_its_own(
    delivered: Manuscripts,
) -> None:
    seen: dict[str, str] = {}
    for file, story in delivered.stories.items():
        texts = _texts(story)
        assert 450 <= sum(len(text.split()) for text in texts) <= 1200, file
        for sentence in re.split(r"(?<=[.?!»”])\s+", " ".join(texts)):
            words = " ".join(re.findall(r"\w+", sentence.lower()))
            if words.count(" ") > 4:
                # A quotation may stand large once more, in its own story.
                assert seen.setdefault(words, file) == file, sentence
