"""`broadsheet serve`: one process that serves everything, or several."""

import argparse
import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import uvloop
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from broadsheet.cli.papers import settings
from broadsheet.cli.till import demonstration_till, hear

if TYPE_CHECKING:
    from broadsheet.asgi import Paper

TARGET = "broadsheet.asgi:application"
MAX_HEAD = 64 * 1024
"""Bytes of a request's line and headers; more is answered with 431."""
GRACE = 10
"""Seconds that requests under way have to end when the server stops."""

LOG = {
    "handlers": {
        name: {"class": "logging.StreamHandler", "formatter": form, "stream": "ext://sys.stderr"}
        for name, form in (("console", "generic"), ("access", "access"))
    }
}
"""The server's own messages: standard output is kept for results."""

type Ready = Callable[[], Awaitable[None]]


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    paper = settings()
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings.django"
    with demonstration_till(paper, options.port) as till:
        hear(till, options.port)
        if options.workers == 1:
            serve_here(options.host, options.port, _nothing_more)
        else:
            serve_with_workers(options.host, options.port, options.workers)
    return 0


def serve_here(host: str, port: int, ready: Ready) -> None:
    """Serve in this very process; `ready` is awaited once it listens."""
    from broadsheet.asgi import application  # noqa: PLC0415 (needs the settings to be chosen)

    uvloop.run(_serve(application, host, port, ready))


def serve_with_workers(host: str, port: int, workers: int) -> None:
    """Serve in several processes that share the port."""
    Granian(
        TARGET,
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=MAX_HEAD),
        websockets=False,
        workers_kill_timeout=GRACE,
        log_level=LogLevels.warning,
        log_dictconfig=LOG,
    ).serve()


async def _serve(application: "Paper", host: str, port: int, ready: Ready) -> None:
    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=MAX_HEAD),
        websockets=False,
        log_level=LogLevels.error,
        log_dictconfig=LOG,
    )

    def stop() -> None:
        application.wind_down()
        server.stop()  # type: ignore[no-untyped-call]

    loop = asyncio.get_running_loop()
    for told in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(told, stop)
    announcing = asyncio.ensure_future(ready())
    await server.serve()
    announcing.cancel()


async def _nothing_more() -> None:
    return None
