"""An operator looks at the numbers of a running paper with Prometheus."""

import os
import signal
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from broadsheet.telemetry.catalogue import METRICS
from tests.live import free_port
from tests.telemetry.conftest import Serve

type Numbers = dict[tuple[str, tuple[str, ...]], float]


def numbers(place: str) -> Numbers:
    """What Prometheus reads: each number under its name and its labels' values."""
    with urllib.request.urlopen(f"http://{place}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def eventually(place: str, holds: Callable[[Numbers], bool]) -> Numbers:
    """The numbers, once they are as they should be; whoever asks waits at most 20 seconds."""
    end = time.monotonic() + 20
    while True:
        try:
            found = numbers(place)
        except OSError:
            found = {}
        if found and holds(found):
            return found
        assert time.monotonic() < end, found
        time.sleep(0.2)


SITE = ("broadsheet_requests_total", ("site", "2xx"))
PROCESSES = ("broadsheet_processes", ())


def test_the_numbers_are_those_of_all_processes_of_the_host(serve: Serve) -> None:
    place = f"127.0.0.1:{free_port()}"
    paper = serve(workers=2, BROADSHEET_METRICS_LISTEN=place)
    for _ in range(40):
        assert paper.get("/account/login/")[0] == 200
    found = eventually(place, lambda now: now.get(SITE) == 40 and now[PROCESSES] == 2)
    assert found["broadsheet_answer_seconds_count", ("site",)] == 40
    assert found["broadsheet_answer_seconds_bucket", ("site", "+Inf")] == 40
    assert found["broadsheet_answer_seconds_sum", ("site",)] > 0
    assert found["broadsheet_database_up", ()] == 1


def test_a_process_that_is_killed_takes_nothing_of_what_was_counted_away(serve: Serve) -> None:
    place = f"127.0.0.1:{free_port()}"
    paper = serve(workers=2, BROADSHEET_METRICS_LISTEN=place)
    for _ in range(20):
        paper.get("/account/login/")
    eventually(place, lambda now: now.get(SITE) == 20)
    before = workers(paper.process.pid)
    os.kill(before[0], signal.SIGKILL)
    while workers(paper.process.pid) == before or len(workers(paper.process.pid)) < 2:
        time.sleep(0.1)
    assert eventually(place, lambda now: now[PROCESSES] >= 2)[SITE] == 20


def test_there_are_no_metrics_where_readers_come_in(serve: Serve) -> None:
    place = f"127.0.0.1:{free_port()}"
    paper = serve(BROADSHEET_METRICS_LISTEN=place)
    for path in ("/metrics", "/-/metrics", "/-/metrics/"):
        assert paper.get(path)[0] == 404


def test_a_beat_that_is_refused_is_counted_as_one(serve: Serve) -> None:
    place = f"127.0.0.1:{free_port()}"
    paper = serve(BROADSHEET_METRICS_LISTEN=place)
    assert paper.get("/-/seat/beat")[0] == 405
    eventually(place, lambda now: now.get(("broadsheet_requests_total", ("seat", "4xx"))) == 1)


def test_every_metric_is_documented() -> None:
    documented = Path("docs/metrics.md").read_text()
    for name, metric in METRICS.items():
        line = next(line for line in documented.splitlines() if f"`{name}`" in line)
        assert all(f"`{label}`" in line for label in metric.labels), line


@pytest.mark.parametrize("wrong", ["9464", "localhost:http", "localhost:0", "localhost:70000"])
def test_a_place_to_listen_that_is_none_is_refused_by_name(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from broadsheet.settings import SettingsError, load

    monkeypatch.setenv("BROADSHEET_METRICS_LISTEN", wrong)
    with pytest.raises(SettingsError, match="metrics_listen"):
        load()


def workers(pid: int) -> list[int]:
    """The processes that `broadsheet serve` has started to serve readers."""
    return [one.pid for one in psutil.Process(pid).children() if one.status() != "zombie"]
