"""Footnotes: numbered in the order of the text, led to and back from, never ahead of the text."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from wagtail.blocks.stream_block import StreamBlockValidationError

from broadsheet.newsroom import footnotes
from broadsheet.newsroom.blocks import StoryBody, plain_text
from broadsheet.newsroom.models import Article
from tests.newsroom.conftest import Newsroom

OPEN, CLOSED = "What everybody may know", "What only subscribers may know"


def text(*paragraphs: str) -> list[dict[str, Any]]:
    return [{"type": "paragraph", "value": f"<p>{one}</p>"} for one in paragraphs]


def notes(**by_mark: str) -> dict[str, Any]:
    value = [{"mark": mark, "text": f"<p>{said}</p>"} for mark, said in by_mark.items()]
    return {"type": "footnotes", "value": value}


def story(newsroom: Newsroom, *body: dict[str, Any], access: str = "free") -> Article:
    return newsroom.story("noted", body=[*body], access=access)


def page_of(client: Client, article: Article) -> str:
    page = client.get(article.url).content.decode()
    return page[page.index('id="story-text"') :]


def test_marks_become_numbers_in_the_order_of_the_text(client: Client, newsroom: Newsroom) -> None:
    body = [*text("One[^b].", "Two[^a], again[^b]."), notes(a="Alpha.", b="Beta.")]
    page = page_of(client, story(newsroom, *body))
    assert re.findall(r'href="#(note-\d)"', page) == ["note-1", "note-2", "note-1"]
    listed = re.findall(r'<li id="(note-\d)"><p>(\w+)', page)
    assert listed == [("note-1", "Beta"), ("note-2", "Alpha")]
    assert "[^" not in page


def test_a_note_leads_back_to_its_first_mention(client: Client, newsroom: Newsroom) -> None:
    body = [*text("One[^a].", "Two[^a]."), notes(a="Alpha.")]
    page = page_of(client, story(newsroom, *body))
    assert page.count('id="mention-1"') == 1
    assert page.index('id="mention-1"') < page.index("Two")
    assert '<a href="#mention-1" role="doc-backlink"' in page
    assert 'role="doc-noteref" aria-label="Footnote 1"' in page


def test_a_preview_shows_only_the_notes_of_what_it_shows(
    client: Client, newsroom: Newsroom
) -> None:
    body = [
        *text("One.", "Two[^b].", "Three.", "Four[^a].", "Five[^b]."),
        notes(a=CLOSED, b=OPEN),
    ]
    page = page_of(client, story(newsroom, *body, access="subscribers"))
    assert OPEN in page
    assert CLOSED not in page


@pytest.mark.parametrize("place", [0, 2, 5])
def test_wherever_the_notes_stand_they_are_no_way_round_the_cut(
    place: int, client: Client, newsroom: Newsroom
) -> None:
    body = text("One.", "Two.", "Three.", "Four[^a].", "Five.")
    body.insert(place, notes(a=CLOSED))
    article = story(newsroom, *body, access="subscribers")
    assert CLOSED not in client.get(article.url).content.decode()
    assert CLOSED not in article.preview_text
    assert [child.block_type for child in article.preview_blocks()] == ["paragraph"] * 3
    assert article.body_blocks()[-1].block_type == "footnotes"


def test_words_are_counted_with_the_notes_and_without_the_marks(newsroom: Newsroom) -> None:
    article = story(newsroom, *text("One[^a] two."), notes(a="Three four."))
    assert [plain_text(child) for child in article.body_blocks()] == ["One two.", "Three four."]
    assert article.words == 4


def test_a_mark_without_a_note_is_left_out_of_a_page(client: Client, newsroom: Newsroom) -> None:
    page = page_of(client, story(newsroom, *text("One[^a].", "Two[^zz]."), notes(a="Alpha.")))
    assert "Two." in page
    assert "zz" not in page


FAULTS = [
    ([*text("One[^a].")], "[^a], and no footnote explains it"),
    ([*text("One."), notes(a="Alpha.")], "Footnote a is mentioned nowhere"),
    ([*text("One[^a]."), notes(a="Alpha."), notes(a="Alpha.")], "Two footnotes have the mark a"),
]


@pytest.mark.parametrize(("body", "why"), FAULTS)
def test_what_leads_nowhere_is_refused(body: list[dict[str, Any]], why: str) -> None:
    block = StoryBody()
    with translation.override("en"), pytest.raises(StreamBlockValidationError) as refused:
        block.clean(block.to_python(body))
    assert why in str(refused.value.as_json_data())


HOSTILE = [
    '<a href="https://x.example/?a=[^a]">link</a>',
    '<a href="https://x.example/>[^a]">link</a>',
    "[^<script>alert(1)</script>]",
    '[^a" onclick="alert(1)]',
    "[^a][^a][^a]",
    "<b>[^</b>a]",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_marks_are_no_way_to_write_markup(words: str, client: Client, newsroom: Newsroom) -> None:
    body = [*text("Fine[^a].", words), notes(a="<script>alert(1)</script>Alpha.")]
    page = page_of(client, story(newsroom, *body))
    text_part = page[: page.index("</section>")]
    assert "<script" not in text_part
    assert "onclick" not in re.sub(r">[^<]*<", "><", text_part)
    assert not re.search(r'href="[^"]*<', text_part)


def test_two_hundred_notes_are_numbered_quickly_and_right(newsroom: Newsroom) -> None:
    marks = [f"n{n}" for n in range(200)]
    body = StoryBody().to_python(
        [*text(*(f"Word[^{mark}]." for mark in marks)), notes(**dict.fromkeys(marks, "Note."))]
    )
    laid = footnotes.laid_out(list(body)[:-1], list(body))
    assert len(laid[-1].value) == 200
    assert ">200</a>" in str(laid[199].value)


@pytest.mark.parametrize("piece", ["<", '<"', '<a href="', "[^", "<a [^1]"])
def test_text_of_nothing_but_brackets_is_soon_looked_through(piece: str) -> None:
    assert set(footnotes.marks(piece * 100_000)) <= {"1"}
