"""Eight processes and more on three hosts, one Valkey, and every kind of fault while they ask.

What each was answered could have happened one call after another, whatever failed. How often each
fault strikes depends on BROADSHEET_OPERATIONS: how many operations there are in all, at least.
BROADSHEET_PROOF, if it is given, is where the table is written: that path with .json and .md.
"""

import heapq
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from tests.histories.checker import Checker, Span
from tests.histories.faults import (
    AFTERWARDS,
    BUDGET,
    FAULTS,
    PEACE,
    READING,
    SEATS,
    TICKS,
    TIMINGS,
    Fault,
    Scene,
    open_store,
)
from tests.histories.journal import NOT_DONE
from tests.histories.measures import MS, Measures
from tests.histories.networks import Network, network
from tests.histories.situations import Situation
from tests.histories.workers import LINGER, Crowd, Host, Orders
from tests.servers.valkey import ValkeyServer

OPERATIONS = int(os.environ.get("BROADSHEET_OPERATIONS", "10000"))
OFFSET = time.time_ns() - time.monotonic_ns()
CLOCKS = 20
"""Milliseconds by which this machine's two clocks may drift apart while the tests last."""
PROCESSES = 9
AT_ONCE = 2
PAUSE = 0.02 if OPERATIONS < 100_000 else 0.005
"""Seconds that whoever asks waits in the mean: short runs last as long as the fault does."""


@dataclass(frozen=True)
class Row:
    """What came of one fault. Durations in milliseconds."""

    fault: str
    strikes: int
    operations: int
    unanswered: int
    grants: int
    displacements: int
    violations: int
    epochs_fallen: int
    lost_grants: int
    longest_without_an_answer: float
    longest_both_could_read: float
    first_violation: str = ""


@pytest.fixture(scope="module")
def hosts() -> Iterator[Network]:
    with network() as hosts:
        yield hosts


@pytest.fixture(scope="module")
def rows() -> Iterator[list[Row]]:
    rows: list[Row] = []
    yield rows
    if (proof := os.environ.get("BROADSHEET_PROOF")) is not None:
        Path(f"{proof}.json").write_text(json.dumps([asdict(row) for row in rows], indent=1))
        Path(f"{proof}.md").write_text(table(rows))


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_whatever_fails_one_order_of_the_operations_explains_every_answer(
    fault: Fault,
    hosts: Network,
    rows: list[Row],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if fault.needs_network and not hosts.real:
        pytest.skip("a host can be cut off only by root, with the program `ip`")
    with capsys.disabled():
        row = endure(fault, hosts, tmp_path)
        sys.stdout.write(f"\n{line(row)}")
    rows.append(row)
    assert row.violations == 0, row.first_violation
    assert row.strikes or fault.harmless
    assert row.operations >= OPERATIONS // len(FAULTS)
    assert row.displacements > row.operations / 200
    if not fault.loses:
        assert row.epochs_fallen == row.lost_grants == 0
    # A displaced reader knows at the next beat, and if that is held up, when the lease ends.
    longest = TIMINGS.beat + 3 * BUDGET if fault.beats_come else TIMINGS.lease
    assert row.longest_both_could_read <= longest * 1000


def endure(fault: Fault, hosts: Network, folder: Path) -> Row:
    server = ValkeyServer(*fault.options, "--protected-mode", "no", host=hosts.address)
    server.start()
    crowd = Crowd(orders(fault, hosts, server, folder))
    scene = Scene(server, hosts, crowd)
    try:
        with crowd:
            strike(fault, scene)
        ends = set(crowd.exit_codes[fault.victims :])
        assert ends == {0}, ends
        return examine(fault, scene)
    finally:
        scene.server.remove()


def orders(fault: Fault, hosts: Network, server: ValkeyServer, folder: Path) -> Orders:
    processes = PROCESSES + fault.victims
    ahead = fault.ahead * len(hosts.hosts)
    return Orders(
        open_store,
        server.url,
        folder,
        processes,
        OPERATIONS // len(FAULTS) // PROCESSES + 1,
        TIMINGS,
        TICKS,
        victims=fault.victims,
        seats=SEATS,
        reading=READING,
        at_once=AT_ONCE,
        pause=PAUSE,
        hosts=tuple(
            Host(network, seconds) for network, seconds in zip(hosts.hosts, ahead, strict=False)
        ),
    )


def strike(fault: Fault, scene: Scene) -> None:
    """At least once, and again until everything that was ordered is done and every victim dead."""
    rounds = 0
    while rounds == 0 or scene.crowd.at_work or scene.strikes < fault.victims:
        time.sleep(PEACE)
        scene.strikes += fault.strike(scene)
        time.sleep(AFTERWARDS)
        rounds += 1
        show(f"{fault.name}: struck {scene.strikes} times")


def examine(fault: Fault, scene: Scene) -> Row:
    """Read all that was heard, once; nothing is kept of what is explained."""
    measures, checkers = Measures(READING), {}
    everything = heapq.merge(
        scene.crowd.operations(),
        sorted(scene.done, key=lambda one: one[1].invoked),
        key=lambda one: one[1].invoked,
    )
    for key, one in everything:
        if key not in checkers:
            rule = scene.crowd.orders.rule(key)
            checkers[key] = Checker(Situation(None), rule.step, LINGER, wall)
        if one.process >= 0:
            measures.add(key, one)
        if one.answer is not NOT_DONE:
            checkers[key].add(one)
        if measures.operations % 10_000 == 0:
            show(f"{fault.name}: {measures.operations} operations explained")
    for checker in checkers.values():
        checker.end()
    violations = [str(one.violation) for one in checkers.values() if one.violation is not None]
    return Row(
        fault.name,
        scene.strikes,
        measures.operations,
        measures.unanswered,
        measures.grants,
        measures.displacements,
        len(violations),
        measures.epochs_fallen,
        measures.lost(scene.kept),
        round(measures.longest_away / MS, 1),
        round(measures.longest_both() / MS, 1),
        (violations or [""])[0],
    )


def wall(instant: int) -> Span:
    """When that was by the server's clock, which is this machine's, in milliseconds."""
    there = (instant + OFFSET) // MS
    return there - CLOCKS, there + CLOCKS


def show(progress: str) -> None:
    if sys.stdout.isatty() or OPERATIONS >= 100_000:
        sys.stdout.write(f"\r\033[K{progress}")
        sys.stdout.flush()


def line(row: Row) -> str:
    return (
        f"{row.fault}: {row.operations} operations ({row.unanswered} without an answer), struck "
        f"{row.strikes}x, {row.grants} grants, {row.displacements} displacements, "
        f"{row.violations} violations, longest without an answer "
        f"{row.longest_without_an_answer:g} ms, longest both could read "
        f"{row.longest_both_could_read:g} ms, {row.lost_grants} grants lost, "
        f"{row.epochs_fallen} epochs fell"
    )


HEADINGS = {
    "fault": "what fails",
    "strikes": "times",
    "operations": "operations",
    "unanswered": "without an answer",
    "grants": "grants",
    "displacements": "takeovers",
    "violations": "violations",
    "lost_grants": "grants lost",
    "epochs_fallen": "epochs that fell",
    "longest_without_an_answer": "longest without an answer (ms)",
    "longest_both_could_read": "longest both could read (ms)",
}


def table(rows: list[Row]) -> str:
    """As Markdown."""
    lines = [tuple(HEADINGS.values()), ("---",) * len(HEADINGS)]
    lines += [tuple(f"{getattr(row, name)}" for name in HEADINGS) for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
