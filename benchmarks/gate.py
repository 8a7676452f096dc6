"""How many requests per second the gate answers, as ratios to references of the same run.

    python benchmarks/gate.py [--json] [--seconds S] [--rounds N] [--connections N] [--data DIR]

docs/benchmarks.md says what each target is and what the ratios mean.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import papers
from load import Job, Report
from papers import Running, Visitor

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.servers.valkey import valkey_server

WARM_UP = 0.7
"""Seconds of load before each measurement, so that pages are printed and caches are full."""
RATIOS = (
    ("subscriber", "bare_store", 0.5),
    ("free", "bare", 0.5),
    ("subscriber", "django", 50.0),
    ("subscriber_valkey", "bare_valkey", 0.6),
    ("subscriber_2_workers", "subscriber", None),
    ("subscriber_valkey_2_workers", "subscriber_valkey", None),
)
"""A target, its reference, and how many times the reference's rate it should reach. None: what
two workers give depends on how many cores are left beside the load and the server of the seats."""

LEASE = "broadsheet-access: granted; reason=lease\r\n"
FREE = "broadsheet-access: granted; reason=free\r\n"
PREVIEW = "broadsheet-access: preview; reason="
COLUMNS = {
    "per second": ("per_second", 0),
    "lowest": ("lowest", 0),
    "highest": ("highest", 0),
    "p50 ms": ("p50_ms", 2),
    "p99 ms": ("p99_ms", 2),
    "server µs": ("server_us", 0),
}
"""The table's columns: what each shows, and to how many decimal places."""


@dataclass(slots=True)
class Target:
    """One thing that is asked for, and what was seen."""

    name: str
    server: Running
    path: str
    visitor: Visitor | None
    """Who asks, on this target's own terms; None: nobody in particular."""
    expect: str
    renews: bool = False
    """A new pass before each measurement, so that it does not run out in the middle of one."""
    reports: list[Report] = field(default_factory=list)

    def request(self) -> str:
        """The bytes to ask with, after seeing that they are answered as they should be."""
        visitor = self.visitor or Visitor(self.server.port)
        if self.renews:
            visitor.cookies.pop("bs_pass", None)
        answer = visitor.get(self.path)
        head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        if answer.status != 200 or self.expect not in head:
            raise RuntimeError(f"{self.name}: expected {self.expect!r}, got:\n{head}")
        return visitor.request(self.path)


def main() -> int:
    """Measure, and say what was seen."""
    options = _options()
    told = papers.build(options.data)
    with valkey_server() as valkey, _servers(options.data, valkey.url) as servers:
        targets = _targets(servers, told, options.data)
        cold = _cold(servers["cold"], told, options.data)
        for number in range(options.rounds):
            # There and back again, so that no target always comes after the same one.
            for target in targets[:: -1 if number % 2 else 1]:
                _measure(target, options)
            print(f"round {number + 1} of {options.rounds} done", file=sys.stderr)
    result = _result(targets, options) | {"cold": cold}
    print(json.dumps(result) if options.json else _table(result))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how fast the gate answers.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seconds", type=float, default=3.0, help="per measurement (default: 3)")
    parser.add_argument("--rounds", type=int, default=5, help="measurements each (default: 5)")
    parser.add_argument("--connections", type=int, default=16, help="at once (default: 16)")
    parser.add_argument("--data", type=Path, default=papers.DEFAULT_DATA, help="the paper's folder")
    options = parser.parse_args()
    if not (0 < options.seconds <= 60 and 0 < options.rounds <= 50):
        parser.error("at most 60 seconds and 50 rounds, and more than none")
    if not 0 < options.connections <= 256:
        parser.error("between 1 and 256 connections")
    return options


@contextlib.contextmanager
def _servers(folder: Path, valkey: str) -> Iterator[dict[str, Running]]:
    own = str(papers.HERE / "servers.py")
    reference = folder / "reference.sqlite3"  # on the disk that the paper's seats are on
    with contextlib.ExitStack() as stack:

        def start(*command: str, **more: str) -> Running:
            port = papers.free_port()
            filled = [part.format(port=port) for part in command]
            return stack.enter_context(papers.serve(filled, folder, port, more))

        def paper(workers: int, **more: str) -> Running:
            # Pictures that are still to be made would take the time of whatever is measured.
            command = ("serve", "--no-background", "--port", "{port}", "--workers", str(workers))
            # On a machine that is full, a store that is late is still the store to be measured.
            return start("-m", "broadsheet", *command, BROADSHEET_STORE_BUDGET_MS="1000", **more)

        yield {
            "bare": start(own, "bare", "{port}"),
            "bare_store": start(own, "bare_store", "{port}", str(reference)),
            "gate": paper(1),
            "gate_2": paper(2),
            "bare_valkey": start(own, "bare_valkey", "{port}", valkey),
            "valkey": paper(1, BROADSHEET_VALKEY_URL=valkey),
            "valkey_2": paper(2, BROADSHEET_VALKEY_URL=valkey),
            "cold": paper(1),
            "django": start(own, "django", "{port}"),
        }


