"""Ten million subscribers, a million of whom read at a news peak: what it takes, what bends first.

    python benchmarks/scale.py [--json] [--svg FILE] [--readers N] [--gate FILE] [--stores FILE]
                               [--streams FILE] [--soak FILE] [prices…]

`news_peak.py` simulates the readers; here their requests are multiplied with what one of each
costs, as the other benchmarks measured it (their --json, or the figures of docs/benchmarks.md).
docs/scale.md says what is measured, what is assumed, and what follows.
"""

import argparse
import dataclasses
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drawing import Chart, svg
from news_peak import LATEST, Ask, Behaviour, Course, Peak, simulate

from broadsheet.gate.events import PAUSE as EVENTS_PAUSE
from broadsheet.gate.openings import PAUSE as OPENINGS_PAUSE

SUBSCRIBERS = 10_000_000
MONTH_HOURS = 730
EGRESS = ((10, 0.09), (50, 0.085), (150, 0.07), (math.inf, 0.05))
"""Dollars a gigabyte up to so many terabytes a month: AWS, out to the Internet, us-east-1, list
prices of 2026-04-27 as leanopstech.com/blog/aws-data-transfer-pricing-2026 gives them."""
CORE_HOUR = 0.0408
"""Dollars for a core and 4 GiB an hour: half an m7g.large, on demand, us-east-1, list price of
2026-06-17 as factualminds.com/blog/amazon-ec2-on-demand-pricing-instance-families-2026 gives it."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What one of each costs: microseconds of CPU time unless it says otherwise.

    Measured on 2026-11-29, on two cores that carried the load as well (docs/benchmarks.md).
    """

    page: float = 481.0
    in_use: float = 481.0
    free: float = 221.0
    front: float = 115_500.0
    beat: float = 617.0
    release: float = 557.0
    takeover: float = 2_000.0
    admission: float = 17_300.0
    stream_opened: float = 359.0
    stream_second: float = 3.32
    """An open stream, per second."""
    stream_kb: float = 23.5
    heard: float = 250.0
    """A displacement anywhere, in each process."""
    process_mb: float = 252.0
    store_call: float = 22.6
    """A call, in Valkey."""
    follower: float = 0.32
    """A displacement, in Valkey, for each process that follows."""
    seat_bytes: float = 164.0
    db_admission: float = 3_070.0
    db_takeover: float = 149.0
    """The events of one takeover."""
    db_front: float = 13_300.0
    db_process: float = 2_000.0
    """A process that only asks whether something was published, per second."""
    print_page: float = 45_300.0
    """A page printed anew, on the host."""
    db_print: float = 6_280.0
    event_row: float = 17_200.0
    """How long one batch of events keeps the next from the totals of its day (elapsed time)."""
    openings_row: float = 20_600.0
    """The same, for the openings of a story in this hour."""
    db_openings: float = 3_000.0
    """What a process has noted of openings in two seconds. Assumed, not measured."""
    page_bytes: float = 8_900.0
    small_bytes: float = 700.0
    """A beat's or release's answer."""


@dataclass(frozen=True, slots=True)
class House:
    """How it is set up. Every one of these is a choice or an assumption."""

    host_cores: int = 16
    busy: float = 0.6
    """Share of a host's cores in use at the peak."""
    proxy: float = 0.2
    """Cores for TLS and the proxy, as a share of the paper's. Not measured here."""
    shard_busy: float = 0.5
    database_cores: int = 64
    database_busy: float = 0.6
    database_connections: int = 5_000
    pool: int = 16
    """Connections that a process may keep to the database."""
    seats_kept: float = 690.0
    """Seconds a seat is kept after its last call: a pass and a lease."""
    hot_stories: int = 10
    """Stories that every process prints anew after a publication, in four faces each."""
    faces: int = 4
    edges: float = 0.0
    """Share of front pages that something in front of the hosts answers."""
    failover: float = 15.0
    """Seconds until a shard's replica has taken its place."""


