"""What thousands of open event streams cost one process, and how soon a takeover is told.

    python benchmarks/streams.py [--json] [--streams N] [--takeovers N] [--seconds S]
                                 [--stores valkey,sqlite] [--data DIR]

docs/benchmarks.md says what each figure is.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import papers
import psutil
import uvloop
import wire
from crowd import Crowd, asks, store_of
from load import cpu_seconds
from papers import HOST, Running

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.servers.valkey import valkey_server

EVENTS = "/-/seat/events"
SOURCES = 8
"""Addresses of this machine that streams come from: one has only so many ports."""
AT_ONCE = 100
"""Streams being opened at the same time."""
SETTLE = 20.0
"""Seconds between the last stream opened and the first measurement: every stream has been sent a
comment by then."""
PAGES, PAGES_PER_SECOND = 500, 50
TAKEOVERS_PER_SECOND = 50
FOLLOWERS, PUBLISHED, PIPELINE = 50, 10_000, 20
NEWS = b"1800000000000|0123456789abcdef0123456789abcdef|{seat:1000000000}|Safari on iPhone"
"""A displacement as the seats' script publishes it."""
TOLD_WITHIN = 30.0
"""Seconds after the last takeover in which every displaced stream must have been told."""


class Stream(asyncio.Protocol):
    """One open page: asks for its events, and notes when it is told that it was displaced."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.told: float | None = None
        self.times = 0
        """How often it was told so far."""
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self.opened.done():
            if told := data.count(b"event: displaced"):
                self.told = time.perf_counter()
                self.times += told
        elif not data.startswith(b"HTTP/1.1 200 "):
            self.opened.set_exception(RuntimeError(f"no stream, but {data[:200]!r}"))
        else:
            self.opened.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self.lost = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("a stream was closed before it began"))

    def close(self) -> None:
        """Leave the page."""
        if self._transport is not None:
            self._transport.abort()


@dataclass(frozen=True, slots=True)
class Weight:
    """What a process takes at one moment."""

    memory: int
    descriptors: int

    @classmethod
    def of(cls, server: Running) -> "Weight":
        """Resident bytes and open file descriptors of a server."""
        process = psutil.Process(server.pid)
        return cls(process.memory_info().rss, process.num_fds())


def main() -> int:
    """Measure, and say what was seen."""
    options = _options()
    _allow_many_files(options.streams)
    told = papers.build(options.data)
    rows = [_with(name, told, options) for name in ("bare", *options.stores)]
    result = {
        "streams": options.streams,
        "seconds": options.seconds,
        "load_average": os.getloadavg()[0],
        "rows": rows,
        "follower_us": _follower(),
    }
    print(json.dumps(result) if options.json else _table(result))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what open event streams cost.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--streams", type=int, default=10_000, help="open at once (default: 10000)")
    parser.add_argument("--takeovers", type=int, default=500, help="measured (default: 500)")
    parser.add_argument(
        "--seconds", type=float, default=60.0, help="all are open and nothing happens (default: 60)"
    )
    parser.add_argument(
        "--stores",
        type=lambda text: text.split(","),
        default=["valkey", "sqlite"],
        help="of the seats (default: valkey,sqlite)",
    )
    parser.add_argument("--data", type=Path, default=papers.DEFAULT_DATA, help="the paper's folder")
    options = parser.parse_args()
    if not 0 < options.takeovers <= options.streams:
        parser.error("as many takeovers as streams at the most, and more than none")
    if not set(options.stores) <= {"valkey", "sqlite"}:
        parser.error("the stores are valkey and sqlite")
    return options


def _allow_many_files(streams: int) -> None:
    # The servers inherit it.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < streams + 500:
        raise SystemExit(f"{streams} streams need {streams + 500} open files; {most} are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _with(name: str, told: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    print(f"{name}…", file=sys.stderr)
    if name == "bare":
        own = [str(papers.HERE / "bare_streams.py")]
        with _server(options.data, own) as server:
            return {"name": name, **uvloop.run(_bare(server, options))}
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(valkey_server()).url if name == "valkey" else ""
        # A busy machine must not look like a store that is away.
        more = {"BROADSHEET_STORE_BUDGET_MS": "1000"} | (
            {"BROADSHEET_VALKEY_URL": url} if url else {}
        )
        serve = ["-m", "broadsheet", "serve", "--no-background", "--port"]
        holder = stack.enter_context(_server(options.data, serve, more))
        other = stack.enter_context(_server(options.data, serve, more))
        reader = papers.subscriber(holder.port, told, options.data)
        page = reader.request(papers.article(told, "subscribers")).encode("latin-1")
        crowd = Crowd(options.data, store_of(options.data, url))
        crowd.begin(options.streams)
        return {"name": name, **uvloop.run(_measure(holder, other, page, crowd, options))}


@contextlib.contextmanager
def _server(
    folder: Path, command: Sequence[str], more: dict[str, str] | None = None
) -> Iterator[Running]:
    port = papers.free_port()
    with papers.serve([*command, str(port)], folder, port, more) as server:
        yield server


async def _bare(server: Running, options: argparse.Namespace) -> dict[str, Any]:
    request = asks(server.port, EVENTS, {}, accept="text/event-stream")
    row, streams = await _held(server, [request] * options.streams, options.seconds)
    await _leave(streams)
    return row


async def _measure(
    holder: Running, other: Running, page: bytes, crowd: Crowd, options: argparse.Namespace
) -> dict[str, Any]:
    alone = await _pages(holder, page)
    requests = [
        asks(holder.port, EVENTS, crowd.cookies(which), accept="text/event-stream")
        for which in range(options.streams)
    ]
    before = Weight.of(holder)
    row, streams = await _held(holder, requests, options.seconds)
    meanwhile = await _pages(holder, page)
    start, spent = time.perf_counter(), cpu_seconds(holder.pid)
    told = await _takeovers(other, streams, crowd, options.takeovers)
    idle = row["cpu_us_per_stream_and_second"] * len(streams) * (time.perf_counter() - start)
    spent = (cpu_seconds(holder.pid) - spent) * 1e6 - idle
    await _leave(streams)
    after = Weight.of(holder)
    return {
        **row,
        "pages_alone": alone,
        "pages_meanwhile": meanwhile,
        "told": told,
        "cpu_us_per_displacement": max(0.0, spent) / options.takeovers,
        "left_mb": (after.memory - before.memory) / 1e6,
        "left_descriptors": after.descriptors - before.descriptors,
    }


async def _held(
    server: Running, requests: list[bytes], seconds: float
) -> tuple[dict[str, Any], list[Stream]]:
    """Open all, let them be, and see what they take."""
    before, start, opening = Weight.of(server), time.perf_counter(), cpu_seconds(server.pid)
    streams = await _open(server, requests)
    took, opening = time.perf_counter() - start, cpu_seconds(server.pid) - opening
    await asyncio.sleep(SETTLE)
    after, spent, own = Weight.of(server), cpu_seconds(server.pid), time.process_time()
    await asyncio.sleep(seconds)
    count = len(streams)
    row = {
        "opened_per_second": count / took,
        "cpu_us_per_opening": opening / count * 1e6,
        "kb_per_stream": (after.memory - before.memory) / count / 1000,
        "descriptors_per_stream": (after.descriptors - before.descriptors) / count,
        "cpu_us_per_stream_and_second": (cpu_seconds(server.pid) - spent) / seconds / count * 1e6,
        "client_us_per_stream_and_second": (time.process_time() - own) / seconds / count * 1e6,
        "lost": sum(stream.lost for stream in streams),
    }
    return row, streams


async def _open(server: Running, requests: list[bytes]) -> list[Stream]:
    loop, turn = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)

    async def opened(which: int, request: bytes) -> Stream:
        async with turn:
            source = f"127.0.0.{2 + which % SOURCES}"
            _, stream = await loop.create_connection(
                lambda: Stream(request), HOST, server.port, local_addr=(source, 0)
            )
            await stream.opened
            return stream

    return await asyncio.gather(*(opened(*one) for one in enumerate(requests)))


async def _pages(server: Running, page: bytes) -> dict[str, float]:
    """A subscriber's page asked for at a steady rate; milliseconds from when it was due."""
    connection = await wire.connect(HOST, server.port)
    times = []
    for due in _due(PAGES_PER_SECOND, PAGES):
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        answer = await connection.ask(page)
        times.append(time.perf_counter() - due)
        if answer.status != 200 or "granted" not in answer.header("broadsheet-access"):
            raise RuntimeError(f"a subscriber was answered with {answer.head!r}")
    connection.close()
    return _spread(times)


