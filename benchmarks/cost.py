"""What one request costs the gate, in its own Python, and what the server takes in memory.

    python benchmarks/cost.py [--json] [--rounds N] [--requests N] [--data DIR]

docs/benchmarks.md says what each figure is.
"""

import argparse
import asyncio
import dataclasses
import gc
import json
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, cast

import papers
from papers import Running, Visitor

from broadsheet.access import Device, Granted, Level, Mode, Timings
from broadsheet.gate import Gate, Parts
from broadsheet.gate.networks import Ranges
from broadsheet.gate.pages import Face, Story
from broadsheet.gate.request import DEVICE, PASS, SESSION, App, Message, Scope
from broadsheet.gate.seals import Pass, Seals, device_key
from broadsheet.meters import SqliteMeterStore
from broadsheet.seats import SeatStore, SqliteSeatStore, Told
from broadsheet.stores import SharedNumber

GOAL_US = 100.0
GOAL_MB = 250.0
PAGE_BYTES = 40_000
KEY = "k" * 40
SECRET = "s" * 43
PATH = "/us/world/a-story-of-forty-thousand-bytes/"
STORY = Story(1, PATH, "us", "en-US", "America/New_York", Level.SUBSCRIBERS, 0, 0, ("en", "es"))
WARM_UP = 300


def main() -> int:
    """Measure, and say what was seen."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        costs = asyncio.run(_costs(Path(folder), options))
    memory = _memory(options.data) if options.memory else None
    result = {
        "rounds": options.rounds,
        "requests": options.requests,
        "microseconds": costs,
        "goal_us": GOAL_US,
        "reached_us": costs["subscriber, no store"] < GOAL_US,
        "memory": memory,
        "goal_mb": GOAL_MB,
        "reached_mb": memory and memory["server_mb"] < GOAL_MB,
    }
    print(json.dumps(result) if options.json else _table(result))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what a request costs the gate.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rounds", type=int, default=7, help="measurements each (default: 7)")
    parser.add_argument("--requests", type=int, default=5000, help="per measurement")
    parser.add_argument("--data", type=Path, default=papers.DEFAULT_DATA, help="the paper's folder")
    parser.add_argument(
        "--no-memory", dest="memory", action="store_false", help="only the gate's own cost"
    )
    options = parser.parse_args()
    if not (0 < options.rounds <= 100 and 0 < options.requests <= 1_000_000):
        parser.error("at most 100 rounds and 1,000,000 requests, and more than none")
    return options


class FakeStore:
    """A seat store that grants at once: what is left is the gate."""

    async def open(self, key: str, device: Device, number: int) -> Told:
        """See SeatStore."""
        now = time.time()
        return Told(Granted(1, now + 90, fresh=False), now)


class FakePress:
    """One story, one page of words."""

    async def find(self, path: str) -> Story | None:
        """See Press."""
        return STORY

    async def print_page(self, story: Story, face: Face) -> bytes | None:
        """See Press."""
        words = random.Random(1)
        letters = "etaoinshrdlu"
        text = "".join(
            "".join(words.choices(letters, k=words.randint(2, 9))) + " " for _ in range(PAGE_BYTES)
        )
        return text[:PAGE_BYTES].encode()


class Nobody:
    """Stands where the gate must not go in these measurements."""

    async def admit(self, session: str, secret: str) -> None:
        """See PassOffice."""
        raise AssertionError("the pass was not good")

    async def find(self, digest: str) -> None:
        """See GiftOffice."""
        raise AssertionError("a gift link was looked up")

    async def count(self, gift: int, now: float) -> bool:
        """See GiftOffice."""
        raise AssertionError("an opening was counted")

    async def ranges(self, now: float) -> Ranges:
        """See NetworkOffice: nobody reads by network."""
        return Ranges()

    async def site(self, *_: object) -> None:
        """See App."""
        raise AssertionError("the request went on to the site")

    async def record(self, events: Sequence[object]) -> None:
        """See Record."""
        raise AssertionError("something happened on the seat")

    async def record_openings(self, openings: Sequence[object]) -> None:
        """See RecordOpenings."""


@dataclasses.dataclass(slots=True)
class Browser:
    """Takes what the gate sends, and keeps the last of it."""

    start: Message = dataclasses.field(default_factory=dict)
    body: Message = dataclasses.field(default_factory=dict)

    async def send(self, message: Message) -> None:
        """See Send."""
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body = message

    async def receive(self) -> Message:
        """See Receive."""
        raise AssertionError("a GET has no body")


async def _costs(folder: Path, options: argparse.Namespace) -> dict[str, float]:
    seals = Seals([KEY])
    store = SqliteSeatStore(folder / "seats.sqlite3", Timings())
    a_pass = Pass(
        reader=1,
        device=device_key(SECRET),
        label="Firefox on Linux",
        key="seat:1",
        mode=Mode.ENFORCE,
        number=store.number("seat:1"),
        expires=time.time() + 86400,
    )
    sealed = seals.seal_pass(a_pass)
    cookies = f"{SESSION}={'x' * 32}; {DEVICE}={SECRET}; {PASS}={sealed}"
    fake = _gate(folder, cast(SeatStore, FakeStore()))
    sqlite = _gate(folder, store)
    work: dict[str, Callable[[], Awaitable[None]]] = {
        "subscriber, no store": await _asking(fake, cookies, b"granted; reason=lease"),
        "subscriber, SQLite store": await _asking(sqlite, cookies, b"granted; reason=lease"),
        "visitor's preview": await _asking(fake, "", b"preview; reason=subscription-required"),
        "reading a pass again": _reading(seals, sealed, fresh=False),
        "reading a pass first": _reading(seals, sealed, fresh=True),
    }
    seen: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(options.rounds):
        for name, ask in work.items():
            seen[name].append(await _timed(ask, options.requests))
    return {name: median(times) for name, times in seen.items()}


def _gate(folder: Path, store: SeatStore) -> Gate:
    nobody = Nobody()
    return Gate(
        Parts(
            site=nobody.site,
            press=FakePress(),
            office=nobody,
            gifts=nobody,
            networks=nobody,
            store=store,
            meters=SqliteMeterStore(folder / "meters.sqlite3"),
            record=nobody.record,
            record_openings=nobody.record_openings,
            issue=SharedNumber(folder / "issue"),
            keys=[KEY],
            secure=True,
            page_cache_bytes=64_000_000,
        )
    )


async def _asking(gate: App, cookies: str, access: bytes) -> Callable[[], Awaitable[None]]:
    """A request of the gate, after looking that it is answered as it should be."""
    browser = Browser()
    await gate(_scope(cookies), browser.receive, browser.send)  # prints the page, takes the seat
    given = dict(browser.start["headers"]).get(b"set-cookie", b"").decode().partition(";")[0]
    scope = _scope("; ".join(filter(None, (cookies, given))))

    async def ask() -> None:
        await gate(scope, browser.receive, browser.send)

    await ask()
    heads = dict(browser.start["headers"])
    if browser.start["status"] != 200 or heads[b"broadsheet-access"] != access:
        raise RuntimeError(f"expected {access!r}, got {browser.start}")
    if heads[b"content-encoding"] != b"br" or b"set-cookie" in heads:
        raise RuntimeError(f"not the answer to a reader who reads on: {browser.start}")
    for _ in range(WARM_UP):
        await ask()
    return ask


def _reading(seals: Seals, sealed: str, *, fresh: bool) -> Callable[[], Awaitable[None]]:
    now = time.time()

    async def ask() -> None:
        if fresh:
            seals._read_pass.cache_clear()
        if seals.read_pass(sealed, SECRET, now) is None:
            raise RuntimeError("the pass was not good")

    return ask


def _scope(cookies: str) -> Scope:
    heads = {"Host": "127.0.0.1:8000", **papers.BROWSER, "Accept-Language": "en-US,en;q=0.5"}
    if cookies:
        heads["Cookie"] = cookies
    return {
        "type": "http",
        "method": "GET",
        "path": PATH,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in heads.items()],
    }


async def _timed(ask: Callable[[], Awaitable[None]], requests: int) -> float:
    """Microseconds of this process's time per call."""
    gc.collect()
    before = time.process_time()
    for _ in range(requests):
        await ask()
    return (time.process_time() - before) / requests * 1e6


