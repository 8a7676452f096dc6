"""A real paper served by its own command, for tests and for whatever else looks at one."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSWORD = "one-seat-one-device"
"""Of everybody in tests and in the demonstration paper."""
SHORT = {
    "BROADSHEET_BEAT_SECONDS": "1",
    "BROADSHEET_LEASE_SECONDS": "8",
    "BROADSHEET_RELEASE_SECONDS": "2",
    "BROADSHEET_RATE_LIMITS": "false",
    "BROADSHEET_AVIF": "false",
}
"""Timings under which a journey does not have to wait as long as a reader may, and no work that
takes minutes of a processor."""


@dataclass(frozen=True)
class LivePaper:
    """A demonstration paper that is being served. `told` is what the command printed."""

    told: dict[str, Any]
    folder: Path
    log: Path
    pid: int
    """The process that serves it."""

    @property
    def url(self) -> str:
        return str(self.told["url"]).rstrip("/")

    def article(self, access: str, which: int = 0) -> str:
        """Address of an article of the United States edition with this access level."""
        found = [one["url"] for one in self.told["articles"] if one["access"] == access]
        return str(found[which])

    def reader(self, role: str) -> dict[str, str]:
        """E-mail address and password of the reader with this role."""
        return next(one for one in self.told["readers"] if one["role"] == role)


BUILT = Path(__file__).resolve().parents[1] / ".demonstration"
"""Where `make test` has the demonstration paper built once, for runs that go on side by side."""

DRAWING = BUILT.parent / "src" / "broadsheet" / "newsroom" / "demo" / "pictures"


def copy_built(folder: Path) -> None:
    """The paper that was built, if one was, in a folder of its own; an old one is brought up to
    date by the command that serves it."""
    if (BUILT / "broadsheet.toml").exists():
        shutil.copytree(BUILT, folder)
        config = folder / "broadsheet.toml"
        config.write_text(config.read_text().replace(str(BUILT), str(folder)))


def serve_demo(folder: Path, settings: dict[str, str]) -> Iterator[LivePaper]:
    """Serve the demonstration paper of a folder until the test is over."""
    log = folder.with_suffix(".log")
    command = [sys.executable, "-m", "broadsheet", "demo", "--json"]
    command += ["--data", str(folder), "--port", str(free_port())]
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=clean_env(settings)
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"the demonstration paper did not start:\n{log.read_text()}"
    try:
        yield LivePaper(json.loads(line), folder, log, process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0, log.read_text()


def clean_env(settings: dict[str, str]) -> dict[str, str]:
    """This environment without the test run's own paper."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BROADSHEET_", "DJANGO_"))
    }
    return {**inherited, **settings}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def forget_what_is_drawn_otherwise_now() -> None:
    """A paper keeps the pictures it has: one that is older than what draws them goes."""
    begun = BUILT / "broadsheet.toml"
    changed = max(one.stat().st_mtime for one in DRAWING.glob("*.*"))
    if begun.exists() and begun.stat().st_mtime < changed:
        shutil.rmtree(BUILT)


if __name__ == "__main__":  # what `make test` has built
    forget_what_is_drawn_otherwise_now()
    for _ in serve_demo(BUILT, SHORT):
        pass
