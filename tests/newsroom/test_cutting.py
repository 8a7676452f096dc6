"""Where a preview stops."""

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsroom.cutting import MARK, PARAGRAPH, cut

KINDS = st.sampled_from([PARAGRAPH, "subheading", "picture", "chart", "quotation", "pull_quote"])
STORIES = st.lists(KINDS, max_size=30)
LIMITS = st.integers(0, 12)


@given(STORIES, LIMITS)
def test_a_preview_ends_with_a_paragraph_or_is_empty(kinds: list[str], limit: int) -> None:
    shown = kinds[: cut(kinds, limit)]
    assert not shown or shown[-1] == PARAGRAPH


@given(STORIES, LIMITS)
def test_a_preview_has_no_more_paragraphs_than_the_edition_allows(
    kinds: list[str], limit: int
) -> None:
    assert kinds[: cut(kinds, limit)].count(PARAGRAPH) <= limit


@given(STORIES, LIMITS)
def test_a_preview_never_holds_the_last_paragraph(kinds: list[str], limit: int) -> None:
    place = cut(kinds, limit)
    assert PARAGRAPH not in kinds or PARAGRAPH in kinds[place:]


@given(STORIES, LIMITS)
def test_a_long_story_shows_as_many_paragraphs_as_the_edition_allows(
    kinds: list[str], limit: int
) -> None:
    if kinds.count(PARAGRAPH) > limit:
        assert kinds[: cut(kinds, limit)].count(PARAGRAPH) == limit


@given(STORIES, STORIES, LIMITS)
def test_the_editors_mark_wins(before: list[str], after: list[str], limit: int) -> None:
    assert cut([*before, MARK, *after], limit) == len(before)


@given(STORIES, STORIES, STORIES, LIMITS)
def test_the_first_of_two_marks_wins(
    before: list[str], between: list[str], after: list[str], limit: int
) -> None:
    assert cut([*before, MARK, *between, MARK, *after], limit) == len(before)
