"""What may be asked of an index of words: words, and nothing a database would read as its own."""

from modelsearch.query import And, MatchAll, Not, Or, Phrase, PlainText, SearchQuery

from broadsheet.newsroom.wording import words

MOST_WORDS = 24
"""Words one question is answered for: the backends nest them, and every one costs a look-up."""
MOST_FOUND = 20_000
"""Entries of the index one question is answered with, the last added first."""


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