async def _takeovers(
    other: Running, streams: list[Stream], crowd: Crowd, count: int
) -> dict[str, float]:
    """Second devices take over by way of another process; milliseconds from the button pressed
    to the first device told."""
    chosen = random.Random(1).sample(range(len(streams)), count)
    connection = await wire.connect(HOST, other.port)
    asked: dict[int, float] = {}
    for which, due in zip(chosen, _due(TAKEOVERS_PER_SECOND, count), strict=True):
        token = crowd.token(which, 1, await crowd.open(which))
        cookies = crowd.cookies(which, 1)
        request = asks(other.port, "/-/seat/take-over", cookies, {"token": token})
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        asked[which] = time.perf_counter()
        answer = await connection.ask(request)
        if answer.status != 200 or b"epoch" not in answer.body:
            raise RuntimeError(f"no takeover: {answer.head!r} {answer.body!r}")
    connection.close()
    until = time.perf_counter() + TOLD_WITHIN
    while any(streams[which].told is None for which in asked) and time.perf_counter() < until:
        await asyncio.sleep(0.1)
    told = [(streams[which].told, at) for which, at in asked.items()]
    strangers = sum(stream.told is not None for stream in streams) - count
    missed = sum(when is None for when, _ in told)
    if missed or strangers > 0:
        raise RuntimeError(f"{missed} of {count} were not told; {strangers} others were")
    return _spread([when - at for when, at in told if when is not None])


