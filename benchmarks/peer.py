"""Another site's members' article beside this paper's, asked for the same way in turns.

    python benchmarks/peer.py URL --cookie 'name=value; …' [--ours URL --our-cookie '…'] [--json]

For sites that you run, or may ask: see docs/benchmarks.md. Without --ours, the demonstration
paper is built, served here, and asked by its subscriber.
"""

import argparse
import asyncio
import contextlib
import gzip
import json
import os
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote, urlsplit

import brotli
import papers
import uvloop
import wire
from papers import BROWSER
from wire import Answer, Broken

PATIENCE = 30.0
"""Seconds an answer may take."""
TELLING = (
    "cache-control",
    "content-encoding",
    "content-type",
    "etag",
    "server",
    "strict-transport-security",
    "transfer-encoding",
    "vary",
)
"""Headers whose difference is shown."""


class Refused(Exception):
    """This must not be measured; the text says why."""


@dataclass(frozen=True, slots=True)
class Site:
    """One article, and who asks for it."""

    name: str
    url: str
    cookie: str
    address: str
    """Where the site's name leads, looked up once."""
    tls: ssl.SSLContext | None

    @property
    def port(self) -> int:
        """Of the address."""
        return urlsplit(self.url).port or (443 if self.tls else 80)

    @property
    def host(self) -> str:
        """The name in the address."""
        return urlsplit(self.url).hostname or ""

    def request(self, *, member: bool = True) -> bytes:
        """The bytes to ask with; a stranger brings no cookies."""
        parts = urlsplit(self.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        path = quote(path, safe="/%?=&+:,;@!$'()*~")
        heads = {"Host": parts.netloc.rpartition("@")[2], **BROWSER}
        heads |= {"Accept-Language": "en-US,en;q=0.5", "Accept-Encoding": "gzip, br"}
        heads |= {"Cookie": self.cookie} if member and self.cookie else {}
        lines = "".join(f"{name}: {value}\r\n" for name, value in heads.items())
        return f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()

    async def connect(self) -> wire.Connection:
        """A new connection to it."""
        return await wire.connect(self.address, self.port, self.tls, self.host)


@dataclass(slots=True)
class Round:
    """What one round saw of one site; times in seconds."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    connections: int = 0
    failures: int = 0
    seconds: float = 0.0

    def note(self, answer: Answer) -> None:
        """Count an answer."""
        self.first.append(answer.first)
        self.whole.append(answer.whole)
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1


def main() -> int:
    """Measure both, and say what was seen."""
    options = _options()
    try:
        theirs = site("theirs", options.url, options.cookie, options)
        with _ours(options) as ours:
            result = uvloop.run(compared(theirs, ours, options))
    except (Refused, OSError, Broken, TimeoutError) as error:
        print(f"peer.py: {error or type(error).__name__}", file=sys.stderr)
        return 2
    print(json.dumps(result) if options.json else _table(result))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare another site's article with ours.")
    parser.add_argument("url", help="of an article that only members may read")
    parser.add_argument("--cookie", default="", help="'name=value; …' of a member")
    parser.add_argument("--ours", default="", help="address of a subscribers' story of this paper")
    parser.add_argument("--our-cookie", default="", help="'name=value; …' of a subscriber")
    parser.add_argument("--rounds", type=int, default=5, help="of each, in turns (default: 5)")
    parser.add_argument("--seconds", type=float, default=5.0, help="a round (default: 5)")
    parser.add_argument("--connections", type=int, default=2, help="at once (default: 2)")
    parser.add_argument(
        "--rate", type=float, default=20.0, help="requests a second at the most (default: 20)"
    )
    parser.add_argument("--ca", type=Path, help="certificates to trust, as PEM")
    parser.add_argument(
        "--i-run-this-site", action="store_true", help="ask hosts on the public Internet too"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--data", type=Path, default=papers.DEFAULT_DATA, help="the paper's folder")
    options = parser.parse_args()
    if options.rounds < 1 or options.seconds <= 0 or options.rate <= 0:
        parser.error("rounds, seconds and rate are more than nothing")
    if not 0 < options.connections <= 64:
        parser.error("between 1 and 64 connections")
    return options


def site(name: str, url: str, cookie: str, options: argparse.Namespace) -> Site:
    """A site that may be measured. Raises Refused."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(f"{url!r} is no http or https address")
    if "\r" in cookie or "\n" in cookie:
        raise Refused("a cookie is one line")
    found = socket.getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    strangers = [one for one in addresses if not _near(one)]
    if strangers and not options.i_run_this_site:
        raise Refused(
            f"{parts.hostname} ({strangers[0]}) is on the public Internet. Load on a site that is "
            "not yours is an attack: say --i-run-this-site if it is."
        )
    tls = ssl.create_default_context(cafile=options.ca) if parts.scheme == "https" else None
    return Site(name, url, cookie, addresses[0], tls)


def _near(address: str) -> bool:
    where = ip_address(address.partition("%")[0])
    return where.is_loopback or (where.is_private and not where.is_unspecified)


@contextlib.contextmanager
def _ours(options: argparse.Namespace) -> Iterator[Site]:
    if options.ours:
        yield site("ours", options.ours, options.our_cookie, options)
        return
    told = papers.build(options.data)
    port = papers.free_port()
    serve = ["-m", "broadsheet", "serve", "--port", str(port)]
    with papers.serve(serve, options.data, port):
        reader = papers.subscriber(port, told, options.data)
        cookie = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
        url = f"http://{papers.HOST}:{port}{papers.article(told, 'subscribers')}"
        yield site("ours", url, cookie, options)


async def compared(theirs: Site, ours: Site, options: argparse.Namespace) -> dict[str, Any]:
    """Both looked at, then measured in turns, there and back."""
    looks = {one.name: await _look(one) for one in (theirs, ours)}
    rounds: dict[str, list[Round]] = {"theirs": [], "ours": []}
    for number in range(options.rounds):
        for one in (theirs, ours)[:: -1 if number % 2 else 1]:
            rounds[one.name].append(await _round(one, options))
        print(f"round {number + 1} of {options.rounds} done", file=sys.stderr)
    return {
        "rounds": options.rounds,
        "connections": options.connections,
        "rate": options.rate,
        "load_average": os.getloadavg()[0],
        "sites": {
            name: {"url": one.url, **looks[name], **_seen(rounds[name])}
            for name, one in (("theirs", theirs), ("ours", ours))
        },
        "ratios": {
            what: _ratio(rounds["theirs"], rounds["ours"], what) for what in ("first", "whole")
        },
    }


async def _round(asked: Site, options: argparse.Namespace) -> Round:
    seen, start = Round(), time.perf_counter()
    end, step = start + options.seconds, options.connections / options.rate

    async def reader(number: int) -> None:
        connection: wire.Connection | None = None
        due = start + number / options.rate
        while due < end:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            try:
                if connection is None or not connection.open:
                    seen.connections += 1
                    connection = await asked.connect()
                seen.note(await asyncio.wait_for(connection.ask(asked.request()), PATIENCE))
            except (Broken, OSError, TimeoutError):
                seen.failures += 1
                connection = None
            due = max(due + step, time.perf_counter())
        if connection is not None:
            connection.close()

    await asyncio.gather(*(reader(number) for number in range(options.connections)))
    seen.seconds = time.perf_counter() - start
    if not seen.whole:
        raise Broken(f"{asked.url} answered nothing in {options.seconds:g} seconds")
    return seen


async def _look(asked: Site) -> dict[str, Any]:
    """What a member gets, twice, and what a stranger gets."""
    member, again, stranger = [await _alone(asked, member=member) for member in (True, True, False)]
    texts = [_text(one) for one in (member, again, stranger)]
    return {
        "status": member.status,
        "wire_bytes": member.size,
        "body_bytes": len(member.body),
        "text_bytes": len(texts[0]),
        "headers": {name: member.header(name) for name in TELLING if member.header(name)},
        "location": member.header("location"),
        "sets_cookies": bool(member.header("set-cookie")),
        "personal": texts[0] != texts[2] or member.status != stranger.status,
        "stranger": {"status": stranger.status, "text_bytes": len(texts[2])},
        "same_each_time": texts[0] == texts[1],
    }


async def _alone(asked: Site, *, member: bool) -> Answer:
    connection = await asked.connect()
    try:
        return await asyncio.wait_for(connection.ask(asked.request(member=member)), PATIENCE)
    finally:
        connection.close()


def _text(answer: Answer) -> bytes:
    how = answer.header("content-encoding").lower()
    try:
        if how == "gzip":
            return gzip.decompress(answer.body)
        return brotli.decompress(answer.body) if how == "br" else answer.body
    except (OSError, EOFError, brotli.error) as error:
        raise Broken(f"an answer that says it is {how} is not: {error}") from error


def _seen(rounds: list[Round]) -> dict[str, Any]:
    answers = sum(len(one.whole) for one in rounds)
    return {
        "answers": answers,
        "failures": sum(one.failures for one in rounds),
        "answers_per_connection": answers / max(1, sum(one.connections for one in rounds)),
        "statuses": {
            status: sum(one.statuses.get(status, 0) for one in rounds)
            for one in rounds
            for status in one.statuses
        },
        "per_second": median(len(one.whole) / one.seconds for one in rounds),
        "first_p50_ms": median(_at(one.first, 50) for one in rounds) * 1000,
        "first_p99_ms": median(_at(one.first, 99) for one in rounds) * 1000,
        "whole_p50_ms": median(_at(one.whole, 50) for one in rounds) * 1000,
        "whole_p99_ms": median(_at(one.whole, 99) for one in rounds) * 1000,
    }


def _ratio(theirs: list[Round], ours: list[Round], what: str) -> dict[str, float]:
    # Round by round, so that what slows the machine for a while slows both.
    pairs = zip(theirs, ours, strict=True)
    values = [_at(getattr(one, what), 50) / _at(getattr(other, what), 50) for one, other in pairs]
    return {"value": median(values), "lowest": min(values), "highest": max(values)}


def _at(times: list[float], percent: int) -> float:
    ordered = sorted(times)
    return ordered[(len(ordered) - 1) * percent // 100]


def _table(result: dict[str, Any]) -> str:
    sites = result["sites"]
    lines = [
        (
            f"{result['rounds']} rounds in turns, {result['connections']} connections, at most "
            f"{result['rate']:g} requests a second; load average {result['load_average']:.1f}"
        ),
        "",
        f"{'':<26}{'theirs':>32}{'ours':>32}",
    ]
    for said, key in ROWS.items():
        cells = [_cell(sites[name][key]) for name in ("theirs", "ours")]
        lines.append(f"{said:<26}{cells[0]:>32}{cells[1]:>32}")
    for name in TELLING:
        cells = [sites[one]["headers"].get(name, "") for one in ("theirs", "ours")]
        if any(cells):
            lines.append(f"{name:<26}{cells[0][:31]:>32}{cells[1][:31]:>32}")
    lines.append("")
    for said, what in (("first byte", "first"), ("whole answer", "whole")):
        ratio = result["ratios"][what]
        lines.append(
            f"{said}: theirs takes {ratio['value']:.2f} times as long as ours (median of rounds; "
            f"{ratio['lowest']:.2f} to {ratio['highest']:.2f})"
        )
    return "\n".join([*lines, *_remarks(sites)])


ROWS = {
    "status": "status",
    "answers": "answers",
    "failures": "failures",
    "per second": "per_second",
    "answers a connection": "answers_per_connection",
    "first byte p50 ms": "first_p50_ms",
    "first byte p99 ms": "first_p99_ms",
    "whole p50 ms": "whole_p50_ms",
    "whole p99 ms": "whole_p99_ms",
    "bytes on the wire": "wire_bytes",
    "bytes of the page": "text_bytes",
    "personal": "personal",
    "same each time": "same_each_time",
    "sets cookies": "sets_cookies",
}


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _remarks(sites: dict[str, Any]) -> Iterator[str]:
    for name, one in sites.items():
        if one["location"]:
            yield f"{name}: leads on to {one['location']}, which was not followed"
        if not one["personal"]:
            yield f"{name}: a stranger gets the same page: nobody's right to read was looked at"
        if set(one["statuses"]) != {one["status"]}:
            yield f"{name}: statuses {one['statuses']}"


if __name__ == "__main__":
    sys.exit(main())
