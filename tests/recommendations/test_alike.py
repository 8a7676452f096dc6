"""Texts are alike by their rare words, in any language."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.recommendations.alike import Counts, Rarity, cosines
from broadsheet.recommendations.words import LONGEST, MOST, stems

TEXTS = st.lists(st.text("abcdefgh", max_size=8), min_size=1, max_size=12).map(
    lambda texts: {key: Counter(text) for key, text in enumerate(texts)}
)


def compared(texts: dict[int, Counts]) -> dict[int, dict[int, float]]:
    return cosines(texts, texts.items)


@given(TEXTS)
def test_likeness_is_mutual_and_between_nothing_and_all(texts: dict[int, Counts]) -> None:
    found = compared(texts)
    for key, scores in found.items():
        assert key not in scores
        for other, score in scores.items():
            assert 0 <= score <= 1
            assert abs(found[other][key] - score) < 1e-9


@given(TEXTS)
def test_one_alone_is_compared_as_it_is_with_all(texts: dict[int, Counts]) -> None:
    every = compared(texts)
    for key, counts in texts.items():
        assert cosines({key: counts}, texts.items)[key] == every[key]


def test_shared_rare_words_make_texts_alike_and_common_ones_do_not() -> None:
    texts = {key: Counter({"the": 9, f"only{key}": 1}) for key in range(12)}
    texts[3]["pipeline"] = texts[7]["pipeline"] = 2
    found = compared(dict(texts))
    assert set(found[3]) == {7}
    assert found[5] == {}


def test_a_text_of_words_that_say_nothing_has_no_weights() -> None:
    texts = [Counter({"the": 1}) for _ in range(20)]
    assert Rarity(texts).weights(texts[0]) == {}


def test_forms_of_a_word_count_as_one() -> None:
    assert stems("Pipelines and a pipeline", "en-US")["pipelin"] == 2
    spanish = stems("Los oleoductos, el oleoducto", "es-ES")
    assert max(spanish.values()) == 2


def test_languages_without_a_stemmer_and_without_spaces_are_compared_too() -> None:
    assert stems("Zorgverzekering zorgverzekering", "xx")["zorgverzekering"] == 2
    assert stems("天然氣管道", "zh-TW") == Counter({"天然": 1, "然氣": 1, "氣管": 1, "管道": 1})


def test_nonsense_is_bounded() -> None:
    assert stems("x" * 10_000, "en") == Counter()
    assert stems("12 345 _ __ %%", "en") == Counter()
    letters = "abcdefghijklm"
    flood = " ".join(a + b + c + "q" for a in letters for b in letters for c in letters)
    assert len(stems(flood, "xx")) == MOST
    assert all(len(word) <= LONGEST for word in stems("ab" * 30 + " " + "a" * 40, "xx"))