def _targets(servers: dict[str, Running], told: dict[str, Any], folder: Path) -> list[Target]:
    subscribers, free = papers.article(told, "subscribers"), papers.article(told, "free")
    gate = servers["gate"]
    reader = papers.subscriber(gate.port, told, folder)

    def same(server: str) -> Visitor:
        # The reader's very cookies, so that every server reads as long a request.
        return Visitor(servers[server].port, reader.cookies)

    def subscribers_of(name: str, server: str) -> Target:
        visitor = papers.subscriber(servers[server].port, told, folder)
        return Target(name, servers[server], subscribers, visitor, LEASE, renews=True)

    return [
        Target("bare", servers["bare"], free, None, ""),
        Target("free", gate, free, None, FREE),
        Target("bare_store", servers["bare_store"], subscribers, same("bare_store"), ""),
        Target("subscriber", gate, subscribers, reader, LEASE, renews=True),
        subscribers_of("subscriber_2_workers", "gate_2"),
        Target("bare_valkey", servers["bare_valkey"], subscribers, same("bare_valkey"), ""),
        subscribers_of("subscriber_valkey", "valkey"),
        subscribers_of("subscriber_valkey_2_workers", "valkey_2"),
        Target("anonymous_preview", gate, subscribers, None, PREVIEW),
        Target("django", servers["django"], subscribers, same("django"), "text/html"),
    ]


def _cold(server: Running, told: dict[str, Any], folder: Path) -> dict[str, float]:
    """Every story once while its page has still to be printed, and once more: median
    milliseconds, one request at a time."""
    reader = papers.subscriber(server.port, told, folder)
    paths = papers.stories(reader, told)
    passes = [[_milliseconds(reader, path) for path in paths] for _ in range(2)]
    first, again = (median(times) for times in passes)
    return {"stories": len(paths), "first_ms": first, "again_ms": again, "times": first / again}


def _milliseconds(visitor: Visitor, path: str) -> float:
    start = time.perf_counter()
    visitor.get(path)
    return (time.perf_counter() - start) * 1000


def _measure(target: Target, options: argparse.Namespace) -> None:
    job = Job(
        port=target.server.port,
        request=target.request(),
        expect=target.expect,
        pid=target.server.pid,
        connections=options.connections,
        warm_up=WARM_UP,
        seconds=options.seconds,
    )
    done = subprocess.run(
        [sys.executable, str(papers.HERE / "load.py")],
        input=json.dumps(dataclasses.asdict(job)),
        stdout=subprocess.PIPE,
        text=True,
        timeout=options.seconds + 60,
        check=True,
    )
    report = Report(**json.loads(done.stdout))
    if report.wrong:
        raise RuntimeError(f"{target.name}: {report.wrong} answers were not as expected")
    target.reports.append(report)


def _result(targets: list[Target], options: argparse.Namespace) -> dict[str, Any]:
    reports = {target.name: target.reports for target in targets}
    seen = {name: _medians(those) for name, those in reports.items()}
    return {
        "machine": machine(),
        "seconds": options.seconds,
        "rounds": options.rounds,
        "connections": options.connections,
        "targets": seen,
        "ratios": [_ratio(reports, *ratio) for ratio in RATIOS],
        "load_ceiling_per_second": 1e6 / seen["bare"]["load_us"],
    }


def _ratio(
    reports: dict[str, list[Report]], of: str, to: str, goal: float | None
) -> dict[str, Any]:
    # Round by round, so that what slows the machine for a while slows both.
    pairs = list(zip(reports[of], reports[to], strict=True))
    value = median(one.per_second / other.per_second for one, other in pairs)
    by_cpu = median(other.server_us / one.server_us for one, other in pairs)
    reached = None if goal is None else value >= goal
    return {"of": of, "to": to, "value": value, "by_cpu": by_cpu, "goal": goal, "reached": reached}


def _medians(reports: list[Report]) -> dict[str, Any]:
    rows = [dataclasses.asdict(report) for report in reports]
    seen: dict[str, Any] = {name: median(row[name] for row in rows) for name in rows[0]}
    rates = [row["per_second"] for row in rows]
    return {**seen, "lowest": min(rates), "highest": max(rates)}


def machine() -> dict[str, Any]:
    """What the figures were seen on."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "load_average": os.getloadavg()[0],
    }


def _table(result: dict[str, Any]) -> str:
    how = f"{result['rounds']} rounds of {result['seconds']:g} s"
    columns = "".join(f"{name:>11}" for name in COLUMNS)
    lines = [f"{how}, {result['connections']} connections, medians", "", f"{'':<28}{columns}"]
    for name, row in result["targets"].items():
        figures = "".join(f"{row[key]:>11.{places}f}" for key, places in COLUMNS.values())
        lines.append(f"{name:<28}{figures}")
    lines.append("")
    for one in result["ratios"]:
        name = f"{one['of']} / {one['to']}"
        lines.append(
            f"{name:<50}{one['value']:>8.2f}   {_judged(one):<24}   by CPU time {one['by_cpu']:.2f}"
        )
    cold = result["cold"]
    lines += [
        "",
        "A page that has still to be printed: {first_ms:.1f} ms; again: {again_ms:.1f} ms "
        "(median of {stories} stories, one at a time).".format(**cold),
    ]
    where, ceiling = result["machine"], result["load_ceiling_per_second"]
    lines += ["", f"The load alone could ask {ceiling:.0f} times a second."]
    lines += [f"{where['cores']} cores; load average {where['load_average']:.1f} at the end."]
    return "\n".join(lines)


def _judged(ratio: dict[str, Any]) -> str:
    if ratio["goal"] is None:
        return ""
    return f"goal {ratio['goal']:>4g}   {'reached' if ratio['reached'] else 'not reached'}"


if __name__ == "__main__":
    sys.exit(main())
