"""Footnotes: marks like [^1] in paragraphs, and a block at the end that says what they mean.

Whatever the marks are, readers see numbers in the order in which notes are first mentioned.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from wagtail.blocks import StreamValue
from wagtail.rich_text import expand_db_html

from broadsheet.newsroom import cutting
from broadsheet.newsroom.storytext import StoryText, clean

KIND = "footnotes"
"""The type of the block that holds the notes."""
MARK = re.compile(r"\[\^([^\s\[\]<>^\"]{1,20})\]")
TAGS = re.compile(r'(<(?:[^<>"]|"[^"]*")*>)')
"""Tags as the cleaner writes them, their values in double quotes. Text that is not clean yet may
be nothing but opening brackets: no search goes beyond the next."""


class NotedText(StoryText):
    """A paragraph whose marks lead to notes."""

    def __init__(self, source: str, numbers: Mapping[str, int], first: frozenset[str]) -> None:
        """`numbers` of the notes by their marks; `first`: those not mentioned further up."""
        super().__init__(source)
        self._numbers = numbers
        self._first = first

    def __html__(self) -> SafeString:
        """The text with links in place of the marks; marks without a note are left out."""
        left = set(self._first)

        def link(found: re.Match[str]) -> str:
            number = self._numbers.get(found[1])
            if number is None:
                return ""
            place = format_html(' id="mention-{}"', number) if found[1] in left else ""
            left.discard(found[1])
            return format_html(
                '<sup><a href="#note-{}"{} role="doc-noteref" aria-label="{}">{}</a></sup>',
                number,
                place,
                _("Footnote %(number)s") % {"number": number},
                number,
            )

        parts = TAGS.split(clean(expand_db_html(self.source)))
        parts[::2] = [MARK.sub(link, text) for text in parts[::2]]
        return mark_safe("".join(parts))  # noqa: S308 (cleaned, and links made here)


def marks(source: str) -> list[str]:
    """The marks in a paragraph's text, in order."""
    return [mark for text in TAGS.split(source)[::2] for mark in MARK.findall(text)]


def without_marks(text: str) -> str:
    """The text as it reads without its notes."""
    return MARK.sub("", text)


def notes_of(blocks: Iterable[Any]) -> dict[str, Any]:
    """A story's notes by their marks. When a mark is explained twice, the first holds."""
    notes: dict[str, Any] = {}
    for child in blocks:
        if child.block_type == KIND:
            for note in child.value:
                notes.setdefault(note["mark"].strip(), note)
    return notes


def laid_out(shown: Sequence[Any], story: Sequence[Any]) -> list[Any]:
    """The blocks shown of a story, their marks numbered, and only their notes at the end.

    The notes come from the whole story, wherever their block stands in it.
    """
    notes = notes_of(story)
    numbers: dict[str, int] = {}
    laid = [_numbered(child, notes, numbers) for child in shown if child.block_type != KIND]
    if numbers:
        holder = next(child for child in story if child.block_type == KIND)
        mentioned = [notes[mark] for mark in numbers]
        laid.append(StreamValue.StreamChild(holder.block, mentioned, id=holder.id))
    return laid


def _numbered(child: Any, notes: Mapping[str, Any], numbers: dict[str, int]) -> Any:
    if child.block_type != cutting.PARAGRAPH:
        return child
    mentioned = marks(child.value.source)
    if not mentioned:
        return child
    new = [mark for mark in dict.fromkeys(mentioned) if mark in notes and mark not in numbers]
    for mark in new:
        numbers[mark] = len(numbers) + 1
    text = NotedText(child.value.source, numbers, frozenset(new))
    return StreamValue.StreamChild(child.block, text, id=child.id)


def faults(story: Sequence[Any]) -> Iterator[str]:
    """What an editor has to mend: marks without a note, notes without a mark or with the same."""
    mentioned = [
        mark
        for child in story
        if child.block_type == cutting.PARAGRAPH
        for mark in marks(child.value.source)
    ]
    held = [
        note["mark"].strip() for child in story if child.block_type == KIND for note in child.value
    ]
    for mark in dict.fromkeys(mentioned):
        if mark not in held:
            yield _("The text has the mark [^%(mark)s], and no footnote explains it.") % {
                "mark": mark
            }
    for mark in dict.fromkeys(held):
        if held.count(mark) > 1:
            yield _("Two footnotes have the mark %(mark)s.") % {"mark": mark}
        elif mark not in mentioned:
            yield _("Footnote %(mark)s is mentioned nowhere: write [^%(mark)s] in the text.") % {
                "mark": mark
            }
