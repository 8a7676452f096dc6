"""An issue of a newsletter to very many: how fast it is written, and handed to a mail server.

    python benchmarks/newsletters.py [--json] [--mails 100000] [--workers 2] [--data DIR]

docs/benchmarks.md says what each figure is.
"""

import argparse
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import papers
import psutil

GOAL_SENT = 500.0
GOAL_WRITTEN = 3000.0
LOOK = 5.0
"""Seconds between looks at memory and pace."""
RENDERED = 20_000


def main() -> int:
    """Measure, and say what was seen."""
    options = _options()
    papers.build(options.data, {"BROADSHEET_AVIF": "false"})
    prepared = _paper(options.data, "prepare", options.mails)
    written = _paper(options.data, "render", min(RENDERED, prepared["mails"]))
    sent = _send(options, prepared)
    result = {"prepared": prepared, "written": written, **sent}
    print(json.dumps(result) if options.json else _table(result, options))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how fast an issue is sent.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--mails", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--data", type=Path, default=Path(f"{papers.DEFAULT_DATA}-mail"))
    return parser.parse_args()


def _paper(folder: Path, *arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(papers.HERE / "mailing.py"), *map(str, arguments)],
        env=papers.environment()
        | {
            "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django",
            "BROADSHEET_CONFIG": str(folder / "broadsheet.toml"),
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=folder,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _send(options: argparse.Namespace, prepared: dict[str, int]) -> dict[str, Any]:
    port = papers.free_port()
    with _sink(port) as sink, _workers(options, port) as workers:
        time.sleep(LOOK)  # they have started, and find nothing to do
        _paper(options.data, "go", prepared["issue"])
        looks = [_look(sink, workers)]
        while looks[-1]["mails"] < prepared["mails"]:
            time.sleep(LOOK)
            looks.append(_look(sink, workers))
            if len(looks) > 10 and looks[-1]["mails"] == looks[-10]["mails"]:
                raise RuntimeError(f"nothing goes any more: {looks[-1]}")
            print(f"{looks[-1]['mails']} mails", file=sys.stderr)
        processor = [sum(worker.cpu_times()[:2]) for worker in workers]
    first = next(look for look in looks if look["mails"])
    last = looks[-1]
    seconds = last["at"] - first["at"]
    half = looks[len(looks) // 2]
    return {
        "per_second": (last["mails"] - first["mails"]) / seconds,
        "doubles": last["mails"] - last["addresses"],
        "states": _paper(options.data, "states", prepared["issue"]),
        "worker_us": sum(processor) / prepared["mails"] * 1e6,
        "mb": {"first": first["mb"], "half": half["mb"], "last": last["mb"]},
        "bytes": last["bytes"],
    }


def _look(sink: subprocess.Popen[str], workers: list[psutil.Process]) -> dict[str, Any]:
    assert sink.stdin is not None
    assert sink.stdout is not None
    sink.stdin.write("\n")
    sink.stdin.flush()
    mails, addresses, size = map(int, sink.stdout.readline().split())
    mb = [round(worker.memory_info().rss / 1e6) for worker in workers]
    return {"at": time.monotonic(), "mails": mails, "addresses": addresses, "bytes": size, "mb": mb}


@contextlib.contextmanager
def _sink(port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, str(papers.HERE / "sink.py"), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def _workers(options: argparse.Namespace, port: int) -> Iterator[list[psutil.Process]]:
    environment = papers.environment() | {
        "BROADSHEET_CONFIG": str(options.data / "broadsheet.toml"),
        "BROADSHEET_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "BROADSHEET_AVIF": "false",  # the pictures' turn would come now
    }
    command = [sys.executable, "-m", "broadsheet", "work"]
    started = [
        subprocess.Popen(command, cwd=options.data, env=environment, stdout=subprocess.DEVNULL)
        for _ in range(options.workers)
    ]
    try:
        yield [psutil.Process(process.pid) for process in started]
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


def _table(result: dict[str, Any], options: argparse.Namespace) -> str:
    written, sent, mb = result["written"], result["per_second"], result["mb"]
    lines = {
        "mails": f"{result['prepared']['mails']} of {result['bytes']:.0f} bytes",
        "workers": f"{options.workers}, {result['worker_us']:.0f} µs of CPU time a mail",
        "written alone": _judged(written["per_second"], GOAL_WRITTEN),
        "handed over": _judged(sent, GOAL_SENT),
        "rows prepared": f"{result['prepared']['rows_a_second']} a second",
        "sent twice": result["doubles"],
        "memory in MB": f"{mb['first']} first, {mb['half']} half-way, {mb['last']} last",
        "rows": result["states"],
    }
    return "\n".join(f"{name:<16}{value}" for name, value in lines.items())


def _judged(per_second: float, goal: float) -> str:
    reached = "reached" if per_second >= goal else "not reached"
    return f"{per_second:.0f} a second   goal {goal:g}: {reached}"


if __name__ == "__main__":
    sys.exit(main())
