"""A paper goes out as files and comes back as the same paper."""

import filecmp
import shutil
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.images import ImageFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from PIL import Image
from wagtail.models import Locale, Page, Site

from broadsheet.importing import runs
from broadsheet.importing.models import ImportedItem, ImportRun
from broadsheet.importing.paperfiles import fields, writing
from broadsheet.importing.runs import FileRefused
from broadsheet.newsroom.demo import loader, warming
from broadsheet.newsroom.models import (
    Article,
    Author,
    BreakingNews,
    Correction,
    Edition,
    FrontSlot,
    LiveEntry,
    Picture,
    SectionSlot,
    Topic,
)
from tests import people
from tests.importing.conftest import report
from tests.newsroom.conftest import Newsroom, plain_jpegs

MOMENT = datetime(2024, 5, 17, 10, 11, 12, 345678, tzinfo=UTC)


def exported(folder: Path, **options: Any) -> Path:
    writing.export(folder, lambda *_told: None, **options)
    return folder


def imported(folder: Path) -> ImportRun:
    run = runs.begin(folder, runs.Options())
    runs.carry_out(run, folder, runs.Options())
    return run


def emptied(media: Any) -> None:
    """Nothing is left of the paper, nor of what was imported."""
    for page in Page.objects.filter(depth=2):
        Page.objects.get(pk=page.pk).delete()
    for model in (Author, Topic, Picture, ImportRun, ImportedItem):
        model.objects.all().delete()
    shutil.rmtree(media, ignore_errors=True)


def differences(one: Path, other: Path) -> list[str]:
    """The names of the files that are not the same in both folders."""
    names = {str(file.relative_to(one)) for file in one.rglob("*") if file.is_file()}
    there = {str(file.relative_to(other)) for file in other.rglob("*") if file.is_file()}
    _same, different, missing = filecmp.cmpfiles(one, other, sorted(names), shallow=False)
    return [*different, *missing, *sorted(there - names)]


def rich_paper(newsroom: Newsroom) -> None:
    """Something of everything a paper can hold."""
    ann, bo = newsroom.author("Ann Poe"), newsroom.author("Bo Lee")
    bridge = newsroom.picture("bridge", photographer="P. Hoto", agency="Agency", focal_point_x=3)
    bridge.tags.add("river", "town")
    ann.portrait, ann.role, ann.biography = newsroom.picture("ann"), 'Mayor: "x"', "Two\nlines."
    ann.save()
    topic = newsroom.topic("River")
    topic.picture, topic.picture_alt = bridge, "A river"
    topic.save()
    spanish, _made = Locale.objects.get_or_create(language_code="es-es")
    es = newsroom.edition("es", language="es-ES", locale=spanish, interface_languages=["es"])
    mundo = newsroom.section("mundo", es, introduction="Lo de fuera.")
    first = newsroom.story("first", authors=[bo, ann], topics=[topic], kicker="River")
    long = "A long paragraph with “quotes”, <b>bold</b> & more. " * 6
    second = newsroom.story(
        "second",
        newsroom.opinion,
        tied=[first],
        access="registered",
        genre="live",
        sponsor="A bank",
        standfirst="- not: a list",
        place="Harbin",
        published_at=MOMENT,
        updated_at=MOMENT + timedelta(hours=1),
        lead_picture=bridge,
        lead_alt="The bridge",
        lead_caption="In spring",
        seo_title="true",
        search_description="2024-05-17",
        body=[
            {"type": "paragraph", "value": f"<p>{long.replace('&', '&amp;').strip()}</p>"},
            {"type": "paragraph", "value": "<p>one</p><p>two</p>"},
            {
                "type": "paragraph",
                "value": f'<p>See <a linktype="page" id="{first.pk}">this</a>.</p>',
            },
            {"type": "subheading", "value": "null"},
            {
                "type": "quotation",
                "value": {"text": "So", "speaker": "A", "speaker_role": "", "agency": "B"},
            },
            {"type": "picture", "value": {"image": bridge.pk, "alt": "It", "caption": ""}},
            {
                "type": "chart",
                "value": {
                    "title": "Boats",
                    "kind": "line",
                    "unit": "t",
                    "source": "Us",
                    "table": [
                        {"type": "item", "value": {"label": "2023", "number": "12.50"}},
                        {"type": "item", "value": {"label": "2024", "number": "-3"}},
                    ],
                },
            },
            {"type": "newsletter", "value": None},
            {"type": "preview_end", "value": None},
            {"type": "pull_quote", "value": "Large\nwords"},
            {
                "type": "table",
                "value": {
                    "table": {"data": [["a", "b"], ["1", None]], "table_caption": "T"},
                    "source": "Us",
                },
            },
        ],
    )
    second.corrections = [
        Correction(kind="update", at=MOMENT, text="It was blue."),
        Correction(kind="correction", at=MOMENT, text="It was red.", sort_order=1),
    ]
    second.also_in = [mundo]
    second.save_revision().publish()
    LiveEntry.objects.create(article=second, at=MOMENT, text="<p>Now</p>", author=bo, is_key=True)
    LiveEntry.objects.create(
        article=second, at=MOMENT, text="<p>a</p><p>b</p>", picture=bridge, picture_alt="x"
    )
    newsroom.story("second", mundo, translation_key=second.translation_key, locale=spanish)
    draft = newsroom.story("draft", live=False, published_at=MOMENT.replace(microsecond=0))
    draft.save_revision()
    later = newsroom.story(
        "later",
        live=False,
        published_at=None,
        go_live_at=timezone.now().replace(microsecond=0) + timedelta(days=900),
    )
    later.save_revision().publish()
    changed = newsroom.story("changed")
    changed.title = "Not yet published"
    changed.save_revision()
    newsroom.us.slots = [
        FrontSlot(place="second", story=second),
        FrontSlot(place="lead", story=first, sort_order=1),
    ]
    newsroom.us.save_revision().publish()
    newsroom.world.slots = [SectionSlot(story=first)]
    newsroom.world.save_revision().publish()
    until = timezone.now() + timedelta(hours=3)
    BreakingNews.objects.create(edition=newsroom.us, line="It opens", story=second, until=until)


