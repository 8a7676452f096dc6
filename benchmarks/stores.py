"""What a call of the seat store costs, however many seats are held.

    python benchmarks/stores.py [--json] [--seats 100,10000,1000000] [--seconds S]

docs/benchmarks.md says what each figure is.
"""

import argparse
import asyncio
import json
import os
import random
import sqlite3
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvloop
from load import cpu_seconds

from broadsheet.access import Device, Granted, Timings
from broadsheet.gate.seals import device_key
from broadsheet.seats import SeatStore, SqliteSeatStore, ValkeySeatStore
from broadsheet.seats.sqlite import SCHEMA, WRITE

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.servers.valkey import ValkeyServer, valkey_server

NUMBER = 1_700_000_000_000
LASTS = 86_400.0
"""Seconds a lease lasts here, so that every seat is still held at the end."""
AT_ONCE = 64
"""Calls under way at once, as from so many readers."""
PIPELINE = 10_000
BUDGET = 5.0
ROW = (
    "{store:<8}{seats:>10}{per_second:>12.0f}{p50_ms:>9.2f}{p99_ms:>9.2f}"
    "{client_us:>11.1f}{server_us:>11.1f}{bytes:>12.0f}"
)
TIMINGS = Timings(lease=LASTS)


def main() -> int:
    """Measure, and say what was seen."""
    options = _options()
    rows = [row for count in options.seats for row in _rows(count, options.seconds)]
    result = {"at_once": AT_ONCE, "load_average": os.getloadavg()[0], "rows": rows}
    print(json.dumps(result) if options.json else _table(result))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what a call of the seat store costs.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--seconds", type=float, default=5.0, help="per measurement (default: 5)")
    parser.add_argument(
        "--seats",
        type=lambda text: [int(one) for one in text.split(",")],
        default=[100, 10_000, 1_000_000],
        help="how many are held (default: 100,10000,1000000)",
    )
    return parser.parse_args()


def _rows(count: int, seconds: float) -> Iterator[dict[str, Any]]:
    print(f"{count} seats…", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "seats.sqlite3"
        _hold_in_sqlite(path, count)
        store = SqliteSeatStore(path, TIMINGS, BUDGET)
        seen = uvloop.run(_renew(store, count, seconds, pid=None))
        yield {"store": "sqlite", "seats": count, **seen, "bytes": path.stat().st_size / count}
    with valkey_server() as server:
        before = _memory(server)
        _hold_in_valkey(server, count)
        held = (_memory(server) - before) / count
        store = ValkeySeatStore(server.url, TIMINGS, BUDGET)
        seen = uvloop.run(_renew(store, count, seconds, server.pid))
        yield {"store": "valkey", "seats": count, **seen, "bytes": held}


def _device(seat: int) -> Device:
    return Device(device_key(f"{seat:043}"), "Firefox on Windows")


def _hold_in_sqlite(path: Path, count: int) -> None:
    now = time.time()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(SCHEMA)
        for seat in range(count):
            device = _device(seat)
            row = (f"seat:{seat}", device.id, device.label, NUMBER + 1, now, now + LASTS, NUMBER)
            db.execute(WRITE, row)


def _hold_in_valkey(server: ValkeyServer, count: int) -> None:
    now = int(time.time() * 1000)
    until = now + int(LASTS * 1000)
    with server.client() as client:
        for start in range(0, count, PIPELINE):
            pipeline = client.pipeline(transaction=False)
            for seat in range(start, min(count, start + PIPELINE)):
                device = _device(seat)
                pipeline.set(f"{{seat:{seat}}}", _kept(device, now, until), px=int(LASTS * 1000))
            pipeline.execute()


def _kept(device: Device, now: int, until: int) -> bytes:
    # As seat.lua writes it.
    numbers = struct.pack(">ddddB", NUMBER + 1, now, until, NUMBER, len(device.id))
    return numbers + device.id.encode() + device.label.encode()


def _memory(server: ValkeyServer) -> int:
    with server.client() as client:
        return int(client.info("memory")["used_memory"])


async def _renew(store: SeatStore, count: int, seconds: float, pid: int | None) -> dict[str, Any]:
    """Holders of seats chosen at random ask for a story, as many at once as AT_ONCE."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def reader() -> None:
        while (start := time.perf_counter()) < end:
            seat = random.randrange(count)
            told = await store.open(f"seat:{seat}", _device(seat), NUMBER)
            assert isinstance(told.answer, Granted)
            assert not told.answer.fresh
            times.append(time.perf_counter() - start)

    began, own = time.perf_counter(), time.process_time()
    theirs = cpu_seconds(pid) if pid else 0.0
    await asyncio.gather(*(reader() for _ in range(AT_ONCE)))
    took, calls = time.perf_counter() - began, len(times)
    times.sort()
    return {
        "per_second": calls / took,
        "p50_ms": times[calls // 2] * 1000,
        "p99_ms": times[calls * 99 // 100] * 1000,
        "client_us": (time.process_time() - own) / calls * 1e6,
        "server_us": ((cpu_seconds(pid) if pid else 0.0) - theirs) / calls * 1e6,
    }


def _table(result: dict[str, Any]) -> str:
    head = f"{'store':<8}{'seats':>10}{'per second':>12}{'p50 ms':>9}{'p99 ms':>9}"
    lines = [f"{head}{'client µs':>11}{'server µs':>11}{'bytes/seat':>12}"]
    lines += [ROW.format(**row) for row in result["rows"]]
    lines += ["", f"{result['at_once']} calls at once; load average {result['load_average']:.1f}."]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