HOST_COSTS: Mapping[Ask, Callable[[Costs], float]] = {
    Ask.PAGE: lambda c: c.page,
    Ask.IN_USE: lambda c: c.in_use,
    Ask.FREE: lambda c: c.free,
    Ask.FRONT: lambda c: c.front,
    Ask.BEAT: lambda c: c.beat,
    Ask.RELEASE: lambda c: c.release,
    Ask.TAKEOVER: lambda c: c.takeover,
    Ask.STREAM: lambda c: c.stream_opened,
    Ask.ADMISSION: lambda c: c.admission,
}
STORE_CALLS = (Ask.PAGE, Ask.IN_USE, Ask.BEAT, Ask.RELEASE, Ask.TAKEOVER, Ask.ADMISSION)


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked in the minute that costs the hosts most. Rates are per second."""

    rates: dict[Ask, float]
    streams: float
    readers: float
    at: int

    @property
    def store_calls(self) -> float:
        """Calls of the seat store."""
        return sum(self.rates[ask] for ask in STORE_CALLS)

    def cores(self, costs: Costs, house: House) -> dict[str, float]:
        """Busy cores of the hosts by what keeps them busy; processes' own costs are not in it."""
        found = {str(ask): self.rates[ask] * cost(costs) / 1e6 for ask, cost in HOST_COSTS.items()}
        found[str(Ask.FRONT)] *= 1 - house.edges
        found["streams open"] = self.streams * costs.stream_second / 1e6
        return found


def demand(course: Course, costs: Costs, house: House) -> Demand:
    """The costliest minute of a peak."""
    minutes = (
        Demand(
            {ask: course.rates[ask][at] for ask in Ask}, course.streams[at], course.readers[at], at
        )
        for at in range(0, len(course.readers), 10)
    )
    return max(minutes, key=lambda minute: sum(minute.cores(costs, house).values()))


@dataclass(frozen=True, slots=True)
class Fleet:
    """What carries a demand."""

    processes: int
    hosts: int
    shards: int
    busy_cores: float
    fan_out: float
    """Displacements told to processes, a second: each reaches every process."""


def fleet(needed: Demand, costs: Costs, house: House) -> Fleet:
    """As many as keep everything as busy as the house allows."""
    displaced = needed.rates[Ask.TAKEOVER]
    asked = sum(needed.cores(costs, house).values()) * (1 + house.proxy)
    # Every process hears of every displacement, so more of them are needed for hearing.
    hears = displaced * costs.heard / 1e6
    if hears >= house.busy:
        raise SystemExit("processes would do nothing but hear of displacements")
    processes = math.ceil(asked / (house.busy - hears))
    hosts = math.ceil(processes / house.host_cores)
    fan_out = displaced * hosts * house.host_cores
    return Fleet(
        processes=hosts * house.host_cores,
        hosts=hosts,
        shards=max(1, math.ceil(needed.store_calls * costs.store_call / 1e6 / house.shard_busy)),
        busy_cores=asked + processes * hears,
        fan_out=fan_out,
    )


@dataclass(frozen=True, slots=True)
class Bend:
    """Something that more hosts do not relieve."""

    name: str
    load: float
    """As a share of what it can carry at the most."""
    grows: int
    """With which power of the number of readers."""
    then: str
    """What to do about it."""

    def readers(self, now: float) -> float:
        """At how many readers it is used up."""
        return now * (1 / self.load) ** (1 / self.grows) if self.load else math.inf


