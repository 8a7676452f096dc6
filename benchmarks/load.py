"""The load: one process that asks one server the same thing over and over.

`gate.py` starts it with a job as JSON on standard input, and reads a report as JSON from its
standard output. It keeps some connections open, each with one request under way, and does as
little as it can per answer, so that the server is what is measured: it looks at the status
line, at one expected header, and at the content-length. It talks to 127.0.0.1 only.
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

import uvloop

HOST = "127.0.0.1"
TICK = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Job:
    """What to ask, of whom, for how long."""

    port: int
    request: str
    """The request's bytes, as Latin-1."""
    expect: str
    """What must stand in the head of every answer; empty: nothing."""
    pid: int
    """The server's process, whose CPU time is read, and that of its workers."""
    connections: int
    warm_up: float
    """Seconds of load before the measured ones."""
    seconds: float


@dataclass(slots=True)
class Report:
    """What was seen in the measured seconds."""

    per_second: float
    p50_ms: float
    p99_ms: float
    answers: int
    wrong: int
    """Answers, measured or not, with another status or without the expected header."""
    server_us: float
    """The server's CPU time per answer, in microseconds."""
    load_us: float
    """This process's own CPU time per answer."""


@dataclass(slots=True)
class Tally:
    """What the connections of one job have seen."""

    expect: bytes
    counting: bool = False
    wrong: int = 0
    lost: int = 0
    times: list[float] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """One kept-alive connection: a request, its answer, the next request."""

    def __init__(self, request: bytes, tally: Tally) -> None:
        self._request = request
        self._tally = tally
        self._rest = b""
        self._asked = 0.0
        self._transport: asyncio.Transport | None = None
        self._done = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server hung up, unless this process did."""
        if not self._done:
            self._tally.lost += 1
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Once an answer is whole, count it and ask again."""
        if self._rest:
            data = self._rest + data
        head = data.find(b"\r\n\r\n")
        if head < 0 or len(data) < head + 4 + _length(data, head):
            self._rest = data
            return
        self._rest = b""
        tally = self._tally
        if not data.startswith(b"HTTP/1.1 200 ") or data.find(tally.expect, 0, head) < 0:
            tally.wrong += 1
        if tally.counting:
            tally.times.append(time.perf_counter() - self._asked)
        self._ask()

    def close(self) -> None:
        """Stop asking."""
        self._done = True
        if self._transport is not None:
            self._transport.abort()

    def _ask(self) -> None:
        if self._transport is not None:
            self._asked = time.perf_counter()
            self._transport.write(self._request)


def _length(data: bytes, head: int) -> int:
    at = data.find(b"content-length: ", 0, head)
    if at < 0:
        raise ValueError("an answer without content-length; this load cannot tell where it ends")
    return int(data[at + 16 : data.find(b"\r\n", at)])


async def run(job: Job) -> Report:
    """Do the job."""
    tally = Tally(job.expect.encode("latin-1"))
    loop = asyncio.get_running_loop()
    request = job.request.encode("latin-1")
    made = [
        await loop.create_connection(lambda: Connection(request, tally), HOST, job.port)
        for _ in range(job.connections)
    ]
    await asyncio.sleep(job.warm_up)
    before = time.perf_counter(), time.process_time(), cpu_seconds(job.pid)
    tally.counting = True
    await asyncio.sleep(job.seconds)
    tally.counting = False
    after = time.perf_counter(), time.process_time(), cpu_seconds(job.pid)
    for _, connection in made:
        connection.close()
    if tally.lost or not tally.times:
        raise ConnectionError(f"{tally.lost} connections lost, {len(tally.times)} answers")
    spent = [late - early for early, late in zip(before, after, strict=True)]
    return _report(tally, *spent)


def _report(tally: Tally, seconds: float, own: float, server: float) -> Report:
    times = sorted(tally.times)
    count = len(times)
    return Report(
        per_second=count / seconds,
        p50_ms=times[count // 2] * 1000,
        p99_ms=times[min(count - 1, count * 99 // 100)] * 1000,
        answers=count,
        wrong=tally.wrong,
        server_us=server / count * 1e6,
        load_us=own / count * 1e6,
    )


def cpu_seconds(pid: int) -> float:
    """CPU time that a process and its children have spent, all their threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return (int(fields[11]) + int(fields[12])) * TICK + sum(cpu_seconds(int(c)) for c in children)


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(run(Job(**json.load(sys.stdin)))))))
