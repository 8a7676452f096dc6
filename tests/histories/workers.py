"""Processes that ask one store for the same few seats at once, and write down what they hear."""

import asyncio
import contextlib
import heapq
import multiprocessing
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from pathlib import Path

from broadsheet.access import Claim, Device, Gone, Granted, InUse, Revoked, Timings
from broadsheet.seats import SeatStore
from broadsheet.stores import StoreAway
from tests.histories.checker import find_violation
from tests.histories.journal import NOT_DONE, Asked, Journal, Outcome, read
from tests.histories.seat_rule import (
    AskNumber,
    Beat,
    Call,
    Heard,
    Look,
    Open,
    Release,
    Revoke,
    SeatRule,
    TakeOver,
    Ticks,
    perform,
)
from tests.histories.situations import SeatHistory, Situation

TIMINGS = Timings()
DEVICES = tuple(Device(name, f"{name}'s label") for name in ("phone", "laptop", "tablet"))
SEATS = ("seat:1", "seat:2", "seat:3")
START = 1_700_000_000.0
SPEED = 20.0
"""Seconds of the shared clock in a second of the test's."""
LEAP = 0.02
"""How often a process moves that clock on by a minute or so, so that leases run out."""
AGAIN = 0.02
"""Seconds until somebody asks again whose store was away."""
LINGER = 4e9
"""Nanoseconds for which a call without an answer may still be carried out: longer than any fault
lasts, and than a closed connection's last bytes are on their way."""

FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload([__name__])
SQLITE_TICKS = Ticks(1024)
"""Exact in the floating point that the SQLite store reckons with."""
type Clock = Callable[[], float]
type Make = Callable[[str, Clock], SeatStore]


@dataclass(frozen=True)
class Host:
    """Where processes run: a network of its own (the path of its namespace), a clock that is so
    many seconds off."""

    network: str = ""
    ahead: float = 0.0

    def enter(self) -> None:
        if self.network:
            with Path(self.network).open() as namespace:
                os.setns(namespace.fileno(), os.CLONE_NEWNET)
        real, ahead = time.time, self.ahead
        time.time = lambda: real() + ahead


@dataclass(frozen=True)
class Orders:
    """What a crowd of processes is to do. `make` opens the store, in each process anew."""

    make: Make
    place: str
    """Which store: a file, an address."""
    folder: Path
    processes: int
    operations: int
    """Of each process."""
    timings: Timings
    ticks: Ticks
    victims: int = 0
    """Processes that go on until they are killed (or for very long)."""
    seats: tuple[str, ...] = SEATS
    reading: tuple[str, ...] = ()
    """Seats that are read as people do: each process has a reader at one, who beats."""
    seed: int = 0
    at_once: int = 1
    """Calls that each process has under way."""
    pause: float = 0.0
    """Seconds from one of them to the next, in the mean."""
    hosts: tuple[Host, ...] = (Host(),)
    sure: bool = False
    """Whether nothing was done when the store says that it is away."""

    def journal(self, process: int) -> Path:
        return self.folder / f"journal-{process}"

    def rule(self, key: str) -> SeatHistory:
        return SeatHistory(SeatRule(key, self.timings, self.ticks))


