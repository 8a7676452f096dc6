"""The least that keeps an event stream open, on the paper's own server: `bare_streams.py PORT`."""

import asyncio
import contextlib
import sys

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server

from broadsheet.cli.serve import MAX_HEAD, connections
from broadsheet.gate.request import Receive, Scope, Send
from broadsheet.gate.streams import SIGN, START


async def bare_stream(scope: Scope, receive: Receive, send: Send) -> None:
    """A comment now and then, for as long as the server lives."""
    if scope["type"] == "http":
        await send(START)
        await send({"type": "http.response.body", "body": b"retry: 3000\n\n", "more_body": True})
        while True:
            await asyncio.sleep(SIGN)
            await send(
                {"type": "http.response.body", "body": b": still here\n\n", "more_body": True}
            )


async def serve(port: int) -> None:
    """Serve on a port of 127.0.0.1, with the settings of `broadsheet serve`."""
    await Server(
        bare_stream,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=MAX_HEAD),
        websockets=False,
        backpressure=connections(),
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(serve(int(sys.argv[1])))
