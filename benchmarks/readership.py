"""Readers of a paper on two processes, who do all that readers do, and know what is right."""

import asyncio
import contextlib
import json
import math
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import wire
from crowd import Crowd, asks
from papers import HOST, Running, Visitor
from streams import EVENTS, Stream

from broadsheet.gate.request import LEASE, PASS

READERS = 2_000
FOLLOWED = 100
"""Readers both of whose devices keep an event stream open all the time."""
MIX = {
    "page": 40,
    "beat": 30,
    "release": 10,
    "free": 8,
    "preview": 8,
    "takeover": 2,
    "admission": 1.5,
    "front": 0.5,
}
"""What is asked, in parts of a hundred."""
CONNECTIONS = 100
"""To each process."""
TRIES = 200
"""Readers that are looked at for one who has nothing under way."""
LEASE_KNOWN = 60.0
"""Seconds after its last sign in which a lease surely still holds: it lasts 90."""


@dataclass(slots=True)
class Reader:
    """A subscriber as the load knows them."""

    which: int
    device: int = 0
    epoch: int | None = None
    signed: float = -math.inf
    """When their lease was last renewed."""
    busy: bool = False


@dataclass(slots=True)
class Setting:
    """What the load needs to know of the paper."""

    servers: list[Running]
    crowd: Crowd
    stories: list[str]
    """That a subscription opens."""
    previews: list[str]
    """Of these, the ones that no meter opens for visitors."""
    free: str
    front: str
    member: Visitor
    """A subscriber who did sign in: their passes are renewed by the database."""
    processes: dict[str, int]
    """Process ids by name."""
    logs: list[Path]
    publish: Callable[[], None]
    """Publishes a story; returns when everybody reads the new one."""
    record: Callable[[str], dict[str, float]]
    """Has a few hundred batches of what the gate notes recorded, and says how long one took."""


class Away(Exception):
    """The seat store did not answer in time, and the reader read on without it."""


