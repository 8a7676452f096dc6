"""Wagtail's search in SQLite, asked for words and never for FTS5's own language.

The backend puts what somebody typed between double quotes and does not look whether quotes are in
it, so that a quotation mark ends the word and what follows is read as operators, or as an error.
"""

from typing import Any

from modelsearch.backends.database.sqlite.query import MatchExpression, normalize
from modelsearch.backends.database.sqlite.sqlite import (
    SQLiteAutocompleteQueryCompiler,
    SQLiteSearchBackend,
    SQLiteSearchQueryCompiler,
)
from modelsearch.query import MatchAll, Not, SearchQuery
from modelsearch.utils import get_descendants_content_types_pks
from wagtail.search.models import SQLiteFTSIndexEntry

from broadsheet.newsroom.word_index.asking import MOST_FOUND, tamed


class _Tamed(SQLiteSearchQueryCompiler):
    """Compiles what is left of a question; what has no word in it finds nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query: SearchQuery | None = tamed(self.query)

    def search(
        self, config: Any, start: int | None, stop: int | None, score_field: str | None = None
    ) -> Any:
        """The rows that match, in the order asked for, else the newest first.

        The backend would ask the full-text table once for every row it holds, and to rank them
        once more for each that matches. Here it is asked once; nothing is ranked.
        """
        if self.query is None:
            return self.queryset.none()
        question = normalize(self.query)
        if score_field or isinstance(question, MatchAll | Not):
            return super().search(config, start, stop, score_field)
        rows = self.queryset.filter(pk__in=self._matching(question, config))
        if self.order_by_relevance or not rows.query.order_by:
            rows = rows.order_by("-pk")
        return rows[start:stop]

    def _matching(self, question: SearchQuery, config: Any) -> list[str]:
        asked = self.build_search_query(question, config=config)
        match = MatchExpression(self.fields or self.FTS_TABLE_FIELDS, asked)
        found = SQLiteFTSIndexEntry.objects.filter(match).order_by("-pk")
        told = found.values_list("index_entry__content_type", "index_entry__object_id")
        kinds = set(get_descendants_content_types_pks(self.queryset.model))
        return [key for kind, key in told[:MOST_FOUND] if kind in kinds]


class _TamedAutocomplete(_Tamed, SQLiteAutocompleteQueryCompiler):
    """The same for the beginnings of words."""


class SearchBackend(SQLiteSearchBackend):
    """Wagtail's SQLite search, for whatever anybody types."""

    query_compiler_class = _Tamed
    autocomplete_query_compiler_class = _TamedAutocomplete
