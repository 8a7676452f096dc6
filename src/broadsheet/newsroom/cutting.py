"""Where a preview stops. Values in, a number out: no models, no templates."""

from collections.abc import Sequence

PARAGRAPH = "paragraph"
MARK = "preview_end"


def cut(kinds: Sequence[str], paragraphs: int) -> int:
    """How many of a story's first blocks a preview shows.

    `kinds` are the block types in order. An editor's mark wins; else the preview ends after
    the given number of paragraphs, but never with the last one: a preview is never the story.
    """
    if MARK in kinds:
        return kinds.index(MARK)
    shown = min(paragraphs, kinds.count(PARAGRAPH) - 1)
    if shown <= 0:
        return 0
    places = [place for place, kind in enumerate(kinds) if kind == PARAGRAPH]
    return places[shown - 1] + 1
