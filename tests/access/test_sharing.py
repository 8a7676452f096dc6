"""When a seat on two devices becomes a sharing case, when it ends, and who is left alone."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.access import (
    Contest,
    Happening,
    Mode,
    SharingRule,
    held_out,
    is_quiet,
    message_due,
    mode_in_force,
    opens_case,
    overlaps,
)

RULE = SharingRule()
NOW = 1_700_000_000.0
HOUR, DAY = 3600.0, 86400.0
OTHER = {"a": "b", "b": "a"}


def refused(device: str, at: float) -> Contest:
    return Contest(Happening.REFUSED, device, OTHER[device], NOW - DAY / 2 + at)


def took_over(device: str, at: float) -> Contest:
    return Contest(Happening.TAKEOVER, device, OTHER[device], NOW - DAY / 2 + at)


def overlapped(device: str, at: float) -> Contest:
    return Contest(Happening.OVERLAP, device, OTHER[device], NOW - DAY / 2 + at)


def test_the_default_rule_is_three_times_in_a_day_and_two_weeks_of_quiet() -> None:
    assert (RULE.overlaps, RULE.window) == (3, DAY)
    assert (RULE.quiet, RULE.mine_quiet, RULE.episode) == (14 * DAY, 30 * DAY, 90)


@pytest.mark.parametrize(
    ("contests", "times"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([refused("a", 0)], 1, id="refused"),
        pytest.param([took_over("a", 0)], 1, id="a takeover"),
        pytest.param([refused("a", 0), took_over("a", 20)], 1, id="refused, then took over"),
        pytest.param(
            [refused("a", 0), refused("a", 30), refused("a", 60), took_over("a", 80)],
            1,
            id="asked again and again, then took over",
        ),
        pytest.param([refused("a", 0), refused("a", 89)], 1, id="refused again at once"),
        pytest.param([refused("a", 0), refused("a", 90)], 2, id="refused again later"),
        pytest.param(
            [refused("a", 0), refused("a", 80), refused("a", 160)], 1, id="one long siege"
        ),
        pytest.param(
            [took_over("a", 0), took_over("b", 10), took_over("a", 20)], 3, id="a, b, a take over"
        ),
        pytest.param(
            [
                *[refused("a", 0), took_over("a", 5)],
                *[refused("b", 10), took_over("b", 15)],
                *[refused("a", 20), took_over("a", 25)],
            ],
            3,
            id="a, b, a are refused and take over",
        ),
        pytest.param([refused("a", 0), refused("b", 10)], 2, id="each was refused once"),
        pytest.param(
            [overlapped("a", 0), overlapped("a", 60), overlapped("a", 3600)],
            2,
            id="both read, twice",
        ),
    ],
)
def test_how_often_a_seat_was_read_at_once(contests: list[Contest], times: int) -> None:
    assert overlaps(contests, NOW, RULE) == times


def test_the_third_time_within_a_day_opens_a_case() -> None:
    twice = [refused("a", 0), refused("a", HOUR)]
    assert not opens_case(twice, NOW, RULE)
    assert opens_case([*twice, refused("a", 2 * HOUR)], NOW, RULE)


def test_what_is_a_day_old_no_longer_counts() -> None:
    thrice = [refused("a", 0), refused("a", HOUR), refused("a", 2 * HOUR)]
    first = thrice[0].at
    assert overlaps(thrice, first + DAY - 0.5, RULE) == 3
    assert overlaps(thrice, first + DAY, RULE) == 2
    assert not opens_case(thrice, first + DAY, RULE)


def test_an_overlap_whose_beginning_is_a_day_old_still_counts_once() -> None:
    siege = [refused("a", 0), refused("a", 60), took_over("a", 70)]
    assert overlaps(siege, siege[0].at + DAY, RULE) == 1


def test_the_numbers_of_the_rule_are_settings() -> None:
    strict = SharingRule(overlaps=2, window=HOUR, episode=5)
    contests = [refused("a", 0), refused("a", 6)]
    assert overlaps(contests, contests[1].at, strict) == 2
    assert opens_case(contests, contests[1].at, strict)
    assert not opens_case(contests, contests[1].at + HOUR, strict)


CONTESTS = st.lists(
    st.builds(
        Contest,
        kind=st.sampled_from(Happening),
        device=st.sampled_from("ab"),
        other=st.just("c"),
        at=st.integers(0, 4000).map(lambda tick: NOW - 25.0 * tick),
    ),
    max_size=25,
    unique_by=lambda contest: contest.at,
)


@given(contests=CONTESTS, seed=st.randoms())
def test_the_order_in_which_contests_are_told_does_not_matter(
    contests: list[Contest], seed: object
) -> None:
    shuffled = contests[:]
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert overlaps(shuffled, NOW, RULE) == overlaps(contests, NOW, RULE)


@given(contests=CONTESTS)
def test_one_more_contest_counts_once_or_not_at_all_and_never_undoes_one(
    contests: list[Contest],
) -> None:
    in_order = sorted(contests, key=lambda contest: contest.at)
    counts = [overlaps(in_order[:many], NOW, RULE) for many in range(len(in_order) + 1)]
    steps = [after - before for before, after in pairwise(counts)]
    assert set(steps) <= {0, 1}


@given(contests=CONTESTS)
def test_every_takeover_after_a_takeover_is_an_overlap_of_its_own(contests: list[Contest]) -> None:
    takeovers = [c for c in contests if c.kind is Happening.TAKEOVER and NOW - c.at < RULE.window]
    assert overlaps(takeovers, NOW, RULE) == len(takeovers)
    assert overlaps(contests, NOW, RULE) >= len(takeovers)


def test_a_case_is_quiet_after_fourteen_days_without_a_contest() -> None:
    assert not is_quiet(NOW - 14 * DAY + 1, NOW, RULE)
    assert is_quiet(NOW - 14 * DAY, NOW, RULE)


def test_the_message_is_due_until_the_reader_says_both_are_mine_and_again_thirty_days_later() -> (
    None
):
    assert message_due(None, NOW, RULE)
    assert not message_due(NOW, NOW, RULE)
    assert not message_due(NOW - 30 * DAY + 1, NOW, RULE)
    assert message_due(NOW - 30 * DAY, NOW, RULE)


@given(subscription=st.integers(1, 10**9), share=st.integers(0, 99))
def test_a_larger_control_group_only_adds_to_a_smaller_one(subscription: int, share: int) -> None:
    if held_out(subscription, share):
        assert held_out(subscription, share + 1)


def test_nobody_is_held_out_of_nothing_and_everybody_out_of_all() -> None:
    assert not any(held_out(subscription, 0) for subscription in range(1000))
    assert all(held_out(subscription, 100) for subscription in range(1000))


def test_the_control_group_is_about_as_large_as_its_share() -> None:
    members = sum(held_out(subscription, 20) for subscription in range(10_000))
    assert 1_800 < members < 2_200


def test_the_control_group_is_the_same_in_every_release() -> None:
    # Were this to change, readers would change sides in the middle of a comparison.
    assert [n for n in range(1, 60) if held_out(n, 10)] == [5, 21, 23, 40, 51, 54]


@pytest.mark.parametrize("mode", Mode)
def test_the_control_group_is_watched_and_never_bothered(mode: Mode) -> None:
    held, free = 1, 1
    while not held_out(held, 10):
        held += 1
    while held_out(free, 10):
        free += 1
    assert mode_in_force(mode, free, 10) is mode
    watched = {Mode.OFF: Mode.OFF}.get(mode, Mode.MONITOR)
    assert mode_in_force(mode, held, 10) is watched
