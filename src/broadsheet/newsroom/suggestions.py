"""Topics a text speaks of, and names it repeats. Text in, suggestions out: no models."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

MOST = 8
"""Suggestions of each kind."""
OFTEN = 2
"""How often a name must stand in a text to be suggested."""
PARTICLE = r"(?:de|del|la|van|von|der|al|bin|da|di|dos|du)"
CAPITAL = r"[^\W\d_a-zß-öø-ÿ][\w’'-]+"
NAME = re.compile(rf"\b{CAPITAL}(?:\s+(?:{PARTICLE}\s+){{0,2}}{CAPITAL}){{0,4}}")
SENTENCE = re.compile(r"(?:^|[.!?…:;«“”\"¿¡(\n])\s*$")
SEEN_BEFORE = 3
"""Characters before a name in which the end of a sentence is looked for."""


class Found(NamedTuple):
    """A suggestion, and how often the text speaks of it."""

    key: int
    name: str
    times: int


def topics_in(text: str, topics: Iterable[tuple[int, str]]) -> list[Found]:
    """The topics, as (key, name), whose name stands in the text, the most frequent first."""
    plain = _plain(text)
    found = []
    for key, name in topics:
        wanted = _plain(name)
        if not wanted or wanted not in plain:  # most topics are not, and this is told at once
            continue
        times = len(re.findall(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain))
        if times:
            found.append(Found(key, name, times))
    return sorted(found, key=lambda one: (-one.times, one.name))[:MOST]


def names_in(text: str, known: Iterable[str]) -> list[Found]:
    """Names that the text repeats and that are not known yet; their key is 0.

    One capitalized word at a sentence's beginning is no name; two in a row are.
    """
    taken = {_plain(name) for name in known}
    counted: Counter[str] = Counter()
    for match in NAME.finditer(text):
        name = match[0]
        before = text[max(0, match.start() - SEEN_BEFORE) : match.start()]
        if " " not in name and SENTENCE.search(before):
            continue
        counted[name] += 1
    often = [
        Found(0, name, times)
        for name, times in counted.items()
        if times >= OFTEN and _plain(name) not in taken
    ]
    return sorted(often, key=lambda one: (-one.times, one.name))[:MOST]


def _plain(text: str) -> str:
    # "Cañón" is found where somebody wrote "CANON".
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(one for one in decomposed if not unicodedata.combining(one))
    return " ".join(letters.split())