def bends(needed: Demand, found: Fleet, costs: Costs, house: House) -> list[Bend]:
    """All of them, the first to give way first."""
    displaced, processes = needed.rates[Ask.TAKEOVER], found.processes
    batches = min(displaced, processes / EVENTS_PAUSE)
    printing = processes * house.hot_stories * house.faces
    database = (house.database_cores * house.database_busy) or 1
    there = [
        Bend(
            "the day's totals: one row that every batch of seat events changes",
            batches * costs.event_row / 1e6,
            1,
            "count in each process and write the totals every ten seconds, or as the last step "
            "of the transaction",
        ),
        Bend(
            "the hour's openings of a story that everybody reads: one row that every process "
            "changes every two seconds",
            processes / OPENINGS_PAUSE * costs.openings_row / 1e6,
            1,
            "hand openings over less often where there are many processes; commit each row alone",
        ),
        Bend(
            "PostgreSQL's cores (one primary)",
            sum(database_cores(needed, found, costs, house).values()) / database,
            1,
            "passes that last longer (`pass_seconds`); front pages kept ready like stories; "
            "passes issued from a replica",
        ),
        Bend(
            "PostgreSQL's connections",
            processes * house.pool / house.database_connections,
            1,
            "a pooler (PgBouncer, transaction mode) on every host",
        ),
        Bend(
            "PostgreSQL while every process prints the front stories anew",
            printing * costs.db_print / 1e6 / (10 * database),
            1,
            "print a page once and share it between processes (Valkey), or publish to hosts in "
            "turns; counted as used up when it takes more than ten seconds",
        ),
        Bend(
            "the Valkey node that every process follows",
            found.fan_out * costs.follower / 1e6 / house.shard_busy,
            2,
            "one follower a host instead of one a process; sharded channels, each process "
            "following only those of the seats it has streams for",
        ),
        Bend(
            "hearing of every displacement, in each process",
            displaced * costs.heard / 1e6 / house.busy,
            1,
            "the same",
        ),
    ]
    return sorted(there, key=lambda one: one.readers(1.0))


def database_cores(needed: Demand, found: Fleet, costs: Costs, house: House) -> dict[str, float]:
    """Busy cores of PostgreSQL by what keeps them busy."""
    return {
        "passes issued": needed.rates[Ask.ADMISSION] * costs.db_admission / 1e6,
        "front pages": needed.rates[Ask.FRONT] * (1 - house.edges) * costs.db_front / 1e6,
        "seat events": needed.rates[Ask.TAKEOVER] * costs.db_takeover / 1e6,
        "openings": found.processes / OPENINGS_PAUSE * costs.db_openings / 1e6,
        "asking for publications": found.processes * costs.db_process / 1e6,
    }


def main() -> int:
    """Simulate, and say what follows."""
    options = _options()
    costs = measured(options)
    house = House(host_cores=options.host_cores, edges=options.edges)
    course = simulate(Behaviour(), Peak(), options.readers, visits=options.visits)
    result = reckoned(course, costs, house, options)
    if options.svg:
        options.svg.write_text(_drawing(course))
    print(json.dumps(result) if options.json else _table(result))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Reckon what a news peak takes.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--svg", type=Path, help="draw the peak into this file")
    parser.add_argument("--readers", type=float, default=1e6, help="at the height (1,000,000)")
    parser.add_argument("--visits", type=int, default=40_000, help="in the sample (40,000)")
    parser.add_argument("--host-cores", type=int, default=16, help="of one host (16)")
    parser.add_argument(
        "--edges", type=float, default=0.0, help="share of front pages answered before the hosts"
    )
    for name in ("gate", "stores", "streams", "soak"):
        parser.add_argument(f"--{name}", type=Path, help=f"what {name}.py --json printed")
    parser.add_argument(
        "--core-hour", type=float, default=CORE_HOUR, help=f"dollars ({CORE_HOUR:g})"
    )
    parser.add_argument(
        "--egress-gb", type=float, help="dollars a gigabyte; default: the tiers of EGRESS"
    )
    parser.add_argument("--visits-a-month", type=float, default=20.0, help="of one subscriber (20)")
    parser.add_argument(
        "--average", type=float, default=0.15, help="load over a month, as a share of the peak's"
    )
    return parser.parse_args()


def measured(options: argparse.Namespace) -> Costs:
    """The costs, from the files that were given, else the documented ones."""
    found: dict[str, float] = {}
    for name, read in READERS.items():
        file: Path | None = getattr(options, name)
        if file is not None:
            found |= read(json.loads(file.read_text()))
    return dataclasses.replace(Costs(), **found)