class Crowd:
    """The processes at work; leaving the block waits for them."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        # Kept here as well: a semaphore that its maker lets go of cannot be opened by others.
        self.signals = Signals(
            FORK.Barrier(orders.processes + 1), FORK.Value("d", 0.0), FORK.Value("i", 0)
        )
        self.members: list[BaseProcess] = [
            FORK.Process(target=work, args=(orders, process, self.signals), daemon=True)
            for process in range(orders.processes)
        ]

    @property
    def exit_codes(self) -> list[int | None]:
        return [member.exitcode for member in self.members]

    @property
    def at_work(self) -> bool:
        """Whether somebody has not done all that was ordered."""
        return self.signals.done.value < self.orders.processes - self.orders.victims

    def __enter__(self) -> "Crowd":
        for member in self.members:
            member.start()
        self.signals.ready.wait(120)
        return self

    def __exit__(self, *error: object) -> None:
        self.signals.enough()
        for member in self.members:
            member.join()

    def operations(self) -> Iterator[tuple[str, Asked]]:
        """Everything that was asked, by its seat, in the order in which it was called."""
        journals = [
            read(self.orders.journal(process), process) for process in range(len(self.members))
        ]
        return heapq.merge(*journals, key=lambda one: one[1].invoked)

    def heard(self) -> "Histories":
        """All of it, in memory."""
        heard = Histories()
        for key, one in self.operations():
            if one.answer is NOT_DONE:
                heard.away += 1
            else:
                heard.of_seat[key].append(one)
        return heard


@dataclass
class Histories:
    """All that was written down. `away` counts what the store could not do, and did not."""

    of_seat: dict[str, list[Asked]] = field(default_factory=lambda: defaultdict(list))
    away: int = 0

    @property
    def operations(self) -> list[Asked]:
        return [one for history in self.of_seat.values() for one in history]


ENOUGH = 1_000_000


@dataclass
class Signals:
    """What the processes share among each other."""

    ready: Barrier
    leaps: "Synchronized[float]"
    """Seconds by which the shared clock was moved on."""
    done: "Synchronized[int]"
    """How many have done all that was ordered; ENOUGH and more: all may leave then."""

    def one_is_done(self) -> None:
        with self.done.get_lock():
            self.done.value += 1

    def enough(self) -> None:
        with self.done.get_lock():
            self.done.value += ENOUGH


def work(orders: Orders, process: int, signals: Signals) -> None:
    """What one process does."""
    orders.hosts[process % len(orders.hosts)].enter()
    asyncio.run(Worker(orders, process, signals).work())


class Worker:
    """One process's devices, who share its store, as they do at a gate."""

    def __init__(self, orders: Orders, process: int, signals: Signals) -> None:
        self._orders = orders
        self._process = process
        self._signals = signals
        self._clock = SharedClock(signals.leaps, orders.ticks)
        self._store = orders.make(orders.place, self._clock.now)
        self._mind = Mind(random.Random(f"{orders.seed}:{process}"), orders.ticks)
        self._journal = Journal(orders.journal(process))
        self._left = orders.operations * (1000 if process < orders.victims else 1)

    async def work(self) -> None:
        await asyncio.to_thread(self._signals.ready.wait, 120)
        seats = self._orders.reading
        mine = [seats[self._process % len(seats)]] if seats else []
        readers = [asyncio.create_task(self._read(key)) for key in mine]
        await asyncio.gather(*(self._hammer() for _ in range(self._orders.at_once)))
        await asyncio.gather(*readers)

    async def _hammer(self) -> None:
        mind, chance = self._mind, self._mind.chance
        while self._goes_on():
            key = chance.choice(self._orders.seats)
            if chance.random() < LEAP:
                self._clock.leap(chance.uniform(5, 120))
            call = mind.decide(key, chance.choice(DEVICES))
            mind.learn(key, call, await self._ask(key, call))
            if self._orders.pause:
                await asyncio.sleep(chance.expovariate(1 / self._orders.pause))

    def _goes_on(self, *, reading: bool = False) -> bool:
        if not reading:
            self._left -= 1
            if self._left == 0:
                self._signals.one_is_done()
        return self._left >= 0 or self._signals.done.value < ENOUGH

    async def _read(self, key: str) -> None:
        """As a person: reads on while it may be read, comes back, and sometimes takes over."""
        mind, chance = self._mind, self._mind.chance
        device, beat = Device(f"reader-{self._process}", "A reader"), self._orders.timings.beat
        await asyncio.sleep(chance.uniform(0, beat))
        call = mind.next(key, device, "number")
        while self._goes_on(reading=True):
            heard = await self._ask(key, call)
            mind.learn(key, call, heard)
            match heard and heard.told:
                case Granted():
                    kind, rest = "beat", beat
                case InUse():
                    kind, rest = chance.choice(("open", "take over")), chance.uniform(0, 3 * beat)
                case Revoked():
                    kind, rest = "number", 0.0
                case None if isinstance(call, Beat):
                    kind, rest = "beat", beat  # the store is away: read on
                case Gone():
                    kind, rest = "open", chance.uniform(0, beat)
                case _:
                    kind, rest = "open", 0.0
            await asyncio.sleep(rest)
            call = mind.next(key, device, kind)

    async def _ask(self, key: str, call: Call) -> Heard | None:
        # Written before the call and after it, so that a killed process leaves its last call.
        which = self._journal.called(key, call)
        try:
            heard = await perform(self._store, key, call, self._orders.ticks)
        except StoreAway as away:
            nothing = self._orders.sure or "resting" in str(away)
            self._journal.ended(which, Outcome.NOT_DONE if nothing else Outcome.UNKNOWN)
            await self._until_back(key)
            return None
        self._journal.ended(which, heard)
        return heard

    async def _until_back(self, key: str) -> None:
        # By a call that changes nothing: each of which it is not known whether it was carried out
        # makes twice as much to check.
        back = False
        while not back:
            await asyncio.sleep(AGAIN)
            with contextlib.suppress(StoreAway):
                await self._store.vouches(key, 0)
                back = True


