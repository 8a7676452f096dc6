"""A text as the stems of its words, counted, in whichever language it is written."""

import re
import unicodedata
from collections import Counter
from itertools import pairwise

from broadsheet.newsroom.stemming import stem

WORD = re.compile(r"[^\W\d_]+")
"""Letters alone: numbers say little about what a story is about."""
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0eff\u1000-\u109f]{2,}")
"""Scripts that set no spaces between words, or few: compared by pairs of letters."""
SHORTEST = 3
LONGEST = 40
MOST = 1_500
"""Different stems kept of one story: more than a long feature has."""


def stems(text: str, language: str) -> Counter[str]:
    """How often each stem stands in a text; `language` is a tag as in es-ES."""
    folded = unicodedata.normalize("NFC", text).lower()
    code = language.partition("-")[0].lower()
    counts: Counter[str] = Counter()
    for word in WORD.findall(folded):
        if UNSPACED.fullmatch(word):
            counts.update(a + b for a, b in pairwise(word))
        elif SHORTEST <= len(word) <= LONGEST:
            counts[stem(word, code)] += 1
    return Counter(dict(counts.most_common(MOST)))
