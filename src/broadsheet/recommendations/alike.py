"""How alike texts are: cosine of their words, each weighted by how rare it is (TF-IDF).

Pure: counts in, scores out. Texts are gone through one at a time, twice: once to learn how rare
words are, once to compare; so of thousands only a few are held at once.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping

type Counts = Mapping[str, int]
type Weights = dict[str, float]

TOO_COMMON = 0.5
"""A word that stands in more than this share of the texts says nothing of any of them."""
FEW = 8
"""Texts up to which no word counts as too common."""


class Rarity:
    """In how many texts each word stands."""

    def __init__(self, texts: Iterable[Counts]) -> None:
        """Learn from all texts."""
        seen: Counter[str] = Counter()
        number = 0
        for counts in texts:
            seen.update(counts.keys())
            number += 1
        self._seen = seen
        self._number = number

    def weights(self, counts: Counts) -> Weights:
        """The text as a vector of length one; empty when none of its words says anything."""
        ceiling = self._number * TOO_COMMON if self._number > FEW else self._number
        raw = {
            word: (1 + math.log(times)) * math.log((1 + self._number) / self._seen[word])
            for word, times in counts.items()
            if 0 < self._seen[word] <= ceiling
        }
        length = math.sqrt(sum(value * value for value in raw.values()))
        return {word: value / length for word, value in raw.items()} if length else {}


def cosines(
    of: Mapping[int, Counts], texts: Callable[[], Iterable[tuple[int, Counts]]]
) -> dict[int, dict[int, float]]:
    """For each of the texts in `of`, how alike every other one is, from 0 to 1; none at 0.

    `texts` gives all of them, those in `of` among them, each time it is called.
    """
    rarity = Rarity(counts for _, counts in texts())
    found: dict[int, dict[int, float]] = {key: {} for key in of}
    postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for key, counts in of.items():
        for word, weight in rarity.weights(counts).items():
            postings[word].append((key, weight))
    for other, counts in texts():
        sums: defaultdict[int, float] = defaultdict(float)
        for word, weight in rarity.weights(counts).items():
            for key, own in postings.get(word, ()):
                sums[key] += own * weight
        for key, score in sums.items():
            if key != other:
                found[key][other] = min(score, 1.0)
    return found