def models() -> list[Any]:
    """What the paper is, without the keys of the database."""
    found: list[Any] = []
    for article in Article.objects.order_by("url_path"):
        latest = article.get_latest_revision_as_object()
        own = {name: getattr(article, f.name) for name, f in fields.simple_fields(Article).items()}
        entries = list(article.live_entries.values_list("at", "headline", "text", "is_key"))
        stories = [one.story.url_path for one in article.tied.all()]
        family = Article.objects.filter(translation_key=article.translation_key)
        picture = article.lead_picture
        found.append(
            (
                *(article.url_path, own, article.live, article.locale.language_code),
                *(latest.title if article.has_unpublished_changes else None, entries, stories),
                [author.slug for author in article.authors],
                sorted(topic.slug for topic in article.topics.all()),
                sorted(section.url_path for section in article.also_in.all()),
                list(article.corrections.values_list("kind", "at", "text")),
                sorted(family.values_list("url_path", flat=True)),
                picture and picture.file.open().read(),
                [one["type"] for one in article.body.raw_data],
            )
        )
    for edition in Edition.objects.order_by("url_path"):
        slots = [(slot.place, slot.story.url_path) for slot in edition.slots.all()]
        found.append((edition.url_path, edition.interface_languages, slots))
    return found


def test_a_paper_goes_out_and_comes_back_the_same(
    newsroom: Newsroom, tmp_path: Path, settings: Any
) -> None:
    rich_paper(newsroom)
    before = models()
    first = exported(tmp_path / "first")
    emptied(settings.MEDIA_ROOT)
    run = imported(first)
    assert (run.failed, run.state) == (0, "done"), report(run)
    second = exported(tmp_path / "second")
    assert differences(first, second) == []
    assert models() == before
    again = imported(first)
    assert (again.made, again.changed, again.failed) == (0, 0, 0)
    assert differences(first, exported(tmp_path / "third")) == []


