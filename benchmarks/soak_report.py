"""What a soak showed: what grew, whether all was well, as a table and as a drawing."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from drawing import Chart, svg

FLAT_MB = 5.0
"""Megabytes an hour that are not told from nothing."""
FLAT_FILES = 8
PARTS = ("server", "valkey", "postgresql")


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


def growth(samples: Sequence[Sample], name: str) -> dict[str, float]:
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


def verdict(result: dict[str, Any]) -> dict[str, bool]:
    """What had to hold, and whether it did."""
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


def drawing(result: dict[str, Any]) -> str:
    """Latencies, memory and open files over time, as SVG."""
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


def table(result: dict[str, Any]) -> str:
    """All of it in lines, for a terminal."""
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
