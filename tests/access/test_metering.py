"""The meter: so many subscribers' articles in a rolling 30 days, each counted once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.access import WINDOW, Meter, in_window, read_meter

DAY = 86400.0
NOW = 1_700_000_000.0


def test_the_window_is_thirty_days() -> None:
    assert WINDOW == 30 * DAY


def test_an_article_is_counted_for_thirty_days_and_then_no_more() -> None:
    counted = {1: NOW - WINDOW, 2: NOW - WINDOW + 0.5, 3: NOW}
    assert in_window(counted, NOW) == {2: NOW - WINDOW + 0.5, 3: NOW}


@pytest.mark.parametrize(
    ("counted", "article", "allowance", "meter", "opens"),
    [
        pytest.param({}, 9, 3, Meter(3, 0, False), True, id="nothing read yet"),
        pytest.param({1: NOW, 2: NOW}, 9, 3, Meter(3, 2, False), True, id="one left"),
        pytest.param({1: NOW, 2: NOW, 3: NOW}, 9, 3, Meter(3, 3, False), False, id="spent"),
        pytest.param({1: NOW, 2: NOW, 9: NOW}, 9, 3, Meter(3, 3, True), True, id="counted before"),
        pytest.param({}, 9, 0, Meter(0, 0, False), False, id="no meter"),
        pytest.param({9: NOW}, 9, 0, Meter(0, 1, True), False, id="the meter was turned off"),
        pytest.param(
            {1: NOW, 2: NOW, 3: NOW}, 9, 2, Meter(2, 3, False), False, id="the meter was lowered"
        ),
        pytest.param(
            {1: NOW, 2: NOW, 9: NOW}, 9, 2, Meter(2, 3, True), True, id="counted, then lowered"
        ),
        pytest.param({9: NOW - WINDOW}, 9, 1, Meter(1, 0, False), True, id="counted, but long ago"),
    ],
)
def test_the_meter_at_an_article(
    counted: dict[int, float], article: int, allowance: int, meter: Meter, opens: bool
) -> None:
    assert read_meter(counted, article, allowance, NOW) == meter
    assert read_meter(counted, article, allowance, NOW).opens is opens


@given(
    allowance=st.integers(0, 5),
    reads=st.lists(st.tuples(st.integers(1, 9), st.floats(0, 20 * DAY)), max_size=40),
)
def test_never_more_different_articles_in_a_window_than_the_allowance(
    allowance: int, reads: list[tuple[int, float]]
) -> None:
    now, counted = NOW, dict[int, float]()
    for article, pause in reads:
        now += pause
        meter = read_meter(counted, article, allowance, now)
        if meter.opens and not meter.counted:
            counted[article] = now
        assert len(in_window(counted, now)) <= allowance
        assert meter.opens == (article in in_window(counted, now))
