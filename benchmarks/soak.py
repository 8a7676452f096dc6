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
import math
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any
from urllib.parse import urlsplit

import papers
import psutil
import uvloop
import wire
from crowd import Crowd, asks, store_of
from drawing import Chart, svg
from load import cpu_seconds
from papers import HOST, Running, Visitor
from streams import EVENTS, Stream

from broadsheet.gate.request import LEASE, METER, PASS

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.servers.postgres import postgres
from tests.servers.valkey import valkey_server

READERS = 2_000
FOLLOWED = 100
"""Readers both of whose devices keep an event stream open all the time."""
MIX = {
    "page": 40,
    "beat": 30,
    "release": 10,
    "free": 8,
    "preview": 8,
    "takeover": 2,
    "admission": 1.5,
    "front": 0.5,
}
"""What is asked, in parts of a hundred."""
CONNECTIONS = 100
"""To each process."""
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
LEASE_KNOWN = 60.0
"""Seconds after its last sign in which a lease surely still holds: it lasts 90."""
TELLING = 5.0
"""Seconds at the end in which the last displaced devices may still be told."""
FAULT = re.compile(r"\b(ERROR|CRITICAL)\b|Traceback")
FLAT_MB = 5.0
"""Megabytes an hour that are not told from nothing."""
FLAT_FILES = 8


@dataclass(slots=True)
class Reader:
    """A subscriber as the load knows them."""

    which: int
    device: int = 0
    epoch: int | None = None
    signed: float = -math.inf
    """When their lease was last renewed."""
    busy: bool = False


@dataclass(slots=True)
class Sample:
    """One record of the soak."""

    at: float
    answers: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    p999_ms: float
    highest_ms: float
    late: int
    """Requests that waited for a connection."""
    memory_mb: dict[str, float]
    files: dict[str, int]
    load_average: float


@dataclass(slots=True)
class Setting:
    """What the load needs to know of the paper."""

    servers: list[Running]
    crowd: Crowd
    stories: list[str]
    """That a subscription opens."""
    previews: list[str]
    """Of these, the ones that no meter opens for visitors."""
    free: str
    front: str
    member: Visitor
    """A subscriber who did sign in: their passes are renewed by the database."""
    processes: dict[str, int]
    """Process ids by name."""
    logs: list[Path]
    publish: Callable[[], None]
    """Publishes a story; returns when everybody reads the new one."""
    record: Callable[[str], dict[str, float]]
    """Has a few hundred batches of what the gate notes recorded, and says how long one took."""


class Away(Exception):
    """The seat store did not answer in time, and the reader read on without it."""