class Load:
    """The readers, their connections, and what came of what they asked."""

    def __init__(self, setting: Setting) -> None:
        self._paper = setting
        self._idle: list[asyncio.LifoQueue[wire.Connection]] = []
        self._readers = [Reader(which) for which in range(READERS)]
        self._random = random.Random(1)
        self._asks: dict[str, Callable[[int], Awaitable[None]]] = {
            kind: getattr(self, f"_{kind}") for kind in MIX
        }
        self._held: dict[tuple[int, int], dict[str, str]] = {}
        self._streams: dict[tuple[int, int], Stream] = {}
        self._displaced: Counter[tuple[int, int]] = Counter()
        self.times: list[float] = []
        self.late = self.away = 0
        self.wrong: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    async def begin(self) -> None:
        """Connect, and open the event streams."""
        loop = asyncio.get_running_loop()
        for server in self._paper.servers:
            idle: asyncio.LifoQueue[wire.Connection] = asyncio.LifoQueue()
            for _ in range(CONNECTIONS):
                idle.put_nowait(await wire.connect(HOST, server.port))
            self._idle.append(idle)
        for which in range(FOLLOWED):
            for device in (0, 1):
                server = self._paper.servers[(which + device) % 2]
                cookies = self._paper.crowd.cookies(which, device)
                request = asks(server.port, EVENTS, cookies, accept="text/event-stream")
                _, stream = await loop.create_connection(
                    lambda request=request: Stream(request), HOST, server.port
                )
                await stream.opened
                self._streams[which, device] = stream

    async def open_everything(self) -> int:
        """Every story once as a subscriber and as a visitor, of each process, which prints their
        pages then; how many pages that is."""
        for where in range(len(self._idle)):
            for path in self._paper.stories:
                with self._reader() as reader:
                    await self._opens(reader, where, path)
            for path in self._paper.previews:
                await self._get(where, path, {})
        return len(self._idle) * (len(self._paper.stories) + len(self._paper.previews))

    async def one(self, due: float, kind: str = "") -> None:
        """Something of the mix, timed from when it was due."""
        kind = kind or self._random.choices(list(MIX), list(MIX.values()))[0]
        try:
            await self._asks[kind](self._random.randrange(len(self._idle)))
        except Away:
            self.away += 1
        except (wire.Broken, OSError, TimeoutError, AssertionError) as error:
            self.wrong[kind] += 1
            self.examples.setdefault(kind, repr(error)[:500])
        self.times.append(time.perf_counter() - due)

    def untold(self) -> int:
        """Displacements that a stream was open for and did not tell, or told too often."""
        return sum(
            abs(stream.times - self._displaced[place]) for place, stream in self._streams.items()
        )

    @property
    def displaced(self) -> int:
        """Displacements that had to be told."""
        return sum(self._displaced[place] for place in self._streams)

    def lost_streams(self) -> int:
        """Streams that were closed by the other side."""
        return sum(stream.lost for stream in self._streams.values())

    def end(self) -> None:
        """Leave."""
        for stream in self._streams.values():
            stream.close()

    async def _page(self, where: int) -> None:
        with self._reader() as reader:
            await self._opens(reader, where)

    async def _beat(self, where: int) -> None:
        with self._reader() as reader:
            if time.perf_counter() - reader.signed > LEASE_KNOWN:
                await self._opens(reader, where)
                return
            answer = await self._posts(reader, where, "beat")
            assert _told_epoch(answer) == reader.epoch, (reader, answer.body)
            reader.signed = time.perf_counter()

    async def _release(self, where: int) -> None:
        with self._reader() as reader:
            if reader.epoch is None:
                await self._opens(reader, where)
            answer = await self._posts(reader, where, "release")
            assert answer.status == 200, (answer.head, answer.body)
            reader.signed = -math.inf

    async def _takeover(self, where: int) -> None:
        with self._reader() as reader:
            await self._opens(reader, where)
            before, reader.device = reader.device, 1 - reader.device
            met = await self._get(where, self._story(), self._cookies(reader))
            _expect(met, "preview; reason=in-use")
            token = self._paper.crowd.token(reader.which, reader.device, reader.epoch or 0)
            answer = await self._posts(reader, where, "take-over", token=token)
            reader.epoch, reader.signed = _told_epoch(answer), time.perf_counter()
            self._displaced[reader.which, before] += 1

    async def _free(self, where: int) -> None:
        _expect(await self._get(where, self._paper.free, {}), "granted; reason=free")

    async def _preview(self, where: int) -> None:
        path = self._random.choice(self._paper.previews)
        _expect(await self._get(where, path, {}), "preview; reason=")

    async def _front(self, where: int) -> None:
        answer = await self._get(where, self._paper.front, {})
        assert answer.status == 200, answer.head

    async def _admission(self, where: int) -> None:
        held = {k: v for k, v in self._paper.member.cookies.items() if k != PASS}
        answer = await self._get(where, self._story(), held)
        _expect(answer, "granted; reason=lease")
        assert f"{PASS}=".encode() in answer.head, answer.head

    async def _opens(self, reader: Reader, where: int, path: str = "") -> None:
        answer = await self._get(where, path or self._story(), self._cookies(reader))
        _expect(answer, "granted; reason=lease")
        if epoch := re.search(rb"bs_lease=(\d+)", answer.head):
            reader.epoch = int(epoch[1])
        reader.signed = time.perf_counter()

    async def _posts(self, reader: Reader, where: int, name: str, **form: str) -> wire.Answer:
        filled = form or {"epoch": str(reader.epoch)}
        port = self._paper.servers[where].port
        return await self._ask(where, asks(port, f"/-/seat/{name}", self._cookies(reader), filled))

    async def _get(self, where: int, path: str, cookies: dict[str, str]) -> wire.Answer:
        return await self._ask(where, asks(self._paper.servers[where].port, path, cookies))

    async def _ask(self, where: int, request: bytes) -> wire.Answer:
        idle = self._idle[where]
        self.late += idle.empty()
        connection = await idle.get()
        try:
            if not connection.open:
                connection = await wire.connect(HOST, self._paper.servers[where].port)
            return await asyncio.wait_for(connection.ask(request), 30)
        except TimeoutError:
            connection.close()
            raise
        finally:
            idle.put_nowait(connection)

    def _cookies(self, reader: Reader) -> dict[str, str]:
        place = reader.which, reader.device
        if place not in self._held:
            self._held[place] = self._paper.crowd.cookies(*place)
        return self._held[place] | ({LEASE: str(reader.epoch)} if reader.epoch else {})

    def _story(self) -> str:
        return self._random.choice(self._paper.stories)

    @contextlib.contextmanager
    def _reader(self) -> Iterator[Reader]:
        # Nobody does two things at once, or it could not be known what is the right answer.
        chosen = (self._random.choice(self._readers) for _ in range(TRIES))
        reader = next((each for each in chosen if not each.busy), None)
        if reader is None:
            raise wire.Broken("nearly every reader waits for an answer: this load is too much")
        reader.busy = True
        try:
            yield reader
        finally:
            reader.busy = False


def _told_epoch(answer: wire.Answer) -> int:
    assert answer.status == 200, (answer.head, answer.body)
    told = json.loads(answer.body)
    if not told:
        raise Away
    return int(told["epoch"])


def _expect(answer: wire.Answer, access: str) -> None:
    told = answer.header("broadsheet-access")
    assert answer.status == 200, answer.head
    if "store-away" in told:
        raise Away
    assert told.startswith(access), f"{told} instead of {access}"