def _of_gate(seen: dict[str, Any]) -> dict[str, float]:
    targets = seen["targets"]
    return {
        "page": targets["subscriber_valkey"]["server_us"],
        "free": targets["free"]["server_us"],
    }


def _of_stores(seen: dict[str, Any]) -> dict[str, float]:
    rows = [row for row in seen["rows"] if row["store"] == "valkey"]
    most = max(rows, key=lambda row: row["seats"])
    return {"store_call": most["server_us"], "seat_bytes": most["bytes"]}


def _of_streams(seen: dict[str, Any]) -> dict[str, float]:
    row = next(row for row in seen["rows"] if row["name"] == "valkey")
    return {
        "stream_opened": row["cpu_us_per_opening"],
        "stream_second": row["cpu_us_per_stream_and_second"],
        "stream_kb": row["kb_per_stream"],
        "heard": row["cpu_us_per_displacement"],
        "follower": seen["follower_us"],
    }


def _of_soak(seen: dict[str, Any]) -> dict[str, float]:
    costs = seen["costs"]
    servers = [one["mb"] for name, one in seen["grows"].items() if name.startswith("server")]
    found = {
        "page": costs["page"]["server"],
        "free": costs["free"]["server"],
        "store_call": costs["page"]["valkey"],
        "print_page": seen["printing"]["server"],
        "beat": costs["beat"]["server"],
        "release": costs["release"]["server"],
        "in_use": costs["page"]["server"],
        "front": costs["front"]["server"],
        "admission": costs["admission"]["server"],
        "takeover": costs["takeover"]["server"] - 2 * costs["page"]["server"],
        "process_mb": max(servers),
    }
    if "postgresql" in costs["front"]:
        found |= {
            "db_admission": costs["admission"]["postgresql"],
            "db_front": costs["front"]["postgresql"],
            "db_print": seen["printing"]["postgresql"],
            "db_process": seen["idle"]["postgresql"],
            "db_takeover": costs["takeover"]["postgresql"],
            "event_row": seen["batches"]["events"]["took_us"],
            "openings_row": seen["batches"]["openings"]["took_us"],
        }
    return found


READERS: Mapping[str, Callable[[dict[str, Any]], dict[str, float]]] = {
    "soak": _of_soak,
    "gate": _of_gate,
    "stores": _of_stores,
    "streams": _of_streams,
}
"""Where two of them measured the same, the later one is believed."""


def reckoned(
    course: Course, costs: Costs, house: House, options: argparse.Namespace
) -> dict[str, Any]:
    """All that follows from a peak."""
    needed = demand(course, costs, house)
    found = fleet(needed, costs, house)
    return {
        "readers": options.readers,
        "visits": course.visits,
        "visits_per_subscriber": course.visits / SUBSCRIBERS,
        "sample_stands_for": course.scale,
        "minute": needed.at / 60,
        "rates": {str(ask): needed.rates[ask] for ask in Ask},
        "highest": {str(ask): course.highest(ask) for ask in Ask},
        "streams": max(course.streams),
        "store_calls": needed.store_calls,
        "gbit_per_second": _bits(needed, costs) / 1e9,
        "cores": needed.cores(costs, house),
        "fleet": dataclasses.asdict(found),
        "host": _host(needed, found, costs, house),
        "valkey": _valkey(course, needed, found, costs, house),
        "database_cores": database_cores(needed, found, costs, house),
        "bends": [
            {**dataclasses.asdict(one), "readers": one.readers(options.readers)}
            for one in bends(needed, found, costs, house)
        ],
        "money": _money(needed, found, costs, house, options),
        "failures": _failures(course, needed, found, costs, house),
        "sensitivity": list(_sensitivity(found, costs, house, options)),
        "costs": dataclasses.asdict(costs),
        "house": dataclasses.asdict(house),
        "behaviour": dataclasses.asdict(Behaviour()),
    }