class SharedClock:
    """A clock for a store that is given one: the same in every process, and fast."""

    def __init__(self, leaps: "Synchronized[float]", ticks: Ticks) -> None:
        self._leaps = leaps
        self._ticks = ticks

    def now(self) -> float:
        ticks = self._ticks.of(START + time.monotonic() * SPEED + self._leaps.value)
        return self._ticks.seconds(ticks)

    def leap(self, seconds: float) -> None:
        with self._leaps.get_lock():
            self._leaps.value += seconds


class Mind:
    """What the devices, as one process serves them, know of their seats, and do next."""

    def __init__(self, chance: random.Random, ticks: Ticks) -> None:
        self.chance = chance
        self._ticks = ticks
        self._old: set[str] = set()
        self._numbers: dict[str, int] = defaultdict(int)
        self._epochs: dict[tuple[str, str], int] = defaultdict(int)
        self._claims: dict[tuple[str, str], Claim] = {}

    def decide(self, key: str, device: Device) -> Call:
        kinds = ("open", "take over", "beat", "release", "look", "number", "revoke")
        kind = self.chance.choices(kinds, (30, 25, 25, 8, 6, 4, 2))[0]
        if key in self._old and self.chance.random() < 0.5:
            kind = "number"  # half of them find out; the rest ask again in vain
        return self.next(key, device, kind)

    def next(self, key: str, device: Device, kind: str) -> Call:
        number, epoch = self._numbers[key], self._epochs[key, device.id]
        match kind:
            case "open":
                return Open(device, number)
            case "take over":
                return TakeOver(device, self._claims.get((key, device.id)), number)
            case "beat":
                return Beat(device, epoch, number)
            case "release":
                return Release(device, epoch, number)
            case "look":
                return Look()
            case "number":
                return AskNumber()
            case _:
                ending = self.chance.sample(DEVICES, self.chance.randrange(3))
                return Revoke(frozenset(one.id for one in ending))

    def learn(self, key: str, call: Call, heard: Heard | None) -> None:
        match call, heard and heard.told:
            case ((AskNumber() | Revoke()), int(number)):
                self._numbers[key] = number
                self._old.discard(key)
            case _, Revoked():
                self._old.add(key)
            case ((Open() | TakeOver() | Beat()), Granted(epoch=epoch)):
                self._epochs[key, call.device.id] = epoch
            case ((Open() | TakeOver()), InUse(epoch=epoch)) if heard and heard.at:
                issued = self._ticks.seconds(heard.at)
                self._claims[key, call.device.id] = Claim(key, call.device.id, epoch, issued)


def first_violation(orders: Orders, histories: Histories) -> str | None:
    """What no order of the operations explains, if there is such a thing."""
    for key, history in histories.of_seat.items():
        violation = find_violation(history, Situation(None), orders.rule(key).step)
        if violation is not None:
            return f"{key}: {violation}"
    return None