def _memory(folder: Path) -> dict[str, float]:
    port = papers.free_port()
    with papers.demo(folder, port) as (told, server):
        fresh = _resident_mb(server)
        reader = papers.subscriber(port, told, folder)
        paths = papers.stories(Visitor(port), told)
        for path in paths:
            for language in ("en", "es"):
                for visitor in (reader, Visitor(port)):
                    visitor.language = language
                    answer = visitor.get(path)
                    if answer.status != 200 or "broadsheet-access" not in answer.headers:
                        raise RuntimeError(f"{path} was answered with {answer.status}")
        return {"stories": len(paths), "fresh_mb": fresh, "server_mb": _resident_mb(server)}


def _resident_mb(server: Running) -> float:
    """Resident memory of a process and all that it has started."""
    status = {
        int(path.parent.name): dict(
            line.split(":\t", 1) for line in path.read_text().splitlines() if ":\t" in line
        )
        for path in Path("/proc").glob("[0-9]*/status")
    }
    family, more = {server.pid}, True
    while more:
        children = {pid for pid, said in status.items() if int(said["PPid"]) in family}
        more = not children <= family
        family |= children
    return sum(int(status[pid]["VmRSS"].split()[0]) for pid in family) * 1024 / 1e6


def _table(result: dict[str, Any]) -> str:
    lines = [
        f"Microseconds per request, medians of {result['rounds']} times {result['requests']}",
        "",
    ]
    lines += [f"{name:<28}{value:>8.1f}" for name, value in result["microseconds"].items()]
    lines += ["", f"no store, goal < {result['goal_us']:g}: {_said(result['reached_us'])}"]
    memory = result["memory"]
    if memory:
        lines += [
            "",
            f"The server's memory (resident) when it starts: {memory['fresh_mb']:.0f} MB",
            f"{memory['stories']} stories opened in both languages: {memory['server_mb']:.0f} MB",
            f"goal < {result['goal_mb']:g} MB: {_said(result['reached_mb'])}",
        ]
    return "\n".join(lines)


def _said(reached: bool) -> str:
    return "reached" if reached else "not reached"


if __name__ == "__main__":
    sys.exit(main())
