"""Words: how a question is cut into them, and where they stand in a text.

Letters are compared as the index compares them: without case and without accents.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from broadsheet.newsroom.stemming import stem

WORD = re.compile(r"[^\W_]+")
ROUND = 110
"""Characters of a text shown before and after the first word that was looked for."""


class Piece(NamedTuple):
    """A piece of a text, and whether it is a word that was looked for."""

    text: str
    hit: bool


def folded(text: str) -> str:
    """The text without case and accents: "Ébano" is "ebano". It may be longer or shorter."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


def words(text: str) -> list[str]:
    """The words of a text as they are typed, without anything between them."""
    return WORD.findall(unicodedata.normalize("NFC", text))


def holds(text: str, wanted: Sequence[str], language: str = "") -> bool:
    """Whether every one of the folded words is somewhere in the text, as it is or in another
    form that the language has of it."""
    within = folded(text)
    others = {stem(word, language) for word in wanted if word not in within}
    return not others or others <= {stem(word, language) for word in WORD.findall(within)}


def pieces(text: str, wanted: Sequence[str], language: str = "") -> list[Piece]:
    """The text cut at the words that were looked for, which are folded, in any of their forms."""
    return list(_cut(unicodedata.normalize("NFC", text), _Wanted(wanted, language)))


def extract(text: str, wanted: Sequence[str], language: str = "") -> list[Piece]:
    """The line of the text that holds most of the folded words, round the first; [] for none."""
    looked_for = _Wanted(wanted, language)
    best, most = "", 0
    for line in text.splitlines():
        found = len(looked_for.of(WORD.findall(line)))
        if found > most:
            best, most = line, found
    if not most:
        return []
    best = unicodedata.normalize("NFC", best)
    first = next(each for each in WORD.finditer(best) if looked_for.is_in(each[0]))
    return list(_cut(_window(best, first.start(), first.end()), looked_for))


class _Wanted:
    """Words that are looked for, in any of their forms."""

    def __init__(self, wanted: Sequence[str], language: str) -> None:
        self._stems = frozenset(stem(word, language) for word in wanted)
        self._language = language

    def is_in(self, word: str) -> bool:
        return stem(folded(word), self._language) in self._stems

    def of(self, given: Sequence[str]) -> frozenset[str]:
        return self._stems.intersection(stem(folded(word), self._language) for word in given)


def _window(line: str, start: int, end: int) -> str:
    # Cut between words; an ellipsis says that there is more.
    left = 0 if start <= ROUND else line.rfind(" ", 0, start - ROUND) + 1 or start - ROUND
    right = len(line) if len(line) - end <= ROUND else line.find(" ", end + ROUND)
    if right == -1:
        right = min(len(line), end + 2 * ROUND)
    return ("… " if left else "") + line[left:right] + (" …" if right < len(line) else "")


def _cut(text: str, wanted: _Wanted) -> Iterator[Piece]:
    last = 0
    for each in WORD.finditer(text):
        if wanted.is_in(each[0]):
            if each.start() > last:
                yield Piece(text[last : each.start()], hit=False)
            yield Piece(each[0], hit=True)
            last = each.end()
    if last < len(text):
        yield Piece(text[last:], hit=False)
