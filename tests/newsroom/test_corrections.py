"""What was changed in a story, what kind of piece it is and who paid for it are told to readers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from broadsheet.gate.pages import Face, Kind, Wall
from broadsheet.newsroom import printing
from broadsheet.newsroom.models import Article, Correction, FrontSlot, Genre, Place

from .conftest import Newsroom

FULL = Face(Kind.FULL, Wall.NONE, False, True, "en")
WALLED = Face(Kind.PREVIEW, Wall.SUBSCRIBE, False, False, "en")
MORNING = datetime(2024, 1, 15, 14, 30, tzinfo=UTC)
EVENING = datetime(2024, 1, 15, 23, 5, tzinfo=UTC)
LINK = '<p>See <a href="https://maker.example/">the maker</a>.</p>'


def corrected(newsroom: Newsroom, *changes: tuple[str, datetime, str], **fields: Any) -> Article:
    article = newsroom.story("story", **fields)
    article.corrections = [
        Correction(kind=kind, at=at, text=text, sort_order=order)
        for order, (kind, at, text) in enumerate(changes)
    ]
    article.save()
    return Article.objects.get(pk=article.pk)


def page(article: Article, face: Face = FULL) -> str:
    return printing.sheet(article, face).decode()


@pytest.mark.parametrize("face", [FULL, WALLED])
def test_everybody_reads_what_was_corrected_and_when_in_the_editions_time(
    newsroom: Newsroom, face: Face
) -> None:
    text = "The bridge has five arches, not <b>six</b>."
    shown = page(corrected(newsroom, ("correction", MORNING, text)), face)
    assert "The bridge has five arches, not &lt;b&gt;six&lt;/b&gt;." in shown
    assert "2024-01-15T09:30:00-05:00" in shown
    assert shown.index('id="story-text"') < shown.index('id="corrections"')


def test_a_line_beside_the_byline_leads_to_the_last_correction(newsroom: Newsroom) -> None:
    shown = page(
        corrected(
            newsroom,
            ("correction", EVENING, "Second."),
            ("correction", MORNING, "First."),
            ("update", MORNING, "The vote is over."),
        )
    )
    byline = shown[shown.index("story-byline") : shown.index('id="story-text"')]
    assert byline.count('<a href="#corrections">') == 2
    assert "Corrected Jan. 15, 2024, 6:05 p.m. EST" in byline
    assert "Updated Jan. 15, 2024, 9:30 a.m. EST" in byline
    assert shown.index("First.") < shown.index("Second.")


def test_a_story_without_corrections_has_no_place_for_them(newsroom: Newsroom) -> None:
    shown = page(newsroom.story("story", updated_at=MORNING))
    assert "#corrections" not in shown
    assert 'id="corrections"' not in shown
    assert "Updated Jan. 15, 2024" in shown


def test_a_copy_of_a_story_does_not_correct_itself(newsroom: Newsroom) -> None:
    article = corrected(newsroom, ("correction", MORNING, "Wrong."))
    assert not article.copy(update_attrs={"slug": "copy"}, keep_live=False).corrections.exists()


def test_what_is_not_news_says_so_above_its_headline(newsroom: Newsroom) -> None:
    analysis = page(newsroom.story("analysis", genre=Genre.ANALYSIS))
    head = analysis[analysis.index("story-head") : analysis.index("<h1>")]
    assert '<p class="genre">Analysis</p>' in head
    assert '<p class="genre">' not in page(newsroom.story("news"))


def test_the_kind_of_piece_is_told_in_the_editions_language(newsroom: Newsroom) -> None:
    es = newsroom.edition("es", language="es-ES", time_zone="Europe/Madrid")
    article = newsroom.story("uno", newsroom.section("mundo", es), genre=Genre.OPINION)
    assert '<p class="genre">Opinión</p>' in page(article)


@pytest.mark.parametrize("place", [Place.LEAD, Place.SECOND, Place.RAIL, Place.BLOCK])
def test_a_sponsor_is_named_wherever_the_story_stands(
    client: Client, newsroom: Newsroom, place: Place
) -> None:
    topic = newsroom.topic("China")
    paid = newsroom.story(
        "paid", sponsor="Acme & Sons", genre=Genre.INTERVIEW, hours=5, topics=[topic]
    )
    others = [newsroom.story(f"other-{n}", hours=n + 1, topics=[topic]) for n in range(3)]
    newsroom.us.slots = [FrontSlot(place=place, story=paid)]
    newsroom.us.save()
    named = "Sponsored by Acme &amp; Sons"
    for address in ("/us/", "/us/world/", "/us/topic/china/", paid.get_url()):
        shown = client.get(address).content.decode()
        assert named in shown, address
        assert "Interview" in shown, address
    assert named in page(others[0])  # recommended beside it


def test_links_that_somebody_paid_for_are_marked_as_such(newsroom: Newsroom) -> None:
    body = [{"type": "paragraph", "value": LINK}]
    paid = page(newsroom.story("paid", sponsor="Acme", body=body))
    assert '<a href="https://maker.example/" rel="sponsored">' in paid
    assert 'rel="sponsored"' not in page(newsroom.story("free", body=body))