def _bits(needed: Demand, costs: Costs) -> float:
    pages = sum(needed.rates[ask] for ask in (Ask.PAGE, Ask.IN_USE, Ask.FREE, Ask.FRONT))
    small = needed.rates[Ask.BEAT] + needed.rates[Ask.RELEASE] + needed.rates[Ask.STREAM]
    return 8 * (pages * costs.page_bytes + small * costs.small_bytes + needed.streams * 30 / 15)


def _host(needed: Demand, found: Fleet, costs: Costs, house: House) -> dict[str, float]:
    streams = needed.streams / found.processes
    memory = costs.process_mb + streams * costs.stream_kb / 1000
    return {
        "streams_per_process": streams,
        "memory_gb": memory * house.host_cores / 1000,
        "mbit_per_second": _bits(needed, costs) / found.hosts / 1e6,
        "store_calls": needed.store_calls / found.hosts,
    }


def _valkey(
    course: Course, needed: Demand, found: Fleet, costs: Costs, house: House
) -> dict[str, float]:
    # Whoever asked within the last minutes still has a seat there.
    since = max(0, needed.at - int(house.seats_kept))
    comes = sum(course.rates[Ask.ADMISSION][since : needed.at]) / 1.0
    seats = min(SUBSCRIBERS, needed.readers + comes)
    return {
        "calls": needed.store_calls,
        "busy_cores": needed.store_calls * costs.store_call / 1e6,
        "seats": seats,
        "memory_gb": seats * costs.seat_bytes / 1e9,
        "told_per_second": found.fan_out,
        "told_cores": found.fan_out * costs.follower / 1e6,
    }


def _money(
    needed: Demand, found: Fleet, costs: Costs, house: House, options: argparse.Namespace
) -> dict[str, float]:
    """Dollars a month."""
    hosts = found.hosts * house.host_cores * options.core_hour * MONTH_HOURS
    # A primary and a replica of each; a shard has two cores for its one busy one.
    stores = found.shards * 2 * 2 * options.core_hour * MONTH_HOURS
    database = 2 * house.database_cores * options.core_hour * MONTH_HOURS
    pages = SUBSCRIBERS * options.visits_a_month * (Behaviour().pages + Behaviour().front)
    gigabytes = pages * (costs.page_bytes + 6 * costs.small_bytes) / 1e9
    egress = gigabytes * options.egress_gb if options.egress_gb else _tiered(gigabytes / 1000)
    return {
        "hosts": hosts,
        "hosts_if_they_follow_the_load": hosts * options.average,
        "valkey": stores,
        "postgresql": database,
        "egress_tb": gigabytes / 1000,
        "egress": egress,
        "in_all": hosts + stores + database + egress,
        "per_subscriber": (hosts + stores + database + egress) / SUBSCRIBERS,
    }


def _tiered(terabytes: float) -> float:
    paid, reached = 0.0, 0.0
    for until, price in EGRESS:
        within = min(terabytes, until) - reached
        if within <= 0:
            break
        paid, reached = paid + within * 1000 * price, until
    return paid


def _failures(
    course: Course, needed: Demand, found: Fleet, costs: Costs, house: House
) -> dict[str, float]:
    left = found.processes * 2 / 3
    busy = found.busy_cores / left
    again = course.reopened(needed.at, 1 / 3)
    opening = again * costs.stream_opened / 1e6 / left
    asked = needed.rates[Ask.PAGE] + needed.rates[Ask.BEAT]
    away = needed.rates[Ask.PAGE]
    return {
        "third_gone_busy": busy,
        "third_gone_streams_reopened": again,
        "third_gone_busy_while_they_reopen": busy + opening,
        "third_gone_seconds_until_streams_are_back": LATEST
        * max(1.0, opening / max(0.01, 1 - busy)),
        "shard_gone_share_of_seats": 1 / found.shards,
        "shard_gone_seconds": house.failover,
        "shard_gone_calls_unanswered": asked / found.shards * house.failover,
        "store_away_passes_asked": away,
        "store_away_database_cores": away * costs.db_admission / 1e6,
        "store_away_host_cores": away * costs.admission / 1e6,
    }


