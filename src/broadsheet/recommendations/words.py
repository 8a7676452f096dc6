"""A text as the stems of its words, counted, in whichever language it is written."""

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import snowballstemmer

WORD = re.compile(r"[^\W\d_]+")
"""Letters alone: numbers say little about what a story is about."""
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0eff\u1000-\u109f]{2,}")
"""Scripts that set no spaces between words, or few: compared by pairs of letters."""
SHORTEST = 3
LONGEST = 40
MOST = 1_500
"""Different stems kept of one story: more than a long feature has."""
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german",
    "el": "greek", "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian",
    "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish",
    "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Snowball's algorithms by language code. In other languages words are compared as they are."""


def stems(text: str, language: str) -> Counter[str]:
    """How often each stem stands in a text; `language` is a tag as in es-ES."""
    folded = unicodedata.normalize("NFC", text).lower()
    code = language.partition("-")[0].lower()
    counts: Counter[str] = Counter()
    for word in WORD.findall(folded):
        if UNSPACED.fullmatch(word):
            counts.update(a + b for a, b in pairwise(word))
        elif SHORTEST <= len(word) <= LONGEST:
            counts[_stem(word, code)] += 1
    return Counter(dict(counts.most_common(MOST)))


@lru_cache(maxsize=20_000)
def _stem(word: str, code: str) -> str:
    stemmer = _stemmer(code)
    return str(stemmer.stemWord(word)) if stemmer is not None else word


@cache
def _stemmer(code: str) -> Any:
    name = STEMMERS.get(code)
    return snowballstemmer.stemmer(name) if name else None