def test_what_is_written_can_be_read_by_a_person(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.story("first", authors=[newsroom.author("Ann Poe")], kicker="River")
    people.reader("nora@example.com")
    folder = exported(tmp_path / "out")
    text = (folder / "stories/us-first.yaml").read_text()
    assert text.startswith("edition: us\nsection: world\nslug: first\nheadline: First\n")
    assert "- paragraph: Open paragraph 0.\n" in text
    everything = "".join(file.read_text() for file in folder.rglob("*.yaml"))
    assert "nora@example.com" not in everything
    assert not (folder / "readers.csv").exists()


def test_readers_are_written_only_when_asked_for(newsroom: Newsroom, tmp_path: Path) -> None:
    nora = people.reader("nora@example.com", first_name="=cmd()")
    people.subscribe(nora, people.plan("basic", 1))
    folder = exported(tmp_path / "out", readers=True)
    file = folder / "readers.csv"
    assert "nora@example.com,'=cmd(),en," in file.read_text()
    assert file.read_text().strip().endswith("basic")
    assert file.stat().st_mode & 0o077 == 0


def test_a_folder_that_is_not_empty_is_left_alone(newsroom: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(CommandError, match="not empty"):
        call_command("export_files", str(tmp_path))
    assert (tmp_path / "kept").read_text() == "mine"


def test_a_changed_file_changes_its_story_unless_editors_have(
    newsroom: Newsroom, tmp_path: Path, settings: Any
) -> None:
    newsroom.story("first")
    newsroom.story("second")
    folder = exported(tmp_path / "out")
    emptied(settings.MEDIA_ROOT)
    imported(folder)
    edited = Article.objects.get(slug="second")
    edited.title = "The editors' own"
    edited.save_revision().publish()
    for name in ("us-first", "us-second"):
        file = folder / f"stories/{name}.yaml"
        file.write_text(file.read_text().replace("headline: ", "headline: New "))
    run = imported(folder)
    assert (run.changed, run.kept) == (1, 1)
    titles = set(Article.objects.values_list("title", flat=True))
    assert titles == {"New First", "The editors' own"}


def test_files_that_are_wrong_are_named_and_the_others_are_there(
    newsroom: Newsroom, tmp_path: Path, settings: Any
) -> None:
    for slug in ("one", "two", "three", "four", "five"):
        newsroom.story(slug)
    folder = exported(tmp_path / "out")
    emptied(settings.MEDIA_ROOT)
    two, three, four, five = (
        folder / f"stories/us-{slug}.yaml" for slug in ("two", "three", "four", "five")
    )
    two.write_text("a: &a [x]\nb: *a\n")
    three.write_text(three.read_text() + "colour: red\n")
    four.write_bytes(b"\xff\xfe\x00")
    five.write_text(five.read_text().replace("section: world", "section: nowhere"))
    (folder / "stories/us-six.yaml").write_text("[" * 100 + "]" * 100)
    run = imported(folder)
    assert Article.objects.filter(live=True).get().slug == "one"
    assert run.failed == 5
    said = report(run)
    for words in ("refers to itself", "'colour'", "not UTF-8", "nowhere", "nested too deeply"):
        assert words in said


@pytest.mark.parametrize(
    "paper",
    [
        "",
        "- a list",
        "title: X\neditions: 5\n",
        "{",
        "title: X\neditions:\n- {slug: admin, title: A}\n",
        "title: X\neditions:\n- {slug: us, title: A, locale: xx-yy}\n",
        "title: X\neditions:\n- {slug: us, title: A, time_zone: [1]}\n",
    ],
)
def test_a_paper_s_own_file_that_is_wrong_makes_nothing_strange(
    db: None, tmp_path: Path, paper: str
) -> None:
    (tmp_path / "paper.yaml").write_text(paper)
    try:
        run = imported(tmp_path)
    except FileRefused:
        return
    assert run.failed
    assert not Edition.objects.exists()


def test_a_picture_that_hides_something_is_written_anew(
    newsroom: Newsroom, tmp_path: Path, settings: Any
) -> None:
    file = BytesIO()
    image = Image.new("RGB", (40, 30), (9, 9, 9))
    exif = image.getexif()
    exif[0x010E] = "taken at home"
    image.save(file, "JPEG", exif=exif)
    Picture.objects.create(title="x", file=ImageFile(file, "x.jpg"))
    folder = exported(tmp_path / "out")
    emptied(settings.MEDIA_ROOT)
    imported(folder)
    assert b"taken at home" in (folder / "pictures/x.jpg").read_bytes()
    assert b"taken at home" not in Picture.objects.get().file.open().read()


def test_every_field_of_the_newsroom_is_carried_or_named(db: None) -> None:
    for model, handled in fields.HANDLED.items():
        carried = {field.name for field in fields.simple_fields(model).values()}
        own = {field.name for field in model._meta.local_fields + model._meta.local_many_to_many}
        assert own - carried - handled == set(), model
        assert handled - own == set(), model


def test_the_site_leads_to_the_paper_that_came_back(
    newsroom: Newsroom, tmp_path: Path, settings: Any
) -> None:
    folder = exported(tmp_path / "out")
    emptied(settings.MEDIA_ROOT)
    imported(folder)
    assert Site.objects.get(is_default_site=True).root_page.title == "The Test Sheet"
    assert yaml.safe_load((folder / "paper.yaml").read_text())["title"] == "The Test Sheet"
    assert connection.in_atomic_block


def test_the_demonstration_paper_goes_out_and_comes_back_the_same(
    db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "jpegs", plain_jpegs)
    monkeypatch.setattr(warming, "warm", lambda *_told: None)
    loader.load(lambda _said: None)
    before = models()
    first = exported(tmp_path / "first")
    emptied(settings.MEDIA_ROOT)
    run = imported(first)
    assert run.failed == 0, report(run)
    assert differences(first, exported(tmp_path / "second")) == []
    assert models() == before
