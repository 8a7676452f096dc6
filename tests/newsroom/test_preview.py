"""What everybody may read of a story's text."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.newsroom.models import Article

pytestmark = pytest.mark.django_db

BLOCKS = st.one_of(
    st.integers(1, 4).map(lambda many: {"type": "paragraph", "value": "<p>text</p>" * many}),
    st.just({"type": "subheading", "value": "text"}),
    st.just({"type": "pull_quote", "value": "text"}),
    st.just({"type": "newsletter", "value": None}),
)
BODIES = st.lists(BLOCKS, max_size=12)


def story(body: list[dict[str, Any]], limit: int = 3) -> Article:
    article = Article(title="A story", body=numbered(body))
    article.edition = SimpleNamespace(preview_paragraphs=limit)
    return article


def numbered(body: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The body with a number in place of each "text", in order, so that order can be checked."""
    numbers = iter(range(10_000))
    written = []
    for block in body:
        parts = (block["value"] or "").split("text")
        value = parts[0] + "".join(f"word{next(numbers)} {part}" for part in parts[1:])
        written.append({**block, "value": value or None})
    return written


def words(blocks: list[Any]) -> list[str]:
    return [str(getattr(block.value, "source", block.value)) for block in blocks]


@settings(max_examples=60)
@given(BODIES, st.integers(0, 6))
def test_the_preview_is_the_beginning_of_the_story_and_nothing_after_the_cut(
    body: list[dict[str, Any]], limit: int
) -> None:
    article = story(body, limit)
    preview, whole = words(article.preview_blocks()), words(article.body_blocks())
    assert preview == whole[: len(preview)]
    for hidden in whole[len(preview) :]:
        assert hidden == "None" or hidden not in "\n".join(preview)


@settings(max_examples=60)
@given(BODIES, BODIES, st.integers(0, 6))
def test_the_editors_mark_is_where_the_preview_ends(
    before: list[dict[str, Any]], after: list[dict[str, Any]], limit: int
) -> None:
    marked = story([*before, {"type": "preview_end", "value": None}, *after], limit)
    assert words(marked.preview_blocks()) == words(story(before).body_blocks())
    assert all(block.block_type != "preview_end" for block in marked.body_blocks())


@settings(max_examples=60)
@given(BODIES, st.integers(0, 6))
def test_every_paragraph_is_either_shown_or_counted_as_left(
    body: list[dict[str, Any]], limit: int
) -> None:
    article = story(body, limit)
    shown = [block for block in article.preview_blocks() if block.block_type == "paragraph"]
    whole = [block for block in article.body_blocks() if block.block_type == "paragraph"]
    assert len(shown) + article.paragraphs_left == len(whole)


def test_a_whole_story_pasted_into_one_block_is_cut_all_the_same() -> None:
    article = story([{"type": "paragraph", "value": "<p>text</p>" * 9}])
    assert len(article.preview_blocks()) == 3
    assert article.paragraphs_left == 6


def test_words_are_counted_over_the_whole_text() -> None:
    body = [
        {"type": "paragraph", "value": "<p>Six words are in <b>this</b> one.</p>"},
        {"type": "subheading", "value": "Two more"},
        {"type": "quotation", "value": {"text": "and four after that", "speaker": "Bo"}},
    ]
    article = Article(title="A story", body=body)
    assert article.words == 6 + 2 + 4


def test_the_search_index_gets_the_preview_alone() -> None:
    article = story([{"type": "paragraph", "value": "<p>text</p>"}] * 6)
    assert "word2" in article.preview_text
    assert "word3" not in article.preview_text
    indexed = {field.field_name for field in Article.search_fields}
    assert "body" not in indexed
