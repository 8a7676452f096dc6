"""Wagtail's search in SQLite, asked for words and never for FTS5's own language.

The backend puts what somebody typed between double quotes and does not look whether quotes are in
it, so that a quotation mark ends the word and what follows is read as operators, or as an error.
"""

from typing import Any

from modelsearch.backends.database.sqlite.sqlite import (
    SQLiteAutocompleteQueryCompiler,
    SQLiteSearchBackend,
    SQLiteSearchQueryCompiler,
)
from modelsearch.query import And, MatchAll, Not, Or, Phrase, PlainText, SearchQuery

from broadsheet.newsroom.wording import words

MOST_WORDS = 24
"""Words one question is answered for: the backend nests them, and every one costs a look-up."""


def tamed(query: SearchQuery) -> SearchQuery | None:
    """The question with nothing but words in it, or None when there is none."""
    if isinstance(query, PlainText):
        asked = words(query.query_string)[:MOST_WORDS]
        return PlainText(" ".join(asked), operator=query.operator) if asked else None
    if isinstance(query, Phrase):
        asked = words(query.query_string)[:MOST_WORDS]
        return Phrase(" ".join(asked)) if asked else None
    if isinstance(query, Not):
        inner = tamed(query.subquery)
        return Not(inner) if inner else None
    if isinstance(query, And | Or):
        parts = [part for part in map(tamed, query.subqueries[:MOST_WORDS]) if part]
        return type(query)(parts) if parts else None
    return query if isinstance(query, MatchAll) else None


class _Tamed(SQLiteSearchQueryCompiler):
    """Compiles what is left of a question; what has no word in it finds nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query: SearchQuery | None = tamed(self.query)

    def search(self, *args: Any, **kwargs: Any) -> Any:
        """The rows that match."""
        if self.query is None:
            return self.queryset.none()
        return super().search(*args, **kwargs)


class _TamedAutocomplete(_Tamed, SQLiteAutocompleteQueryCompiler):
    """The same for the beginnings of words."""


class SearchBackend(SQLiteSearchBackend):
    """Wagtail's SQLite search, for whatever anybody types."""

    query_compiler_class = _Tamed
    autocomplete_query_compiler_class = _TamedAutocomplete
