"""`broadsheet serve`: one process that serves everything, or several."""

import argparse
import asyncio
import os
import resource
import signal
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvloop
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer
from granian.server.embed import Server

from broadsheet.cli.papers import Refusal, settings
from broadsheet.cli.till import demonstration_till, hear
from broadsheet.settings import PaperSettings, load
from broadsheet.settings.logs import formatter
from broadsheet.telemetry.host import FOLDER_VARIABLE
from broadsheet.telemetry.wanted import missing

if TYPE_CHECKING:
    from broadsheet.asgi import Paper

TARGET = "broadsheet.asgi:application"
READING_ONLY = "broadsheet.asgi:reading_only"
"""Makes the application without the background's work."""
MAX_HEAD = 64 * 1024
"""Bytes of a request's line and headers; more is answered with 431."""
GRACE = 10
"""Seconds that requests under way have to end when the server stops."""
WAITING = 1024
"""Connections that the system lets wait until they are accepted."""
MOST_CONNECTIONS = 65_536
"""Connections a process ever holds at once. The next ones wait."""
OTHER_FILES = 256
"""Files a process has open beside its connections: databases, pictures, logs."""


type Ready = Callable[[], Awaitable[None]]


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    paper = settings()
    if missing():
        raise Refusal(missing())
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings.django"
    with demonstration_till(paper, options.port) as till, _metrics_folder(paper):
        hear(till, options.port)
        if options.workers == 1:
            serve_here(
                options.host, options.port, _nothing_more, options.drain, works=options.background
            )
        else:
            serve_with_workers(options)
    return 0


def serve_here(host: str, port: int, ready: Ready, drain: float = 0, *, works: bool = True) -> None:
    """Serve in this very process; `ready` is awaited once it listens. Told to end, it serves on
    for `drain` seconds. `works`: whether it also does the background's work."""
    from broadsheet.asgi import application  # noqa: PLC0415 (needs the settings to be chosen)

    application.works = works
    uvloop.run(_serve(application, host, port, ready, drain))


def serve_with_workers(options: argparse.Namespace) -> None:
    """Serve in several processes that share the port."""
    Draining(
        TARGET if options.background else READING_ONLY,
        factory=not options.background,
        address=options.host,
        port=options.port,
        workers=options.workers,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=MAX_HEAD),
        websockets=False,
        backlog=WAITING,
        backpressure=connections(),
        workers_kill_timeout=GRACE,
        respawn_failed_workers=True,  # one that crashed must not take the others with it
        log_level=LogLevels.warning,
        log_dictconfig=_log(),
    ).serve_and_drain(options.drain)


class Draining(MPServer):
    """Workers that balancers hear of before they are stopped."""

    def serve_and_drain(self, seconds: float) -> None:
        """Serve; after SIGTERM serve on for so long, no longer ready."""
        self._drain = seconds
        self.serve()

    def signal_handler_interrupt(self, *told: Any, **more: Any) -> None:
        """Told to end; a second time, or from the keyboard, it is at once."""
        first, self._told = not getattr(self, "_told", False), True
        if not (first and self._drain and told and told[0] == signal.SIGTERM):
            super().signal_handler_interrupt()  # type: ignore[no-untyped-call]
            return
        for worker in self.wrks:
            os.kill(worker.inner.pid, signal.SIGUSR1)
        late = threading.Timer(self._drain, super().signal_handler_interrupt)
        late.daemon = True
        late.start()


async def _serve(application: "Paper", host: str, port: int, ready: Ready, drain: float) -> None:
    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=MAX_HEAD),
        websockets=False,
        backlog=WAITING,
        backpressure=connections(),
        log_level=LogLevels.error,
        log_dictconfig=_log(),
    )
    loop = asyncio.get_running_loop()

    def stop() -> None:
        application.wind_down()
        server.stop()  # type: ignore[no-untyped-call]

    def stop_later() -> None:
        if application.health.stopping or not drain:
            stop()
        else:
            application.lame()
            loop.call_later(drain, stop)

    loop.add_signal_handler(signal.SIGINT, stop)
    loop.add_signal_handler(signal.SIGTERM, stop_later)
    announcing = asyncio.ensure_future(ready())
    await server.serve()
    announcing.cancel()


def connections() -> int:
    """How many connections a process may hold: as many as the system lets it have files open,
    but for a few. Every story that a subscriber has open keeps one, so the server's own limit
    (128, or 1,024 for all workers) would be reached by the readers of a small town."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_FILES
    files = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))  # workers inherit it
    return max(files - OTHER_FILES, files // 2)


@contextmanager
def _metrics_folder(paper: PaperSettings) -> Iterator[None]:
    # Every process that is started from here writes its numbers there.
    if not paper.metrics_listen:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="broadsheet-metrics-") as folder:
        os.environ[FOLDER_VARIABLE] = folder
        yield


def _log() -> dict[str, Any]:
    """The server's own messages: standard output is kept for results."""
    form = formatter(load().log_format)
    stream = {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}
    return {"formatters": {"line": form}, "handlers": {"console": stream, "access": stream}}


async def _nothing_more() -> None:
    return None
