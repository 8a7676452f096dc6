"""An editor's screen: what it offers, what it shows before the story is out, what it refuses."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from broadsheet.newsroom import proofs
from broadsheet.newsroom.blocks import MOST_BLOCKS
from broadsheet.newsroom.models import Article, Correction

from .conftest import HIDDEN, Newsroom, paragraphs
from .writing import story_form

PLACES = re.compile(r"%%\w+%%")
WALLS = {"register", "subscribe", "meter", "in_use"}


@pytest.fixture
def editor(client: Client, db: None) -> Client:
    client.force_login(get_user_model().objects.create_superuser("ed@example.com", "secret-words"))
    return client


def screen(editor: Client, newsroom: Newsroom) -> str:
    address = f"/admin/pages/add/newsroom/article/{newsroom.world.pk}/"
    return html.unescape(editor.get(address).content.decode())


def sent(editor: Client, article: Article, **fields: Any) -> Any:
    form = nested_form_data(story_form(article, **fields))
    return editor.post(f"/admin/pages/{article.pk}/edit/", form)


def proof(editor: Client, address: str, mode: str) -> Any:
    return editor.get(f"{address}preview/?in_preview_panel=true&mode={mode}")


# What it offers


def test_a_story_is_listed_besides_only_in_sections_of_other_editions(
    editor: Client, newsroom: Newsroom
) -> None:
    mundo = newsroom.section("mundo", newsroom.edition("es", title="España"))
    page = screen(editor, newsroom)
    offered = re.findall(r'name="also_in" value="(\d+)"', page)
    assert offered == [str(mundo.pk)]
    assert "España: Mundo" in page


def test_each_level_of_access_says_what_each_kind_of_reader_sees(
    editor: Client, newsroom: Newsroom
) -> None:
    page = screen(editor, newsroom)
    for words in ("Everybody: all of it", "Readers with an account: they", "Subscribers: they"):
        assert words in page


def test_headline_and_standfirst_say_which_length_reads_best(
    editor: Client, newsroom: Newsroom
) -> None:
    page = screen(editor, newsroom)
    assert re.search(
        r'name="title"[^>]*data-length-low="40" data-length-high="75"', page, re.DOTALL
    )
    assert re.search(r'name="standfirst"[^>]*data-length-high="180"', page, re.DOTALL)
    assert "newsroom/length.js" in page


def test_a_headline_of_another_length_is_not_refused(editor: Client, newsroom: Newsroom) -> None:
    story = newsroom.story("story")
    assert sent(editor, story, title="No", **{"action-publish": "1"}).status_code == 302
    assert Article.objects.get(pk=story.pk).title == "No"


# What it shows before the story is out


@pytest.mark.parametrize("mode", [name for name, _ in proofs.MODES])
def test_every_face_can_be_looked_at_before_the_story_is_saved(
    editor: Client, newsroom: Newsroom, mode: str
) -> None:
    address = f"/admin/pages/add/newsroom/article/{newsroom.world.pk}/"
    texts = [("paragraph", rich_text(one["value"])) for one in paragraphs()]
    correction = {"kind": "correction", "at": "2024-01-15 09:30", "text": "Five, not six."}
    form = story_form(body=streamfield(texts), corrections=inline_formset([correction]))
    assert editor.post(f"{address}preview/", nested_form_data(form)).json()["is_valid"]
    answer = proof(editor, address, mode)
    page = answer.content.decode()
    assert (HIDDEN in page) == (mode not in WALLS)
    assert (f'data-wall="{mode}"' in page) == (mode in WALLS)
    assert "Five, not six." in page
    assert not PLACES.search(page)
    assert "seat.js" not in page
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_the_other_devices_name_is_an_example(editor: Client, newsroom: Newsroom) -> None:
    story = newsroom.story("story")
    for mode in ("in_use", "message"):
        answer = editor.get(f"/admin/pages/{story.pk}/view_draft/?mode={mode}")
        assert "Firefox on Windows" in answer.content.decode()


def test_previews_are_as_wide_as_a_phone_a_tablet_and_a_desk(
    editor: Client, newsroom: Newsroom
) -> None:
    widths = re.findall(r'data-device-width="(\d+)"', screen(editor, newsroom))
    assert widths == ["390", "768", "1280"]


def test_nobody_else_looks_at_a_draft(newsroom: Newsroom) -> None:
    draft = newsroom.story("draft", live=False, title="Not yet")
    reader = Client()
    reader.force_login(get_user_model().objects.create_user("nora@example.com", "secret-words"))
    for someone in (Client(), reader):
        for door in ("view_draft/", "edit/preview/?mode=in_use"):
            assert "Not yet" not in someone.get(f"/admin/pages/{draft.pk}/{door}").content.decode()


# Revisions


def test_two_versions_are_compared_block_by_block_and_with_their_corrections(
    editor: Client, newsroom: Newsroom
) -> None:
    story = newsroom.story("story")
    first = story.save_revision()
    story.body = paragraphs(hidden=1)
    story.corrections = [Correction(text="Five, not six.")]
    second = story.save_revision()
    page = editor.get(f"/admin/pages/{story.pk}/revisions/compare/{first.pk}...{second.pk}/")
    shown = page.content.decode()
    assert "Five, not six." in shown
    assert f"{HIDDEN} 1." in shown
    assert "There are no differences" not in shown


def test_a_story_is_commented_on_and_locked(editor: Client, newsroom: Newsroom) -> None:
    story = newsroom.story("story")
    comment = {
        "text": "Who says so?",
        "contentpath": "title",
        "position": "",
        "resolved": "",
        "replies": inline_formset([]),
    }
    assert sent(editor, story, comments=inline_formset([comment])).status_code == 302
    assert story.wagtail_admin_comments.get().text == "Who says so?"
    editor.post(f"/admin/pages/{story.pk}/lock/")
    assert Article.objects.get(pk=story.pk).locked


# What it refuses


def test_what_cannot_be_seen_does_not_get_into_a_headline(
    editor: Client, newsroom: Newsroom
) -> None:
    story = newsroom.story("story")
    dirty = "Prices\u202e fall\x07,\u2066 says\tthe\x1b bank"
    sent(editor, story, title=dirty, standfirst=dirty, **{"action-publish": "1"})
    saved = Article.objects.get(pk=story.pk)
    assert {saved.title, saved.draft_title, saved.standfirst} == {"Prices fall, says the bank"}


def test_a_headline_of_nothing_that_can_be_seen_is_refused(newsroom: Newsroom) -> None:
    with pytest.raises(ValidationError, match="Nothing of this headline"):
        newsroom.story("story", title="\u202e\u202c")


def test_control_characters_of_a_text_do_not_reach_readers(newsroom: Newsroom) -> None:
    body = [{"type": "paragraph", "value": "<p>a\x0b\u202eb</p>"}]
    story = newsroom.story("story", body=body, access="free")
    assert "<p>ab</p>" in Client().get(story.get_url()).content.decode()


@pytest.mark.parametrize("at", [datetime(1, 1, 1, tzinfo=UTC), timezone.now() + timedelta(days=2)])
def test_a_correction_of_another_age_is_refused(newsroom: Newsroom, at: datetime) -> None:
    with pytest.raises(ValidationError, match=r"as old as this|still to come"):
        Correction(article=newsroom.story("story"), text="x", at=at).full_clean()


def test_ten_thousand_paragraphs_are_written_looked_at_and_published(
    editor: Client, newsroom: Newsroom
) -> None:
    story = newsroom.story("long")
    text = "".join(f"<p>Paragraph {n}.</p>" for n in range(10_000))
    body = streamfield([("paragraph", rich_text(text))])
    assert sent(editor, story, body=body, **{"action-publish": "1"}).status_code == 302
    saved = Article.objects.get(pk=story.pk)
    assert saved.paragraphs_left == 9_997
    assert "Paragraph 9999." in editor.get(f"/admin/pages/{story.pk}/view_draft/").content.decode()
    assert editor.get(f"/admin/pages/{story.pk}/edit/").status_code == 200


def test_more_blocks_than_a_story_holds_are_refused_with_the_number(
    editor: Client, newsroom: Newsroom
) -> None:
    story = newsroom.story("long")
    block = ("paragraph", rich_text("<p>x</p>"))
    for many, status in ((MOST_BLOCKS + 1, 200), (10_000, 413)):
        answer = sent(editor, story, body=streamfield([block] * many))
        assert answer.status_code == status
        assert str(MOST_BLOCKS) in answer.content.decode()
