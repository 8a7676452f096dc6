"""Wagtail's search in PostgreSQL, with the same answers as in SQLite, and words in other forms.

Words are cut, folded and stemmed here, by each text's own language, and PostgreSQL is given them
as they are ("simple"). So its own idea of words, which takes "a/b" for a file and leaves "the"
out, its version, and extensions that may not be installed do not matter.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

from django.conf import settings
from django.contrib.postgres.search import SearchQuery as Asked
from django.contrib.postgres.search import SearchVector
from django.db.models import BigIntegerField, TextField, Value
from django.db.models.functions import Cast
from modelsearch.backends.database.postgres import postgres as wagtails
from modelsearch.query import MatchAll, Not, Phrase, PlainText, SearchQuery
from modelsearch.utils import get_content_type_pk, get_descendants_content_types_pks
from wagtail.search.models import IndexEntry

from broadsheet.newsroom.stemming import stem
from broadsheet.newsroom.word_index.asking import tamed
from broadsheet.newsroom.wording import folded, words

LONGEST = 100
"""Letters of a word that are compared."""
MOST_LETTERS = 200_000
"""Letters of one thing that are indexed: PostgreSQL refuses entries of more than a megabyte."""
SIMPLE = "simple"
WHICH = ("content_type", "object_id")
WRITTEN = ("title", "body", "autocomplete")


def terms(text: str, language: str) -> list[str]:
    """The words of a text as they stand in the index: stems, or in no language as they are."""
    found = [stem(folded(word)[:LONGEST], language) for word in words(text)]
    letters = accumulate(len(one) + 1 for one in found)
    return [one for one, so_far in zip(found, letters, strict=True) if so_far <= MOST_LETTERS]


def forms(word: str) -> list[str]:
    """How a word may stand in the index: as it is, and by its stem in each of the languages."""
    plain = folded(word)[:LONGEST]
    stems = [stem(plain, code) for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES]
    return list(dict.fromkeys([plain, *stems]))


class _Index(wagtails.PostgresIndex):
    """Keeps all words of a thing in one column, which has an index of its own."""

    def add_items(self, model: Any, objs: Sequence[Any]) -> None:
        kind = get_content_type_pk(model)
        IndexEntry.objects.bulk_create(
            [self._entry(kind, each) for each in sorted(objs, key=lambda each: each.pk)],
            update_conflicts=True,
            unique_fields=WHICH,
            update_fields=WRITTEN,
        )

    def _entry(self, kind: int, thing: Any) -> Any:
        said = wagtails.ObjectIndexer(thing, self.backend)
        told = [one for field in said.search_fields for one in said.prepare_field(thing, field)]
        locale = getattr(thing, "locale", None)
        language = locale.language_code if locale else ""
        return IndexEntry(
            content_type_id=kind,
            object_id=said.id,
            title=_vector(()),
            body=_vector(terms(_text(told, wagtails.SearchField), language)),
            autocomplete=_vector(terms(_text(told, wagtails.AutocompleteField), "")),
        )


class _Tamed(wagtails.PostgresSearchQueryCompiler):
    """Compiles what is left of a question; what has no word in it finds nothing."""

    COLUMN = "body"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.query: SearchQuery | None = tamed(self.query)

    def search(
        self,
        config: Any,
        start: int | None,
        stop: int | None,
        score_field: str | None = None,
        backend: Any = None,
    ) -> Any:
        """The rows that match, in the order asked for, else the newest first; nothing is ranked.

        The backend would put two columns together for every entry, which no index helps with.
        """
        if self.query is None:
            return self.queryset.none()
        if score_field or self.fields or isinstance(self.query, MatchAll | Not):
            return super().search(config, start, stop, score_field, backend)
        rows = self.queryset.filter(pk__in=self._matching())
        if self.order_by_relevance or not rows.query.order_by:
            rows = rows.order_by("-pk")
        return rows[start:stop]

    def _matching(self) -> Any:
        kinds = get_descendants_content_types_pks(self.queryset.model)
        asked = {self.COLUMN: self.build_tsquery(self.query)}
        found = IndexEntry.objects.filter(content_type__in=kinds, **asked)
        return found.values_list(Cast("object_id", BigIntegerField()))

    def build_tsquery_content(
        self, query: SearchQuery, config: Any = None, invert: bool = False
    ) -> Any:
        """PostgreSQL's question: each word in any of its forms."""
        if isinstance(query, Phrase):
            return Asked(self._phrase(query), search_type="raw", config=SIMPLE, invert=invert)
        if isinstance(query, PlainText):
            return Asked(self._plain(query), search_type="raw", config=SIMPLE, invert=invert)
        return super().build_tsquery_content(query, config=config, invert=invert)

    def _plain(self, query: PlainText) -> str:
        asked = [_any(map(_quoted, forms(word))) for word in words(query.query_string)]
        return (" & " if query.operator == "and" else " | ").join(asked)

    def _phrase(self, query: Phrase) -> str:
        asked = [[_quoted(form) for form in forms(word)] for word in words(query.query_string)]
        return " <-> ".join(map(_any, asked))


class _TamedAutocomplete(_Tamed, wagtails.PostgresAutocompleteQueryCompiler):
    """The same for the beginnings of words."""

    COLUMN = "autocomplete"

    def _plain(self, query: PlainText) -> str:
        *whole, last = [_quoted(folded(word)[:LONGEST]) for word in words(query.query_string)]
        return " & ".join([*whole, f"{last}:*"])


class SearchBackend(wagtails.PostgresSearchBackend):
    """Wagtail's PostgreSQL search, for whatever anybody types."""

    index_class = _Index
    query_compiler_class = _Tamed
    autocomplete_query_compiler_class = _TamedAutocomplete

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__({**params, "SEARCH_CONFIG": SIMPLE})


def _text(told: Sequence[tuple[Any, str, str]], kind: type[Any]) -> str:
    return "\n".join(value for field, _weight, value in told if isinstance(field, kind))


def _vector(found: Iterable[str]) -> SearchVector:
    return SearchVector(Value(" ".join(found), output_field=TextField()), config=SIMPLE)


def _quoted(word: str) -> str:
    return f"'{word}'"  # a word holds letters and digits alone


def _any(found: Iterable[str]) -> str:
    return f"({' | '.join(found)})"