def _follower() -> float:
    """CPU time that a displacement costs Valkey for each process that follows, in microseconds."""
    with valkey_server() as server, contextlib.ExitStack() as stack:
        client = stack.enter_context(server.client())
        costs = []
        for followers in (0, FOLLOWERS):
            for _ in range(followers):
                stack.enter_context(server.client().pubsub()).subscribe("news")
            before = cpu_seconds(server.pid)
            for _ in range(PUBLISHED // PIPELINE):
                pipeline = client.pipeline(transaction=False)
                for _ in range(PIPELINE):
                    pipeline.publish("news", NEWS)
                pipeline.execute()
            costs.append((cpu_seconds(server.pid) - before) / PUBLISHED * 1e6)
    return (costs[1] - costs[0]) / FOLLOWERS


async def _leave(streams: list[Stream]) -> None:
    for stream in streams:
        stream.close()
    await asyncio.sleep(5)


def _due(per_second: float, count: int) -> Iterator[float]:
    start = time.perf_counter()
    return (start + number / per_second for number in range(count))


def _spread(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    last = len(ordered) - 1
    return {
        "count": len(ordered),
        "p50_ms": ordered[last // 2] * 1000,
        "p99_ms": ordered[last * 99 // 100] * 1000,
        "highest_ms": ordered[last] * 1000,
    }


def _table(result: dict[str, Any]) -> str:
    costs = {
        "opened/s": ("opened_per_second", 0),
        "kB each": ("kb_per_stream", 1),
        "µs to open": ("cpu_us_per_opening", 0),
        "fd each": ("descriptors_per_stream", 2),
        "µs/s each": ("cpu_us_per_stream_and_second", 2),
        "client": ("client_us_per_stream_and_second", 2),
        "µs told": ("cpu_us_per_displacement", 0),
        "lost": ("lost", 0),
        "MB left": ("left_mb", 1),
        "fd left": ("left_descriptors", 0),
    }
    times = {"p50": ("p50_ms", 1), "p99": ("p99_ms", 1), "highest": ("highest_ms", 1)}
    waits = {
        f"{row['name']}: {said}": row[key]
        for row in result["rows"]
        for said, key in WAITS.items()
        if key in row
    }
    return "\n".join(
        [
            f"{result['streams']} streams, {result['seconds']:g} s idle",
            "",
            *_columns({row["name"]: row for row in result["rows"]}, costs),
            "",
            *_columns(waits, times),
            "",
            (
                f"A displacement costs Valkey {result['follower_us']:.2f} µs for each process "
                "that follows."
            ),
            f"Milliseconds; load average {result['load_average']:.1f} at the end.",
        ]
    )


WAITS = {
    "told of a takeover": "told",
    "a page without streams": "pages_alone",
    "a page with them": "pages_meanwhile",
}


def _columns(rows: dict[str, dict[str, Any]], columns: dict[str, tuple[str, int]]) -> Iterator[str]:
    wide = max(map(len, rows), default=0) + 2
    yield " " * wide + "".join(f"{name:>11}" for name in columns)
    for name, row in rows.items():
        figures = (
            f"{row[key]:>11.{places}f}" if key in row else " " * 11
            for key, places in columns.values()
        )
        yield f"{name:<{wide}}" + "".join(figures)


if __name__ == "__main__":
    sys.exit(main())
