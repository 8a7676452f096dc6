"""The simulated readers of a news peak: nobody is lost, and rates are what they must be."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from news_peak import Ask, Behaviour, Peak, simulate
from scale import Costs, Demand, House, fleet

from tests.benchmarks.conftest import BENCHMARKS

ONE_STORY = Behaviour(
    pages=1,
    subscribers_only=1,
    front=0,
    reading=75,
    reading_spread=0,
    hides=0,
    walks_away=0,
    second_device=0,
)
"""Everybody reads one story for 75 seconds and leaves."""
STEADY = Peak(base=1, until=3600)
OVER = Peak(base=0, at=0, rise=60, half_life=60, until=20_000)
"""Everybody comes in the first minutes, and nobody later."""
NEAR = 0.03


def test_rates_are_those_of_the_closed_formula() -> None:
    course = simulate(ONE_STORY, STEADY, 1000, visits=20_000)
    pages = mean(course.rates[Ask.PAGE])
    assert mean(course.readers) == pytest.approx(75 * pages, rel=NEAR)  # Little's law
    assert mean(course.streams) == pytest.approx(75 * pages, rel=NEAR)
    assert mean(course.rates[Ask.BEAT]) == pytest.approx(3 * pages, rel=NEAR)  # after 1, 31, 61 s
    assert mean(course.rates[Ask.RELEASE]) == pytest.approx(pages, rel=NEAR)
    assert mean(course.rates[Ask.ADMISSION]) == pytest.approx(pages, rel=NEAR)
    assert course.rates[Ask.TAKEOVER] == course.rates[Ask.FREE] == [0.0] * len(course.readers)


def test_beats_twice_as_often_are_as_many_more_as_fit_into_the_reading() -> None:
    rates = simulate(replace(ONE_STORY, beat=15), STEADY, 1000, visits=20_000).rates
    assert mean(rates[Ask.BEAT]) == pytest.approx(5 * mean(rates[Ask.PAGE]), rel=NEAR)


def test_a_tab_left_open_beats_for_two_minutes_and_keeps_its_stream() -> None:
    left = replace(ONE_STORY, walks_away=1, away=1000)
    course = simulate(left, STEADY, 1000, visits=20_000)
    pages = mean(course.rates[Ask.PAGE])
    assert mean(course.rates[Ask.BEAT]) == pytest.approx(7 * pages, rel=NEAR)  # 1, 31, … 181 s
    assert mean(course.streams) == pytest.approx((75 + 1000) * pages, rel=NEAR)


def test_whoever_comes_leaves_again_and_closes_what_they_opened() -> None:
    course = simulate(Behaviour(), OVER, 1000, visits=3000)
    assert max(course.readers) == pytest.approx(1000)
    assert course.readers[-1] == course.streams[-1] == 0
    opened, pages = (sum(course.rates[ask]) for ask in (Ask.STREAM, Ask.PAGE))
    assert opened == pytest.approx(pages)
    assert sum(course.rates[Ask.RELEASE]) == pytest.approx(
        pages - sum(course.rates[Ask.TAKEOVER]), rel=0.01
    )


def test_a_takeover_is_met_by_both_devices() -> None:
    course = simulate(replace(Behaviour(), takes_over=1), OVER, 1000, visits=3000)
    takeovers = sum(course.rates[Ask.TAKEOVER])
    assert takeovers > 0
    assert sum(course.rates[Ask.IN_USE]) == pytest.approx(2 * takeovers, rel=0.01)


def test_the_same_seed_has_the_same_readers_and_another_has_others() -> None:
    first, again, other = (
        simulate(Behaviour(), OVER, 1000, visits=500, seed=seed).readers for seed in (1, 1, 2)
    )
    assert first == again != other


def test_hosts_are_as_many_as_the_requests_take_cores() -> None:
    rates = dict.fromkeys(Ask, 0.0) | {Ask.BEAT: 12_000.0}
    costs, house = replace(Costs(), beat=500.0), House(host_cores=2, busy=0.5, proxy=0)
    found = fleet(Demand(rates, streams=0, readers=1, at=0), costs, house)
    assert found.busy_cores == pytest.approx(6)
    assert (found.processes, found.hosts) == (12, 6)


def reckoned(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, str(BENCHMARKS / "scale.py"), "--json", "--visits", "600"]
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=120, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_operator_gives_figures_of_their_own_machines(tmp_path: Path) -> None:
    usual = reckoned()
    file, picture = tmp_path / "stores.json", tmp_path / "peak.svg"
    row = {"store": "valkey", "seats": 100, "server_us": 1000.0, "bytes": 300.0}
    file.write_text(json.dumps({"rows": [row]}))
    slower = reckoned("--stores", str(file), "--svg", str(picture))
    assert slower["valkey"]["calls"] == usual["valkey"]["calls"]
    assert slower["valkey"]["busy_cores"] == pytest.approx(slower["valkey"]["calls"] / 1000)
    assert slower["fleet"]["shards"] > usual["fleet"]["shards"]
    assert picture.read_text().startswith("<svg ")


def test_what_bends_first_is_named_first() -> None:
    found = reckoned()["bends"]
    assert [one["readers"] for one in found] == sorted(one["readers"] for one in found)
