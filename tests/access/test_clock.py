"""A clock that steps back: no hold may outlast a full lease from now, and nothing else breaks."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.access import (
    Claim,
    Contest,
    Device,
    Gone,
    Granted,
    Happening,
    InUse,
    Seat,
    SharingRule,
    Timings,
    beat,
    in_window,
    is_quiet,
    message_due,
    open_seat,
    overlaps,
    release,
    settled,
    take_over,
)

TIMINGS = Timings()
PHONE = Device("phone", "Safari on iPhone")
LAPTOP = Device("laptop", "Firefox on Linux")
NOW = 1_700_000_000.0
AHEAD = Seat(LAPTOP, 4, NOW + 3600, NOW + 3690, 0)
"""A seat that was granted an hour ahead of the clock as it stands now."""


def test_a_hold_from_the_future_lasts_one_lease_from_now_and_began_now() -> None:
    assert settled(AHEAD, NOW, TIMINGS) == replace(AHEAD, since=NOW, expires=NOW + 90)


@pytest.mark.parametrize("expires", [NOW - 1, NOW, NOW + 89, NOW + 90])
def test_a_hold_that_may_be_stays_as_it_is(expires: float) -> None:
    seat = Seat(LAPTOP, 4, NOW - 500, expires, 0)
    assert settled(seat, NOW, TIMINGS) == seat


def test_a_refused_device_finds_the_seat_free_one_lease_later_and_not_an_hour_later() -> None:
    after, answer = open_seat(AHEAD, PHONE, NOW, TIMINGS)
    assert answer == InUse(LAPTOP, NOW, 4)
    _, later = open_seat(after, PHONE, NOW + 90, TIMINGS)
    assert later == Granted(5, NOW + 180, fresh=True)


def test_the_holder_renews_from_the_clock_as_it_stands() -> None:
    for after, answer in (
        open_seat(AHEAD, LAPTOP, NOW, TIMINGS),
        beat(AHEAD, LAPTOP, 4, NOW, TIMINGS),
    ):
        assert answer == Granted(4, NOW + 90, fresh=False)
        assert after == replace(AHEAD, since=NOW, expires=NOW + 90)


def test_the_holder_s_release_counts_from_the_clock_as_it_stands() -> None:
    after, answer = release(AHEAD, LAPTOP, 4, NOW, TIMINGS)
    assert answer == Granted(4, NOW + 10, fresh=False)
    assert after.expires == NOW + 10


def test_a_displaced_device_is_not_told_of_a_moment_that_has_not_been() -> None:
    assert beat(AHEAD, PHONE, 3, NOW, TIMINGS)[1] == Gone(LAPTOP, NOW)


def test_a_token_issued_before_the_clock_stepped_back_is_asked_for_again() -> None:
    early = Claim("seat:7", "phone", 4, NOW + 3600)
    after, answer = take_over("seat:7", AHEAD, PHONE, early, NOW, TIMINGS)
    assert answer == InUse(LAPTOP, NOW, 4)
    _, again = take_over("seat:7", after, PHONE, replace(early, issued=NOW), NOW, TIMINGS)
    assert again == Granted(5, NOW + 90, fresh=True, displaced=LAPTOP)


@given(
    expires=st.floats(0, 4e9),
    since=st.floats(0, 4e9),
    now=st.floats(0, 4e9),
)
def test_settling_never_lengthens_a_hold_and_settling_twice_is_settling_once(
    expires: float, since: float, now: float
) -> None:
    seat = Seat(LAPTOP, 4, since, expires, 3)
    once = settled(seat, now, TIMINGS)
    assert once.expires <= min(expires, now + TIMINGS.lease)
    assert once.since <= since
    assert (once.holder, once.epoch, once.number) == (seat.holder, seat.epoch, seat.number)
    assert settled(once, now, TIMINGS) == once


def test_an_article_counted_in_the_future_counts_from_now() -> None:
    assert in_window({5: NOW + 3600.0}, NOW) == {5: NOW}


def test_a_contest_of_the_future_still_counts() -> None:
    ahead = [Contest(Happening.REFUSED, "phone", "laptop", NOW + 3600)]
    assert overlaps(ahead, NOW, SharingRule()) == 1


def test_a_contest_or_an_answer_of_the_future_is_recent() -> None:
    assert not is_quiet(NOW + 3600, NOW, SharingRule())
    assert not message_due(NOW + 3600, NOW, SharingRule())
