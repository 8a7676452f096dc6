"""Open event streams: a displaced device is told at once (server-sent events, WHATWG HTML 9.2)."""

import asyncio
import json
import logging
from collections import defaultdict
from typing import Any

from broadsheet.gate.request import Receive, Send
from broadsheet.seats import Displacement, SeatStore
from broadsheet.stores import StoreAway

logger = logging.getLogger(__name__)

LOOK = 0.25
"""Seconds between looks for displacements that other processes made."""
SIGN = 15.0
"""Seconds between comments that keep proxies from closing a silent stream."""
PER_DEVICE = 6
"""Streams one device may hold; browsers themselves allow about as many."""

type Place = tuple[str, str]


class Streams:
    """The open streams of this process, by seat and device."""

    def __init__(self, store: SeatStore) -> None:
        self._store = store
        self._open: dict[Place, list[asyncio.Queue[Displacement]]] = defaultdict(list)
        self._watch: asyncio.Task[None] | None = None
        self._cursor = -1
        self._closing = asyncio.Event()

    @property
    def count(self) -> int:
        """How many streams are open."""
        return sum(len(queues) for queues in self._open.values())

    async def serve(self, key: str, device: str, receive: Receive, send: Send) -> None:
        """Hold one stream open until the client leaves."""
        place = (key, device)
        if len(self._open[place]) >= PER_DEVICE:
            self._open[place].pop(0)
        queue: asyncio.Queue[Displacement] = asyncio.Queue()
        self._open[place].append(queue)
        self._start_watching()
        gone = asyncio.ensure_future(_disconnect(receive))
        try:
            await send(START)
            await send(_chunk(b"retry: 3000\n\n"))
            await self._tell(queue, place, gone, send)
        finally:
            gone.cancel()
            self._leave(place, queue)

    def hurry(self) -> None:
        """Look for displacements now: this process has just made one."""
        if self._watch is not None:
            self._look()

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self._closing.set()
        if self._watch is not None:
            self._watch.cancel()

    async def _tell(
        self,
        queue: asyncio.Queue[Displacement],
        place: Place,
        gone: "asyncio.Future[None]",
        send: Send,
    ) -> None:
        closing = asyncio.ensure_future(self._closing.wait())
        try:
            while queue in self._open[place]:
                news = asyncio.ensure_future(queue.get())
                waiting: set[asyncio.Future[Any]] = {news, gone, closing}
                done, _ = await asyncio.wait(
                    waiting, timeout=SIGN, return_when=asyncio.FIRST_COMPLETED
                )
                if gone in done or closing in done:
                    news.cancel()
                    break
                if news in done:
                    await send(_chunk(_event(news.result())))
                else:
                    news.cancel()
                    await send(_chunk(b": still here\n\n"))
        finally:
            closing.cancel()
        if not gone.done():
            await send({"type": "http.response.body", "body": b""})

    def _leave(self, place: Place, queue: asyncio.Queue[Displacement]) -> None:
        if queue in self._open[place]:
            self._open[place].remove(queue)
        if not self._open[place]:
            del self._open[place]
        if not self._open and self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _start_watching(self) -> None:
        if self._watch is None or self._watch.done():
            self._cursor = -1
            self._look()
            self._watch = asyncio.get_running_loop().create_task(self._keep_looking())

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            self._look()

    def _look(self) -> None:
        try:
            self._cursor, news = self._store.displacements(self._cursor)
        except StoreAway:
            return  # the next beat tells what is missed here
        for displacement in news:
            for queue in self._open.get((displacement.seat, displacement.device), ()):
                queue.put_nowait(displacement)


START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream"),
        (b"cache-control", b"private, no-store"),
        (b"x-accel-buffering", b"no"),
    ],
}


def _event(news: Displacement) -> bytes:
    data = json.dumps({"by": news.by, "at": news.at})
    return f"event: displaced\ndata: {data}\n\n".encode()


def _chunk(body: bytes) -> dict[str, object]:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
