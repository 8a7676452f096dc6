"""Open event streams: a displaced device is told at once (server-sent events, WHATWG HTML 9.2)."""

import asyncio
import contextlib
import json
import random
from collections import defaultdict

from broadsheet.gate.request import Receive, Send
from broadsheet.seats import Displacement, SeatStore
from broadsheet.stores import StoreAway

SIGN = 15.0
"""Seconds between comments that keep proxies from closing a silent stream."""
PER_DEVICE = 6
"""Streams one device may hold; browsers themselves allow about as many."""
RETRY = (2000, 8000)
"""Milliseconds, at the least and at the most, until a browser opens a broken stream again: not all
of a host's streams at once on the next."""
SIGN_OF_LIFE = b": still here\n\n"
AGAIN = 1.0
"""Seconds until the store is followed again after it was away."""

type Place = tuple[str, str]


class Stream:
    """What one open stream has to tell. There may be many thousand, so it holds little: a queue
    and a timeout of asyncio's take ten times the memory."""

    __slots__ = ("_news", "_woken", "over")

    def __init__(self) -> None:
        self._news: list[Displacement] = []
        self._woken: asyncio.Future[None] | None = None
        self.over = False

    def tell(self, news: Displacement) -> None:
        """Have it told."""
        self._news.append(news)
        self._wake()

    def end(self) -> None:
        """Have it ended."""
        self.over = True
        self._wake()

    async def next(self) -> Displacement | None:
        """What is to be told next; None: nothing for SIGN seconds, or it is over."""
        if not self._news and not self.over:
            loop = asyncio.get_running_loop()
            self._woken = loop.create_future()
            timer = loop.call_later(SIGN, self._wake)
            try:
                await self._woken
            finally:
                timer.cancel()
        return self._news.pop(0) if self._news else None

    def _wake(self) -> None:
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)


class Streams:
    """The open streams of this process, by seat and device."""

    def __init__(self, store: SeatStore) -> None:
        self._store = store
        self._open: dict[Place, list[Stream]] = defaultdict(list)
        self._watch: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def count(self) -> int:
        """How many streams are open."""
        return sum(len(streams) for streams in self._open.values())

    async def serve(self, key: str, device: str, receive: Receive, send: Send) -> None:
        """Hold one stream open until the client leaves."""
        stream = Stream()
        self._enter((key, device), stream)
        leaving = asyncio.ensure_future(_leave(receive, stream))
        try:
            await send(START)
            again = random.randint(*RETRY)  # noqa: S311 (spreads load, keeps no secret)
            await send(_chunk(b"retry: %d\n\n" % again))
            await _tell(stream, send)
            if not leaving.done():
                await send({"type": "http.response.body", "body": b""})
        finally:
            leaving.cancel()
            self._forget((key, device), stream)

    def close(self) -> None:
        """End all streams, and any that is opened yet, so that the server can stop."""
        self._closed = True
        for streams in self._open.values():
            for stream in streams:
                stream.end()
        if self._watch is not None:
            self._watch.cancel()

    def _enter(self, place: Place, stream: Stream) -> None:
        streams = self._open[place]
        if len(streams) >= PER_DEVICE:
            streams.pop(0).end()
        streams.append(stream)
        if self._closed:
            stream.end()
        elif self._watch is None or self._watch.done():
            self._watch = asyncio.get_running_loop().create_task(self._follow())

    def _forget(self, place: Place, stream: Stream) -> None:
        if stream in self._open[place]:
            self._open[place].remove(stream)
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
        for stream in self._open.get((news.seat, news.device), ()):
            stream.tell(news)


async def _tell(stream: Stream, send: Send) -> None:
    while (news := await stream.next()) is not None or not stream.over:
        await send(_chunk(SIGN_OF_LIFE if news is None else _event(news)))


async def _leave(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.end()


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