class Load:
    """The readers, their connections, and what came of what they asked."""

    def __init__(self, setting: Setting) -> None:
        self._paper = setting
        self._idle: list[asyncio.LifoQueue[wire.Connection]] = []
        self._readers = [Reader(which) for which in range(READERS)]
        self._random = random.Random(1)
        self._asks: dict[str, Callable[[int], Awaitable[None]]] = {
            kind: getattr(self, f"_{kind}") for kind in MIX
        }
        self._held: dict[tuple[int, int], dict[str, str]] = {}
        self._streams: dict[tuple[int, int], Stream] = {}
        self._displaced: Counter[tuple[int, int]] = Counter()
        self.times: list[float] = []
        self.late = self.away = 0
        self.wrong: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    async def begin(self) -> None:
        """Connect, and open the event streams."""
        loop = asyncio.get_running_loop()
        for server in self._paper.servers:
            idle: asyncio.LifoQueue[wire.Connection] = asyncio.LifoQueue()
            for _ in range(CONNECTIONS):
                idle.put_nowait(await wire.connect(HOST, server.port))
            self._idle.append(idle)
        for which in range(FOLLOWED):
            for device in (0, 1):
                server = self._paper.servers[(which + device) % 2]
                cookies = self._paper.crowd.cookies(which, device)
                request = asks(server.port, EVENTS, cookies, accept="text/event-stream")
                _, stream = await loop.create_connection(
                    lambda request=request: Stream(request), HOST, server.port
                )
                await stream.opened
                self._streams[which, device] = stream

    async def open_everything(self) -> int:
        """Every story once as a subscriber and as a visitor, of each process, which prints their
        pages then; how many pages that is."""
        for where in range(len(self._idle)):
            for path in self._paper.stories:
                with self._reader() as reader:
                    await self._opens(reader, where, path)
            for path in self._paper.previews:
                await self._get(where, path, {})
        return len(self._idle) * (len(self._paper.stories) + len(self._paper.previews))

    async def one(self, due: float, kind: str = "") -> None:
        """Something of the mix, timed from when it was due."""
        kind = kind or self._random.choices(list(MIX), list(MIX.values()))[0]
        try:
            await self._asks[kind](self._random.randrange(len(self._idle)))
        except Away:
            self.away += 1
        except (wire.Broken, OSError, TimeoutError, AssertionError) as error:
            self.wrong[kind] += 1
            self.examples.setdefault(kind, repr(error)[:500])
        self.times.append(time.perf_counter() - due)

    def untold(self) -> int:
        """Displacements that a stream was open for and did not tell, or told too often."""
        return sum(
            abs(stream.times - self._displaced[place]) for place, stream in self._streams.items()
        )

    @property
    def displaced(self) -> int:
        """Displacements that had to be told."""
        return sum(self._displaced[place] for place in self._streams)

    def lost_streams(self) -> int:
        """Streams that were closed by the other side."""
        return sum(stream.lost for stream in self._streams.values())

    def end(self) -> None:
        """Leave."""
        for stream in self._streams.values():
            stream.close()

    async def _page(self, where: int) -> None:
        with self._reader() as reader:
            await self._opens(reader, where)

    async def _beat(self, where: int) -> None:
        with self._reader() as reader:
            if time.perf_counter() - reader.signed > LEASE_KNOWN:
                await self._opens(reader, where)
                return
            answer = await self._posts(reader, where, "beat")
            assert _told_epoch(answer) == reader.epoch, (reader, answer.body)
            reader.signed = time.perf_counter()

    async def _release(self, where: int) -> None:
        with self._reader() as reader:
            if reader.epoch is None:
                await self._opens(reader, where)
            answer = await self._posts(reader, where, "release")
            assert answer.status == 200, (answer.head, answer.body)
            reader.signed = -math.inf

    async def _takeover(self, where: int) -> None:
        with self._reader() as reader:
            await self._opens(reader, where)
            before, reader.device = reader.device, 1 - reader.device
            met = await self._get(where, self._story(), self._cookies(reader))
            _expect(met, "preview; reason=in-use")
            token = self._paper.crowd.token(reader.which, reader.device, reader.epoch or 0)
            answer = await self._posts(reader, where, "take-over", token=token)
            reader.epoch, reader.signed = _told_epoch(answer), time.perf_counter()
            self._displaced[reader.which, before] += 1

    async def _free(self, where: int) -> None:
        _expect(await self._get(where, self._paper.free, {}), "granted; reason=free")

    async def _preview(self, where: int) -> None:
        path = self._random.choice(self._paper.previews)
        _expect(await self._get(where, path, {}), "preview; reason=")

    async def _front(self, where: int) -> None:
        answer = await self._get(where, self._paper.front, {})
        assert answer.status == 200, answer.head

    async def _admission(self, where: int) -> None:
        held = {k: v for k, v in self._paper.member.cookies.items() if k != PASS}
        answer = await self._get(where, self._story(), held)
        _expect(answer, "granted; reason=lease")
        assert f"{PASS}=".encode() in answer.head, answer.head

    async def _opens(self, reader: Reader, where: int, path: str = "") -> None:
        answer = await self._get(where, path or self._story(), self._cookies(reader))
        _expect(answer, "granted; reason=lease")
        if epoch := re.search(rb"bs_lease=(\d+)", answer.head):
            reader.epoch = int(epoch[1])
        reader.signed = time.perf_counter()

    async def _posts(self, reader: Reader, where: int, name: str, **form: str) -> wire.Answer:
        filled = form or {"epoch": str(reader.epoch)}
        port = self._paper.servers[where].port
        return await self._ask(where, asks(port, f"/-/seat/{name}", self._cookies(reader), filled))

    async def _get(self, where: int, path: str, cookies: dict[str, str]) -> wire.Answer:
        return await self._ask(where, asks(self._paper.servers[where].port, path, cookies))

    async def _ask(self, where: int, request: bytes) -> wire.Answer:
        idle = self._idle[where]
        self.late += idle.empty()
        connection = await idle.get()
        try:
            if not connection.open:
                connection = await wire.connect(HOST, self._paper.servers[where].port)
            return await asyncio.wait_for(connection.ask(request), 30)
        except TimeoutError:
            connection.close()
            raise
        finally:
            idle.put_nowait(connection)

    def _cookies(self, reader: Reader) -> dict[str, str]:
        place = reader.which, reader.device
        if place not in self._held:
            self._held[place] = self._paper.crowd.cookies(*place)
        return self._held[place] | ({LEASE: str(reader.epoch)} if reader.epoch else {})

    def _story(self) -> str:
        return self._random.choice(self._paper.stories)

    @contextlib.contextmanager
    def _reader(self) -> Iterator[Reader]:
        # Nobody does two things at once, or it could not be known what is the right answer.
        while (reader := self._random.choice(self._readers)).busy:
            pass
        reader.busy = True
        try:
            yield reader
        finally:
            reader.busy = False


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
    result["verdict"] = _verdict(result)
    if options.svg:
        options.svg.write_text(_drawing(result))
    print(json.dumps(result) if options.json else _table(result))
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
        "grows": {name: _growth(watch.samples, name) for name in watch.processes},
        "load_average": median(one.load_average for one in watch.samples),
        "samples": [asdict(one) for one in watch.samples],
    }


