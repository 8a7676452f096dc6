"""Two gates on two hosts, one Valkey: who is displaced at one hears of it at the other, at once."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from broadsheet.access import Level, Timings
from broadsheet.gate import streams
from broadsheet.seats import ValkeySeatStore
from tests.gate.test_door import told
from tests.gate.world import Browser, World
from tests.servers.valkey import ValkeyServer, valkey_server

PATIENT = 20.0


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with valkey_server() as server:
        yield server


@pytest.fixture
def hosts(server: ValkeyServer, tmp_path: Path) -> tuple[World, World]:
    with server.client() as client:
        client.flushall()
    return host(server, tmp_path / "here"), host(server, tmp_path / "there")


def host(server: ValkeyServer, folder: Path) -> World:
    folder.mkdir()
    store = ValkeySeatStore(server.url, Timings(), PATIENT)
    world = World(folder, now=time.time(), shared_store=store)
    world.publish(Level.SUBSCRIBERS)
    return world


class Stream:
    """An open stream of events, as a page holds it."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def displaced(self) -> dict[str, Any]:
        """The next displacement it is told of."""
        while True:
            body = (await self.sent.get()).get("body", b"").decode()
            if body.startswith("event: displaced"):
                return dict(json.loads(body.partition("data: ")[2]))


@asynccontextmanager
async def listening(browser: Browser) -> AsyncIterator[Stream]:
    stream, left = Stream(), asyncio.Event()

    async def receive() -> dict[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/-/seat/events",
        "query_string": b"",
        "headers": [(b"cookie", cookies.encode())],
        "client": (browser.peer, 40_000),
    }
    serving = asyncio.create_task(browser.world.gate(scope, receive, stream.sent.put))
    assert (await stream.sent.get())["status"] == 200
    yield stream
    left.set()
    await serving


async def subscribers(server: ValkeyServer, count: int) -> None:
    """Wait until so many follow."""
    async with asyncio.timeout(10):
        while True:
            with server.client() as client:
                if client.pubsub_numsub("broadsheet:displaced")[0][1] == count:
                    return
            await asyncio.sleep(0.02)


@told
async def test_a_takeover_on_another_host_is_heard_within_a_second(
    server: ValkeyServer, hosts: tuple[World, World]
) -> None:
    here, there = hosts
    laptop, phone = here.browser("laptop"), there.browser("phone")
    await laptop.get("/us/world/a-story/")
    token = (await phone.get("/us/world/a-story/")).token
    async with listening(laptop) as stream:
        await subscribers(server, 1)
        begun = time.monotonic()
        await phone.take_over(token)
        news = await asyncio.wait_for(stream.displaced(), 5)
        assert time.monotonic() - begun < 1
    assert news["by"] == "phone"
    assert (await laptop.beat()).status == 410


@told
async def test_a_stream_whose_connection_to_the_store_was_cut_is_told_of_what_comes_later(
    server: ValkeyServer, hosts: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "AGAIN", 0.05)
    here, there = hosts
    laptop, phone = here.browser("laptop"), there.browser("phone")
    await laptop.get("/us/world/a-story/")
    token = (await phone.get("/us/world/a-story/")).token
    async with listening(laptop) as stream:
        await subscribers(server, 1)
        with server.client() as client:
            client.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await phone.take_over(token)
        assert (await laptop.beat()).status == 410  # whatever was missed, the next beat tells
        await subscribers(server, 1)
        # What was a moment ago it has heard, or missed: this is about what comes now.
        while not stream.sent.empty():
            stream.sent.get_nowait()
        back = (await laptop.get("/us/world/a-story/")).token
        await laptop.take_over(back)
        again = (await phone.get("/us/world/a-story/")).token
        await phone.take_over(again)
        news = await asyncio.wait_for(stream.displaced(), 5)
    assert news["by"] == "phone"
