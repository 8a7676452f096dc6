"""What is recommended, as a property of the values: whatever they are, these things hold."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.recommendations.scoring import (
    DAY,
    LEAST_ALIKE,
    LEAST_READ,
    Alike,
    Candidate,
    Reason,
    Tastes,
    Why,
    fair_share,
    rank,
)

NOW = 100 * DAY
KEYS = st.integers(1, 25)
FEW = st.frozensets(st.integers(1, 5), max_size=3)
UNIT = st.floats(0, 1)
TIMES = st.floats(0, NOW)


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    keys = draw(st.lists(KEYS, unique=True, max_size=25))
    return [
        Candidate(
            key,
            draw(st.integers(1, 4)),
            draw(TIMES),
            draw(FEW),
            draw(FEW),
            draw(UNIT),
        )
        for key in keys
    ]


TASTES = st.builds(Tastes, FEW, FEW, st.dictionaries(KEYS, TIMES, max_size=8))
ALIKE = st.dictionaries(KEYS, st.dictionaries(KEYS, UNIT, max_size=5), max_size=10)
MOST = st.integers(1, 12)


@given(candidates(), TASTES, ALIKE, MOST)
def test_nothing_that_was_read_is_recommended(
    stories: list[Candidate], tastes: Tastes, alike: Alike, most: int
) -> None:
    chosen = [choice.pk for choice in rank(stories, tastes, alike, NOW, most)]
    assert not set(chosen) & tastes.read.keys()
    assert len(chosen) == len(set(chosen)) <= most
    assert set(chosen) <= {one.pk for one in stories}


@given(candidates(), TASTES, ALIKE, MOST)
def test_no_section_has_more_than_its_share(
    stories: list[Candidate], tastes: Tastes, alike: Alike, most: int
) -> None:
    sections = {one.pk: one.section for one in stories}
    unread = {one.section for one in stories if one.pk not in tastes.read}
    counts = Counter(sections[one.pk] for one in rank(stories, tastes, alike, NOW, most))
    assert max(counts.values(), default=0) <= fair_share(most, len(unread))


@given(candidates(), TASTES, ALIKE, MOST, st.randoms())
def test_the_order_in_which_stories_come_changes_nothing(
    stories: list[Candidate], tastes: Tastes, alike: Alike, most: int, chance: object
) -> None:
    before = rank(stories, tastes, alike, NOW, most)
    chance.shuffle(stories)  # type: ignore[attr-defined]
    assert rank(stories, tastes, alike, NOW, most) == before


@given(candidates(), TASTES, ALIKE, MOST)
def test_every_reason_is_true(
    stories: list[Candidate], tastes: Tastes, alike: Alike, most: int
) -> None:
    known = {one.pk: one for one in stories}
    for choice in rank(stories, tastes, alike, NOW, most):
        one, (why, of) = known[choice.pk], choice.reason
        true = {
            Why.TOPIC: of in tastes.topics & one.topics,
            Why.AUTHOR: of in tastes.authors & one.authors,
            Why.LIKE: of in tastes.read and alike.get(one.pk, {}).get(of, 0) >= LEAST_ALIKE,
            Why.READ: one.popularity >= LEAST_READ,
            Why.NEW: of == one.section,
        }
        assert true[why]


def test_what_is_followed_comes_before_what_is_only_new() -> None:
    stories = [Candidate(1, 1, NOW), Candidate(2, 2, NOW - DAY, topics=frozenset({7}))]
    first, second = rank(stories, Tastes(topics=frozenset({7})), {}, NOW, 12)
    assert (first.pk, first.reason) == (2, Reason(Why.TOPIC, 7))
    assert (second.pk, second.reason) == (1, Reason(Why.NEW, 1))


def test_a_story_very_like_one_that_was_just_read_says_which() -> None:
    stories = [Candidate(1, 1, NOW - DAY), Candidate(2, 1, NOW - DAY)]
    tastes = Tastes(read={8: NOW - 100, 9: NOW - 100})
    first, _ = rank(stories, tastes, {2: {8: 0.2, 9: 0.9}}, NOW, 12)
    assert (first.pk, first.reason) == (2, Reason(Why.LIKE, 9))


def test_what_everybody_reads_is_said_to_be_much_read() -> None:
    stories = [Candidate(1, 1, NOW - DAY, popularity=1.0), Candidate(2, 1, NOW - DAY)]
    first, second = rank(stories, Tastes(), {}, NOW, 12)
    assert (first.pk, first.reason.why) == (1, Why.READ)
    assert second.reason == Reason(Why.NEW, 1)


def test_the_only_section_may_fill_all_places() -> None:
    stories = [Candidate(key, 1, NOW - key) for key in range(1, 20)]
    assert len(rank(stories, Tastes(), {}, NOW, 12)) == 12