def _growth(samples: Sequence[Sample], name: str) -> dict[str, float]:
    """Of a process in the second half: megabytes an hour with their standard error, and files."""
    half = samples[len(samples) // 2 :]
    slope, noise = _slope([(one.at / 3600, one.memory_mb[name]) for one in half])
    quarter = max(1, len(half) // 2)
    files = [one.files[name] for one in half]
    return {
        "mb": half[-1].memory_mb[name],
        "mb_per_hour": slope,
        "noise": noise,
        "files": max(files[-quarter:]) - max(files[:quarter]),
    }


def _slope(points: Sequence[tuple[float, float]], blocks: int = 12) -> tuple[float, float]:
    """Of the line through them, and its standard error. Means of blocks are looked at, because
    neighbouring records are not independent of each other."""
    size = max(1, len(points) // blocks)
    means = [
        (mean(x for x, _ in block), mean(y for _, y in block))
        for block in (points[at : at + size] for at in range(0, len(points), size))
    ]
    if len(means) < 3:
        return 0.0, math.inf
    across, up = mean(x for x, _ in means), mean(y for _, y in means)
    spread = sum((x - across) ** 2 for x, _ in means)
    slope = sum((x - across) * (y - up) for x, y in means) / spread
    rest = sum((y - up - slope * (x - across)) ** 2 for x, y in means)
    return slope, math.sqrt(rest / (len(means) - 2) / spread)


def _faults(logs: Sequence[Path]) -> list[str]:
    lines = (line for log in logs for line in log.read_text(errors="replace").splitlines())
    return [line for line in lines if FAULT.search(line)]


def _verdict(result: dict[str, Any]) -> dict[str, bool]:
    grows = {name: one for name, one in result["grows"].items() if name != "the load"}
    return {
        "memory is flat": all(
            one["mb_per_hour"] - 2 * one["noise"] < FLAT_MB for one in grows.values()
        ),
        "open files are flat": all(one["files"] <= FLAT_FILES for one in grows.values()),
        "no faults in the logs": not result["faults_in_logs"],
        "no wrong answers": not result["wrong"],
        "the store was never away": not result["store_away"],
        "every displaced device was told": not (result["untold"] or result["lost_streams"]),
    }


def _drawing(result: dict[str, Any]) -> str:
    samples = result["samples"]
    minutes = [one["at"] / 60 for one in samples]

    def line(values: Iterable[float]) -> list[tuple[float, float]]:
        return list(zip(minutes, values, strict=True))

    latencies = {
        said: line(max(one[key], 0.01) for one in samples)
        for said, key in (
            ("p50", "p50_ms"),
            ("p99", "p99_ms"),
            ("p99.9", "p999_ms"),
            ("highest", "highest_ms"),
        )
    }
    names = [name for name in result["grows"] if name != "the load"]
    memory = {name: line(one["memory_mb"][name] for one in samples) for name in names}
    files = {name: line(float(one["files"][name]) for one in samples) for name in names}
    charts = [
        Chart("Milliseconds until an answer, from when it was due", latencies, "minutes", True),
        Chart("Resident memory, MB", memory, "minutes"),
        Chart("Open files", files, "minutes"),
    ]
    says = (
        f"{result['rate']:.0f} requests a second for {result['minutes']:g} minutes: latencies, "
        "memory and open files over time"
    )
    return svg(charts, says)


def _table(result: dict[str, Any]) -> str:
    wide = 12
    lines = [
        (
            f"{result['rate']:.0f} a second for {result['minutes']:g} minutes, half of "
            f"{result['capacity']:.0f}; {result['answers']} answers, "
            f"{result['publications']} publications, {result['displaced']} devices displaced"
        ),
        "",
        "milliseconds  "
        + "   ".join(f"{name} {value:.1f}" for name, value in result["milliseconds"].items()),
        "",
        f"{'µs of CPU time':<16}" + "".join(f"{part:>{wide}}" for part in PARTS),
    ]
    for kind, cost in result["costs"].items():
        cells = "".join(f"{cost.get(part, 0.0):>{wide}.0f}" for part in PARTS)
        lines.append(f"{kind:<16}{cells}")
    for name, cost in (("printing", result["printing"]), ("rest, a second", result["idle"])):
        cells = "".join(f"{cost.get(part, 0.0):>{wide}.0f}" for part in PARTS)
        lines.append(f"{name:<16}{cells}")
    lines += [
        f"A batch of {what}: {one['took_us']:.0f} µs until it is kept, "
        f"{one['database_us']:.0f} µs of the database's CPU time."
        for what, one in result["batches"].items()
    ]
    lines += ["", f"{'':<16}{'MB':>{wide}}{'MB an hour':>{wide}}{'±':>{wide}}{'files':>{wide}}"]
    for name, one in result["grows"].items():
        figures = (one["mb"], one["mb_per_hour"], one["noise"], one["files"])
        lines.append(f"{name:<16}" + "".join(f"{figure:>{wide}.1f}" for figure in figures))
    lines.append("")
    lines += [f"{said}: {'yes' if so else 'NO'}" for said, so in result["verdict"].items()]
    lines += [f"{kind}: {count} wrong" for kind, count in result["wrong"].items()]
    lines += [*result["examples"].values(), *result["faults_in_logs"][:5]]
    lines.append(f"Load average {result['load_average']:.1f}.")
    return "\n".join(lines)


PARTS = ("server", "valkey", "postgresql")


def _told_epoch(answer: wire.Answer) -> int:
    assert answer.status == 200, (answer.head, answer.body)
    told = json.loads(answer.body)
    if not told:
        raise Away
    return int(told["epoch"])


def _expect(answer: wire.Answer, access: str) -> None:
    told = answer.header("broadsheet-access")
    assert answer.status == 200, answer.head
    if "store-away" in told:
        raise Away
    assert told.startswith(access), f"{told} instead of {access}"


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


if __name__ == "__main__":
    sys.exit(main())
