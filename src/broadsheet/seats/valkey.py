"""The seat store of many hosts: a Valkey server, each call one script on one key."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from valkey.asyncio import Valkey
from valkey.exceptions import ValkeyError

from broadsheet.access import (
    Answer,
    Claim,
    Device,
    Gone,
    Granted,
    InUse,
    Revoked,
    Seat,
    Timings,
    settled,
)
from broadsheet.seats.store import Displacement, Seen, Told
from broadsheet.stores import StoreAway, ValkeyScript

SCRIPT = Path(__file__).with_name("seat.lua").read_text()
CHANNEL = "broadsheet:displaced"
SIGN = 5.0
"""Seconds after which a follower's silent connection is asked whether it is still there."""


class ValkeySeatStore:
    """Implements SeatStore. The clock is the server's: hosts' own clocks decide nothing."""

    def __init__(
        self,
        url: str,
        timings: Timings,
        budget: float = 0.05,
        *,
        passes: float = 600.0,
        cluster: bool = False,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """`budget`: how long a call may take, in seconds. `passes`: how long a pass is good for,
        in seconds; a seat is kept as long, and its lease, after the last call. `clock`: for
        tests, in place of the server's."""
        text = f"{_settings(timings, passes)}\n{SCRIPT}"
        self._script = ValkeyScript(url, text, budget, cluster=cluster)
        self._timings = timings
        self._clock = clock

    async def open(self, key: str, device: Device, number: int) -> Told:
        return _told(await self._ask("open", key, number, device))

    async def take_over(self, key: str, device: Device, claim: Claim | None, number: int) -> Told:
        named: tuple[str | int, ...] = ("", "", "", "")
        if claim is not None:
            issued = _milliseconds(claim.issued)
            named = (_place(claim.seat), claim.device, claim.epoch, issued)
        return _told(await self._ask("take_over", key, number, device, *named))

    async def beat(self, key: str, device: Device, epoch: int, number: int) -> Told:
        return _told(await self._ask("beat", key, number, device, epoch))

    async def release(self, key: str, device: Device, epoch: int, number: int) -> Told:
        return _told(await self._ask("release", key, number, device, epoch))

    async def vouches(self, key: str, number: int) -> bool:
        _, word = await self._ask("vouches", key, number, Device(""))
        return bool(word == b"vouched")

    @asynccontextmanager
    async def following(self) -> AsyncIterator[AsyncIterator[Displacement]]:
        # A node of a cluster hears what is published on any other.
        client = Valkey.from_url(self._script.url, health_check_interval=SIGN)
        try:
            async with client.pubsub() as pubsub:
                await pubsub.subscribe(CHANNEL)
                await pubsub.get_message(timeout=SIGN)  # that it is subscribed
                yield _news(pubsub)
        except (ValkeyError, OSError, TimeoutError) as error:
            raise StoreAway(f"Valkey: {error}") from error
        finally:
            await client.aclose()

    def number(self, key: str) -> int:
        _, number = self._call("number", key)
        return int(number)

    def revoke(self, key: str, ending: frozenset[str]) -> int:
        _, number = self._call("revoke", key, *sorted(ending))
        return int(number)

    def look(self, key: str) -> Seen:
        now, epoch, since, expires, number, device, label = self._call("look", key)
        holder = Device(device.decode(), label.decode()) if device else None
        seat = Seat(holder, epoch, since / 1000, expires / 1000, number)
        return Seen(settled(seat, now / 1000, self._timings), now / 1000)

    def _ask(
        self, call: str, key: str, number: int, device: Device, *rest: str | int
    ) -> Awaitable[list[Any]]:
        words = (call, number, self._now(), device.id, device.label, *rest)
        return self._script.ask(_place(key), *words)

    def _call(self, call: str, key: str, *rest: str) -> list[Any]:
        return self._script.call(_place(key), call, 0, self._now(), "", "", *rest)

    def _now(self) -> str | int:
        return "" if self._clock is None else _milliseconds(self._clock())


async def _news(pubsub: Any) -> AsyncIterator[Displacement]:
    while True:
        message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=SIGN)
        if message is None:
            await asyncio.sleep(0)
            continue
        at, device, place, by = message["data"].decode().split("|", 3)
        yield Displacement(place[1:-1], device, by, int(at) / 1000)


def _told(reply: list[Any]) -> Told:
    now, word, *rest = reply
    return Told(ANSWERS[word](*rest), now / 1000)


def _granted(epoch: int, expires: int, fresh: int, device: bytes, label: bytes) -> Granted:
    displaced = Device(device.decode(), label.decode()) if device else None
    return Granted(epoch, expires / 1000, bool(fresh), displaced)


def _in_use(device: bytes, label: bytes, since: int, epoch: int) -> InUse:
    return InUse(Device(device.decode(), label.decode()), since / 1000, epoch)


def _gone(device: bytes = b"", label: bytes = b"", since: int = 0) -> Gone:
    return Gone(Device(device.decode(), label.decode()), since / 1000) if device else Gone()


ANSWERS: dict[bytes, Callable[..., Answer]] = {
    b"granted": _granted,
    b"in-use": _in_use,
    b"gone": _gone,
    b"revoked": Revoked,
}


def _settings(timings: Timings, passes: float) -> str:
    durations = (timings.lease, timings.release, timings.takeover, passes + timings.lease)
    values = ", ".join(str(_milliseconds(seconds)) for seconds in durations)
    return f"local LEASE, RELEASED, TAKEOVER, KEEP, CHANNEL = {values}, '{CHANNEL}'"


def _place(key: str) -> str:
    # The whole key is what a cluster hashes: one seat, one slot.
    return f"{{{key}}}"


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
