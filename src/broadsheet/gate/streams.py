"""Open event streams: a displaced device is told at once (server-sent events, WHATWG HTML 9.2)."""

import asyncio
import contextlib
import json
from collections import defaultdict

from broadsheet.gate.request import Receive, Send
from broadsheet.seats import Displacement, SeatStore
from broadsheet.stores import StoreAway

SIGN = 15.0
"""Seconds between comments that keep proxies from closing a silent stream."""
PER_DEVICE = 6
"""Streams one device may hold; browsers themselves allow about as many."""
AGAIN = 1.0
"""Seconds until the store is followed again after it was away."""

type Place = tuple[str, str]
type Waiting = asyncio.Queue[Displacement | None]
"""What a stream has to tell next; None: it is over."""


class Streams:
    """The open streams of this process, by seat and device."""

    def __init__(self, store: SeatStore) -> None:
        self._store = store
        self._open: dict[Place, list[Waiting]] = defaultdict(list)
        self._watch: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def count(self) -> int:
        """How many streams are open."""
        return sum(len(streams) for streams in self._open.values())

    async def serve(self, key: str, device: str, receive: Receive, send: Send) -> None:
        """Hold one stream open until the client leaves."""
        waiting: Waiting = asyncio.Queue()
        self._enter((key, device), waiting)
        leaving = asyncio.ensure_future(_leave(receive, waiting))
        try:
            await send(START)
            await send(_chunk(b"retry: 3000\n\n"))
            await _tell(waiting, send)
            if not leaving.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            leaving.cancel()
            self._forget((key, device), waiting)

    def close(self) -> None:
        """End all streams, and any that is opened yet, so that the server can stop."""
        self._closed = True
        for streams in self._open.values():
            for waiting in streams:
                waiting.put_nowait(None)
        if self._watch is not None:
            self._watch.cancel()

    def _enter(self, place: Place, waiting: Waiting) -> None:
        streams = self._open[place]
        if len(streams) >= PER_DEVICE:
            streams.pop(0).put_nowait(None)
        streams.append(waiting)
        if self._closed:
            waiting.put_nowait(None)
        elif self._watch is None or self._watch.done():
            self._watch = asyncio.get_running_loop().create_task(self._follow())

    def _forget(self, place: Place, waiting: Waiting) -> None:
        if waiting in self._open[place]:
            self._open[place].remove(waiting)
        if not self._open[place]:
            del self._open[place]
        if not self._open and self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _follow(self) -> None:
        while True:
            # What is missed while the store is away is told by the next beat.
            with contextlib.suppress(StoreAway):
                async with self._store.following() as news:
                    async for displacement in news:
                        self._pass_on(displacement)
            await asyncio.sleep(AGAIN)

    def _pass_on(self, news: Displacement) -> None:
        for waiting in self._open.get((news.seat, news.device), ()):
            waiting.put_nowait(news)


async def _tell(waiting: Waiting, send: Send) -> None:
    while True:
        try:
            news = await asyncio.wait_for(waiting.get(), SIGN)
        except TimeoutError:
            await send(_chunk(b": still here\n\n"))
            continue
        if news is None:
            return
        await send(_chunk(_event(news)))


async def _leave(receive: Receive, waiting: Waiting) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    waiting.put_nowait(None)


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
