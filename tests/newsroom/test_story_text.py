"""Hostile text is harmless by the time it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wagtail.templatetags.wagtailcore_tags import richtext

from broadsheet.newsroom.models import Article
from broadsheet.newsroom.storytext import StoryText, clean

pytestmark = pytest.mark.django_db

ATTACKS = [
    "<p>Fine<script>alert(1)</script></p>",
    '<p>Fine <a href="javascript:alert(1)">link</a></p>',
    '<p>Fine <a href=" jAvAsCrIpT&colon;alert(1)">link</a></p>',
    '<p onclick="alert(1)" style="color:red" class="notice" id="wall">Fine</p>',
    "<p>Fine<img src=x onerror=alert(1)></p>",
    "<p>Fine</p><iframe src='https://example.com'></iframe>",
    "<p>Fine<svg><style><img src=x onerror=alert(1)></style></svg></p>",
    "<p>Fine</p></div></article><form action='/-/seat/take-over'><input name=token></form>",
    '<p>Fine <a href="data:text/html,<script>alert(1)</script>">link</a></p>',
    '<p>Fine <embed embedtype="image" id="1" alt="x"/></p>',
    "<p>Fine<meta http-equiv=refresh content='0;url=https://example.com'></p>",
]
FORBIDDEN = ["<script", "javascript:", "onclick", "onerror", "style", "<iframe", "<form", "</div"]
FORBIDDEN += ["data:text", "<img", "<embed", "<meta", "class=", "id=", "<svg", "<input"]


@pytest.mark.parametrize("source", ATTACKS)
def test_hostile_rich_text_is_cleaned_when_it_is_shown(source: str) -> None:
    article = Article(title="x", body=[{"type": "paragraph", "value": source}])
    shown = "".join(block.render({}) for block in article.body_blocks()).lower()
    assert "fine" in shown
    assert not [part for part in FORBIDDEN if part in shown]


@pytest.mark.parametrize("source", ATTACKS)
def test_a_paragraph_is_clean_however_a_template_shows_it(source: str) -> None:
    article = Article(title="x", body=[{"type": "paragraph", "value": source}])
    shown = f"{article.body[0].value}{article.body[0]}{richtext(article.body[0].value)}".lower()
    assert not [part for part in FORBIDDEN if part in shown]


@given(st.text(alphabet="<>/\"'=&;:pabi scriptonhref!-", max_size=80))
def test_cleaning_twice_changes_nothing_more(source: str) -> None:
    assert clean(clean(source)) == clean(source)


def test_emphasis_and_links_reach_the_reader() -> None:
    source = '<p>A <b>bold</b> and <i>slanted</i> <a href="/us/world/">link</a>.</p>'
    assert str(StoryText(source)) == source


def test_text_is_split_at_its_paragraphs_and_empty_ones_are_dropped() -> None:
    text = StoryText("<p>One</p><p></p><P>Two</P>loose end")
    parts = [part.source for part in text.paragraphs()]
    assert parts == ["<p>One</p>", "<P>Two</P>", "loose end"]
