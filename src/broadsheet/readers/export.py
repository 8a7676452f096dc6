"""What an export holds: each app adds a chapter about the reader.

A chapter is a function from a reader to plain data: a dict, or a list of dicts, of text, numbers,
truth values, days, times, lists and None. It holds what is the reader's, and of other people only
what the reader sees anyway. `words` are its keys as people read them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from broadsheet.readers.models import Reader

type Collect = Callable[[Reader], Any]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One part of an export. `name` names its file; `title` is translatable."""

    name: str
    title: Any
    collect: Collect
    words: Mapping[str, Any] = field(default_factory=dict)


_chapters: dict[str, Chapter] = {}


def chapter(
    name: str, title: Any, words: Mapping[str, Any] | None = None
) -> Callable[[Collect], Collect]:
    """Add what the decorated function returns to every export, under `name` (a file name of
    letters and hyphens). Raises ValueError when there is such a chapter already."""

    def add(collect: Collect) -> Collect:
        if name in _chapters:
            raise ValueError(f"there is a chapter {name} already")
        _chapters[name] = Chapter(name, title, collect, words or {})
        return collect

    return add


def chapters() -> list[Chapter]:
    """All of them, in the order in which they were added."""
    return list(_chapters.values())
