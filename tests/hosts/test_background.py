"""Work in the background is done once, wherever it is done, and not lost with whoever began it."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hosts.conftest import Shared
from tests.hosts.host import until
from tests.leaks.desk import Desk

MINUTE = 1
"""Seconds of what is a minute for these processes."""
SOON = (
    "from broadsheet import background as b; "
    "b.SILENCE, b.SIGN, b.INTERVAL, b.MINUTE = 4, 1, 1, {minute}; "
)
"""Has a process be taken for dead after four seconds."""
SWEEP = "broadsheet.billing.sweeping.sweep"
"""A task of every minute."""
WORK = "from broadsheet.cli import main; main(['work'])"


@contextmanager
def working(
    shared: Shared, number: int, minute: int = MINUTE
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many processes that do nothing but the background's work."""
    host = shared.host("working")
    env = {**host.env, "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django"}
    code = f"import django; django.setup(); {SOON.format(minute=minute)}{WORK}"
    said = host.folder / "log"
    with said.open("wb") as log:
        processes = [
            subprocess.Popen([sys.executable, "-c", code], env=env, stderr=log)
            for _ in range(number)
        ]
    try:
        until(lambda: said.read_text().count("working in the background") == number, said.read_text)
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


@pytest.fixture(autouse=True)
def _nothing_else_to_do(desk: Desk) -> Iterator[None]:
    desk("give_up")
    yield
    desk("give_up")


def lines(file: Path) -> list[tuple[str, int]]:
    """What was done, and by whom."""
    found = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
    return [(what, int(who)) for what, who in found]


def test_two_processes_share_the_work_and_nothing_is_done_twice(
    shared: Shared, desk: Desk, tmp_path: Path
) -> None:
    file, queued = tmp_path / "notes", 0
    with working(shared, 2):
        while queued < 60 or len({who for _, who in lines(file)}) < 2:
            desk("work", str(file), str(queued), 0.02)
            queued += 1
            assert queued < 2000, "one of them does nothing"
        until(lambda: len(lines(file)) >= queued, lambda: lines(file))
        time.sleep(1)
    done = Counter(what for what, _ in lines(file))
    assert len(done) == queued
    assert set(done.values()) == {1}


def test_what_is_due_every_minute_is_queued_once(shared: Shared, desk: Desk) -> None:
    minute = 4
    with working(shared, 3, minute):
        begun = time.time()
        until(lambda: desk("queued_since", begun, SWEEP) > 2)
        time.sleep(minute)
        queued = desk("queued_since", begun, SWEEP)
        minutes = int(time.time() // minute) - int(begun // minute) + 1
    assert queued <= minutes


def test_what_a_process_had_begun_that_was_killed_is_done_by_another(
    shared: Shared, desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "notes"
    with working(shared, 1) as (first,):
        desk("work", str(file), "slow", 600)
        until(lambda: bool(lines(file)), (shared.folder / "working" / "log").read_text)
        os.kill(first.pid, signal.SIGKILL)
        killed = time.monotonic()
        with working(shared, 1) as (second,):
            until(lambda: len(lines(file)) == 2, lambda: lines(file), within=40)
            assert time.monotonic() - killed > 2, "not before it was silent for a while"
            assert lines(file) == [("slow", first.pid), ("slow", second.pid)]
            second.kill()


def test_a_process_that_lives_keeps_what_it_has_begun(
    shared: Shared, desk: Desk, tmp_path: Path
) -> None:
    """However long it takes, and though others look for what was broken off."""
    file = tmp_path / "notes"
    with working(shared, 2):
        desk("work", str(file), "long", 8)
        until(lambda: bool(lines(file)), lambda: lines(file))
        time.sleep(12)
    assert [what for what, _ in lines(file)] == ["long"]
