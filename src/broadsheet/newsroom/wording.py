"""Words: how a question is cut into them, and where they stand in a text.

Letters are compared as the index compares them: without case and without accents.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

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


def holds(text: str, wanted: Sequence[str]) -> bool:
    """Whether every one of the folded words is somewhere in the text."""
    within = folded(text)
    return all(word in within for word in wanted)


def pieces(text: str, wanted: Sequence[str]) -> list[Piece]:
    """The text cut at the words that were looked for, which are folded."""
    return list(_cut(unicodedata.normalize("NFC", text), frozenset(wanted)))


def extract(text: str, wanted: Sequence[str]) -> list[Piece]:
    """The line of the text that holds most of the folded words, round the first; [] for none."""
    looked_for = frozenset(wanted)
    best, most = "", 0
    for line in text.splitlines():
        found = len(looked_for.intersection(map(folded, WORD.findall(line))))
        if found > most:
            best, most = line, found
    if not most:
        return []
    best = unicodedata.normalize("NFC", best)
    first = next(each for each in WORD.finditer(best) if folded(each[0]) in looked_for)
    return list(_cut(_window(best, first.start(), first.end()), looked_for))


def _window(line: str, start: int, end: int) -> str:
    # Cut between words; an ellipsis says that there is more.
    left = 0 if start <= ROUND else line.rfind(" ", 0, start - ROUND) + 1 or start - ROUND
    right = len(line) if len(line) - end <= ROUND else line.find(" ", end + ROUND)
    if right == -1:
        right = min(len(line), end + 2 * ROUND)
    return ("… " if left else "") + line[left:right] + (" …" if right < len(line) else "")


def _cut(text: str, wanted: frozenset[str]) -> Iterator[Piece]:
    last = 0
    for each in WORD.finditer(text):
        if folded(each[0]) in wanted:
            if each.start() > last:
                yield Piece(text[last : each.start()], hit=False)
            yield Piece(each[0], hit=True)
            last = each.end()
    if last < len(text):
        yield Piece(text[last:], hit=False)
