"""Half of what a paper on two processes can carry, held for a long time: does anything grow?

    python benchmarks/soak.py [--json] [--minutes 30] [--rate R] [--database postgresql|sqlite]
                              [--svg FILE] [--data DIR]

First the mix is asked as fast as it is answered, for a few seconds; then half of that rate is held
by a clock of its own, so that a slow answer makes nothing else wait for its turn.
docs/benchmarks.md says what each figure is.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import papers
import psutil
import uvloop
from crowd import Crowd, store_of
from load import cpu_seconds
from papers import Visitor
from readership import MIX, READERS, Load, Setting
from soak_report import Sample, drawing, growth, table, verdict

from broadsheet.gate.request import METER

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.servers.postgres import postgres
from tests.servers.valkey import valkey_server

AT_ONCE = 32
"""Requests under way while the capacity is looked for."""
CAPACITY_SECONDS = 15.0
IDLE_SECONDS = 10.0
BATCHES = 300
ALONE_SECONDS = 3.0
"""How long each kind is asked alone, to see what one of it costs."""
EVERY = 5.0
"""Seconds between two records."""
PUBLISHING = 60.0
"""Seconds between two publications."""
TELLING = 5.0
"""Seconds at the end in which the last displaced devices may still be told."""
FAULT = re.compile(r"\b(ERROR|CRITICAL)\b|Traceback")


@dataclass(slots=True)
class Watch:
    """What is recorded."""

    load: Load
    processes: dict[str, psutil.Process]
    start: float
    samples: list[Sample] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def record(self) -> None:
        """One more record."""
        times, self.load.times = sorted(self.load.times), []
        late, self.load.late = self.load.late, 0
        self.times += times
        shares = [_at(times, share) * 1000 for share in (0.5, 0.95, 0.99, 0.999, 1)]
        memory = {name: one.memory_info().rss / 1e6 for name, one in self.processes.items()}
        files = {name: one.num_fds() for name, one in self.processes.items()}
        now = time.perf_counter() - self.start
        self.samples.append(
            Sample(now, len(times), *shares, late, memory, files, os.getloadavg()[0])
        )


def main() -> int:
    """Soak, and say what was seen. 1 when something grew, or an answer was wrong."""
    options = _options()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, _paper(options, Path(folder)) as it:
        result = uvloop.run(_soak(it, options))
        result["faults_in_logs"] = _faults(it.logs)
    result["verdict"] = verdict(result)
    if options.svg:
        options.svg.write_text(drawing(result))
    print(json.dumps(result) if options.json else table(result))
    return 0 if all(result["verdict"].values()) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Hold a load for long, and see what grows.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--minutes", type=float, default=30.0, help="(default: 30)")
    parser.add_argument("--rate", type=float, help="a second; default: half of the capacity found")
    parser.add_argument(
        "--database", choices=("postgresql", "sqlite"), default="postgresql", help="of the site"
    )
    parser.add_argument("--svg", type=Path, help="draw it into this file")
    parser.add_argument("--data", type=Path, default=papers.DEFAULT_DATA, help="SQLite's paper")
    return parser.parse_args()


@contextlib.contextmanager
def _paper(options: argparse.Namespace, folder: Path) -> Iterator[Setting]:
    """A paper on two processes, with all it stands on."""
    with contextlib.ExitStack() as stack:
        valkey = stack.enter_context(valkey_server())
        # Two cores carry everything here: a store that waits for its turn is not away.
        more = {"BROADSHEET_VALKEY_URL": valkey.url, "BROADSHEET_STORE_BUDGET_MS": "1000"}
        data = options.data
        processes = {"valkey": valkey.pid}
        if options.database == "postgresql":
            database = stack.enter_context(postgres())
            more["BROADSHEET_DATABASE_URL"] = database.database("soak")
            data = folder / "paper"
            written = (database.folder / "data" / "postmaster.pid").read_text()
            processes["postgresql"] = int(written.split()[0])
        told = papers.build(data, more)
        servers, logs = [], [folder / "publisher.log"]
        for number in (1, 2):
            port = papers.free_port()
            logs.append(folder / f"server-{number}.log")
            command = ["-m", "broadsheet", "serve", "--no-background", "--port", str(port)]
            serving = papers.serve(command, data, port, more, logs[-1])
            servers.append(stack.enter_context(serving))
            processes[f"server {number}"] = servers[-1].pid
        publish = stack.enter_context(_publisher(data, more, logs[0]))
        crowd = Crowd(data, store_of(data, valkey.url))
        crowd.begin(READERS)
        member = papers.subscriber(servers[0].port, told, data)
        yield Setting(
            servers=servers,
            crowd=crowd,
            stories=(stories := _stories(member, told)),
            previews=_previews(member.port, stories),
            free=papers.article(told, "free"),
            front=urlsplit(str(told["editions"][0]["url"])).path,
            member=member,
            processes=processes,
            logs=logs,
            publish=publish,
            record=lambda what: _record(what, data, more),
        )


def _stories(member: Visitor, told: dict[str, Any]) -> list[str]:
    """Those that a subscription opens."""
    paths = papers.stories(Visitor(member.port), told)
    lease = "reason=lease"
    return [path for path in paths if lease in member.get(path).headers["broadsheet-access"]]


def _inside(folder: Path, more: dict[str, str]) -> dict[str, str]:
    """The environment of a process that works on the paper itself."""
    settings = {
        "BROADSHEET_CONFIG": str((folder / "broadsheet.toml").resolve()),
        "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django",
    }
    return papers.environment() | more | settings


def _record(what: str, folder: Path, more: dict[str, str]) -> dict[str, float]:
    command = [sys.executable, str(papers.HERE / "recorder.py"), what, str(BATCHES)]
    done = subprocess.run(
        command, env=_inside(folder, more), stdout=subprocess.PIPE, timeout=120, check=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _previews(port: int, stories: Sequence[str]) -> list[str]:
    found = []
    for path in stories:
        visitor = Visitor(port)
        visitor.get(path)
        if METER not in visitor.cookies:
            found.append(path)
    return found


@contextlib.contextmanager
def _publisher(folder: Path, more: dict[str, str], log: Path) -> Iterator[Callable[[], None]]:
    with (
        log.open("w") as messages,
        subprocess.Popen(
            [sys.executable, str(papers.HERE / "publisher.py")],
            env=_inside(folder, more),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=messages,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        sent, told = process.stdin, process.stdout

        def publish() -> None:
            sent.write("publish\n")
            sent.flush()
            if not told.readline():
                raise RuntimeError(f"nothing could be published:\n{log.read_text()}")

        yield publish
        sent.close()


async def _soak(paper: Setting, options: argparse.Namespace) -> dict[str, Any]:
    load = Load(paper)
    await load.begin()
    before = _spent(paper)
    printed = await load.open_everything()
    printing = _each(before, _spent(paper), printed)
    await _as_fast_as_answered(load, 5.0, AT_ONCE)  # pools are full
    idle = await _idle(paper)
    costs = {kind: await _cost(load, paper, kind) for kind in MIX}
    batches = {what: await _batch(paper, what) for what in ("events", "openings")}
    capacity = await _as_fast_as_answered(load, CAPACITY_SECONDS, AT_ONCE)
    rate = options.rate or capacity / 2
    print(f"{capacity:.0f} a second at the most; {rate:.0f} are held", file=sys.stderr)
    load.times, load.late = [], 0
    processes = {name: psutil.Process(pid) for name, pid in paper.processes.items()}
    processes["the load"] = psutil.Process()
    watch = Watch(load, processes, time.perf_counter())
    publications = await _held(load, rate, options.minutes * 60, watch, paper.publish)
    await asyncio.sleep(TELLING)
    result = _result(watch, publications)
    load.end()
    return {
        "machine": {"cores": len(os.sched_getaffinity(0)), "database": options.database},
        "minutes": options.minutes,
        "capacity": capacity,
        "rate": rate,
        "printing": printing,
        "idle": idle,
        "costs": costs,
        "batches": batches,
        **result,
    }


async def _as_fast_as_answered(load: Load, seconds: float, at_once: int, kind: str = "") -> float:
    """Answers a second when as many requests are always under way."""
    start, before = time.perf_counter(), len(load.times)

    async def asker() -> None:
        while (now := time.perf_counter()) < start + seconds:
            await load.one(now, kind)

    await asyncio.gather(*(asker() for _ in range(at_once)))
    return (len(load.times) - before) / (time.perf_counter() - start)


async def _cost(load: Load, paper: Setting, kind: str) -> dict[str, float]:
    """CPU time that one of a kind costs each part, in microseconds."""
    before, answers = _spent(paper), len(load.times)
    await _as_fast_as_answered(load, ALONE_SECONDS, AT_ONCE // 4, kind)
    return _each(before, _spent(paper), len(load.times) - answers)


async def _idle(paper: Setting) -> dict[str, float]:
    """CPU time in microseconds that each part takes per second and process while nobody asks."""
    before = _spent(paper)
    await asyncio.sleep(IDLE_SECONDS)
    return _each(before, _spent(paper), IDLE_SECONDS * len(paper.servers))


async def _batch(paper: Setting, what: str) -> dict[str, float]:
    """What a batch of a process's notes costs: the database's CPU time, and how long it takes."""
    before = _spent(paper)
    seen = await asyncio.to_thread(paper.record, what)
    spent = _spent(paper).get("postgresql", 0.0) - before.get("postgresql", 0.0)
    return {"took_us": seen["microseconds"], "database_us": spent / seen["count"] * 1e6}


def _each(before: dict[str, float], after: dict[str, float], count: float) -> dict[str, float]:
    """Microseconds for each of so many, by part."""
    return {part: (after[part] - before[part]) / count * 1e6 for part in after}


def _spent(paper: Setting) -> dict[str, float]:
    spent: dict[str, float] = defaultdict(float)
    for name, pid in paper.processes.items():
        spent["server" if name.startswith("server") else name] += cpu_seconds(pid)
    if "postgresql" in paper.processes:
        ended = psutil.Process(paper.processes["postgresql"]).cpu_times()
        spent["postgresql"] += ended.children_user + ended.children_system
    return spent


async def _held(
    load: Load, rate: float, seconds: float, watch: Watch, publish: Callable[[], None]
) -> int:
    """Ask at a rate, whatever becomes of the answers; the number of publications meanwhile."""
    clock, chance = time.perf_counter, random.Random(2)
    due = clock()
    end, record, announce, publications = due + seconds, due + EVERY, due + PUBLISHING, 0
    under_way: set[asyncio.Task[Any]] = set()

    def begin(work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    while due < end:
        await asyncio.sleep(max(0.0, due - clock()))
        begin(load.one(due))
        due += chance.expovariate(rate)
        if due > record:
            watch.record()
            record += EVERY
        if due > announce:
            begin(asyncio.to_thread(publish))
            announce, publications = announce + PUBLISHING, publications + 1
    await asyncio.gather(*under_way)
    return publications


def _result(watch: Watch, publications: int) -> dict[str, Any]:
    times, load = sorted(watch.times), watch.load
    return {
        "answers": len(times),
        "publications": publications,
        "milliseconds": {
            name: _at(times, share) * 1000
            for name, share in (
                ("p50", 0.5),
                ("p95", 0.95),
                ("p99", 0.99),
                ("p99.9", 0.999),
                ("highest", 1.0),
            )
        },
        "waited_for_a_connection": sum(one.late for one in watch.samples),
        "store_away": load.away,
        "wrong": dict(load.wrong),
        "examples": load.examples,
        "displaced": load.displaced,
        "untold": load.untold(),
        "lost_streams": load.lost_streams(),
        "grows": {name: growth(watch.samples, name) for name in watch.processes},
        "load_average": median(one.load_average for one in watch.samples),
        "samples": [asdict(one) for one in watch.samples],
    }


def _faults(logs: Sequence[Path]) -> list[str]:
    lines = (line for log in logs for line in log.read_text(errors="replace").splitlines())
    return [line for line in lines if FAULT.search(line)]


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


if __name__ == "__main__":
    sys.exit(main())