def _sensitivity(
    planned: Fleet, costs: Costs, house: House, options: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    usual, peak, readers = Behaviour(), Peak(), options.readers
    asked: dict[str, tuple[Behaviour, Peak, float]] = {
        "as planned": (usual, peak, readers),
        "a beat every 15 s": (dataclasses.replace(usual, beat=15.0), peak, readers),
        "five times the readers, within a minute": (
            usual,
            dataclasses.replace(peak, rise=60.0, base=peak.base / 5),
            5 * readers,
        ),
        "three times the second devices": (
            dataclasses.replace(usual, second_device=3 * usual.second_device),
            peak,
            readers,
        ),
        "stories read half as long": (
            dataclasses.replace(usual, reading=usual.reading / 2),
            peak,
            readers,
        ),
        "passes of an hour": (dataclasses.replace(usual, a_pass=3600.0), peak, readers),
        "no tab is left open": (dataclasses.replace(usual, walks_away=0.0), peak, readers),
    }
    for name, (habits, when, many) in asked.items():
        course = simulate(habits, when, many, visits=options.visits // 2)
        needed = demand(course, costs, house)
        found = fleet(needed, costs, house)
        yield {
            "name": name,
            "hosts": found.hosts,
            "planned_hosts_busy": found.busy_cores / planned.processes,
            "store_calls": needed.store_calls,
            "shards": found.shards,
            "passes": needed.rates[Ask.ADMISSION],
            "database_cores": sum(database_cores(needed, found, costs, house).values()),
            "streams": max(course.streams),
        }


def _drawing(course: Course) -> str:
    minutes = [at / 60 for at in range(len(course.readers))]

    def line(values: list[float]) -> list[tuple[float, float]]:
        return list(zip(minutes, values, strict=True))[::20]

    there = {"reading": line(course.readers), "streams open": line(course.streams)}
    rates = {str(ask): line([max(one, 1.0) for one in course.rates[ask]]) for ask in Ask}
    del rates[str(Ask.STREAM)]  # one for every page
    charts = [
        Chart("Readers there, and event streams open", there, "minutes"),
        Chart("Asked of the hosts, a second", rates, "minutes", logarithmic=True),
    ]
    return svg(charts, "A news peak as simulated: readers, open streams and requests a second")


def _table(result: dict[str, Any]) -> str:
    lines = [
        (
            f"{result['readers']:,.0f} readers at the height; "
            f"{result['visits'] / 1e6:.1f} million visits in all "
            f"({result['visits_per_subscriber']:.2f} a subscriber); one reader of the sample "
            f"stands for {result['sample_stands_for']:.0f}"
        ),
        "",
        f"{'a second':<18}{'in the costliest minute':>26}{'at the most':>14}{'busy cores':>12}",
    ]
    for name, rate in result["rates"].items():
        highest, cores = result["highest"][name], result["cores"][name]
        lines.append(f"{name:<18}{rate:>26,.0f}{highest:>14,.0f}{cores:>12.1f}")
    lines.append(
        f"{'streams open':<18}{result['streams']:>26,.0f}{'':>14}"
        f"{result['cores']['streams open']:>12.1f}"
    )
    for part in ("fleet", "host", "valkey", "database_cores", "money", "failures"):
        lines += ["", part.replace("_", " ")]
        lines += [
            f"  {name.replace('_', ' '):<40}{value:>16,.2f}" for name, value in result[part].items()
        ]
    lines += ["", "what bends, the first first: load now, and readers at which it is used up"]
    lines += [
        f"  {one['load']:>6.2f}  {one['readers']:>12,.0f}  {one['name']}\n{'':>24}{one['then']}"
        for one in result["bends"]
    ]
    lines += ["", f"{'if':<42}{'hosts':>7}{'planned busy':>14}{'calls':>9}{'passes':>8}{'db':>6}"]
    lines += [
        f"{one['name']:<42}{one['hosts']:>7}{one['planned_hosts_busy']:>14.2f}"
        f"{one['store_calls']:>9,.0f}{one['passes']:>8,.0f}{one['database_cores']:>6.1f}"
        for one in result["sensitivity"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
