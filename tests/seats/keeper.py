"""Somebody who asks a real seat store, one call after another, as tests want to read it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from broadsheet.access import Answer, Claim, Device, Granted, Seat
from broadsheet.seats import Displacement, SeatStore, Told

HERE, THERE = Device("marker-here"), Device("marker-there")


class Keeper:
    """A store with an event loop of its own, for one thread."""

    def __init__(self, store: SeatStore) -> None:
        self.store = store
        self.at = 0.0
        """The store's time of the last answer."""
        self._runner = asyncio.Runner()
        self._followers: list[Follower] = []
        KEEPERS.append(self)

    def open(self, key: str, device: Device, number: int) -> Answer:
        return self._told(self.store.open(key, device, number))

    def take_over(self, key: str, device: Device, claim: Claim | None, number: int) -> Answer:
        return self._told(self.store.take_over(key, device, claim, number))

    def beat(self, key: str, device: Device, epoch: int, number: int) -> Answer:
        return self._told(self.store.beat(key, device, epoch, number))

    def release(self, key: str, device: Device, epoch: int, number: int) -> Answer:
        return self._told(self.store.release(key, device, epoch, number))

    def vouches(self, key: str, number: int) -> bool:
        return self.run(self.store.vouches(key, number))

    def number(self, key: str) -> int:
        return self.store.number(key)

    def revoke(self, key: str, ending: frozenset[str]) -> int:
        return self.store.revoke(key, ending)

    def look(self, key: str) -> Seat:
        seat, self.at = self.store.look(key)
        return seat

    def follow(self) -> "Follower":
        self._followers.append(Follower(self))
        return self._followers[-1]

    def marks(self, name: str) -> list[str]:
        """Seats whose displacements tell that all before them has been heard."""
        return [name]

    def close(self) -> None:
        for follower in self._followers:
            follower.leave()
        self._followers = []
        self._runner.close()

    def run[T](self, call: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(call)

    def _told(self, call: Coroutine[Any, Any, Told]) -> Answer:
        answer, self.at = self.run(call)
        return answer


KEEPERS: list[Keeper] = []
"""All that have been asked for; conftest.py sends them away after each test."""


class Follower:
    """Hears of displacements from now on."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._marks = 0
        self._following = keeper.store.following()
        self._news = keeper.run(self._following.__aenter__())

    def heard(self) -> list[Displacement]:
        """What has come since the last call, in order: all that was told before this call."""
        self._marks += 1
        marks = self._keeper.marks(f"seat:mark-{id(self)}-{self._marks}")
        for mark in marks:
            self._displace(mark)
        return self._keeper.run(self._until(set(marks), self._news))

    def leave(self) -> None:
        self._keeper.run(self._following.__aexit__(None, None, None))

    def _displace(self, key: str) -> None:
        number = self._keeper.number(key)
        granted = self._keeper.open(key, HERE, number)
        assert isinstance(granted, Granted)
        claim = Claim(key, THERE.id, granted.epoch, self._keeper.at)
        self._keeper.take_over(key, THERE, claim, number)

    async def _until(
        self, marks: set[str], news: AsyncIterator[Displacement]
    ) -> list[Displacement]:
        heard = []
        async with asyncio.timeout(20):
            while marks:
                one = await anext(news)
                if one.seat in marks:
                    marks.remove(one.seat)
                else:
                    heard.append(one)
        return heard
