"""Processes that ask one store for the same few seats at once, and write down what they hear."""

import multiprocessing
import os
import pickle
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from broadsheet.access import Claim, Device, Granted, InUse, Revoked, Timings
from broadsheet.seats import SeatStore
from broadsheet.stores import StoreAway
from tests.histories.checker import Operation
from tests.histories.seat_rule import (
    AskNumber,
    Beat,
    Call,
    Look,
    Open,
    Release,
    Revoke,
    TakeOver,
    Told,
    perform,
)

TIMINGS = Timings()
DEVICES = tuple(Device(name, f"{name}'s label") for name in ("phone", "laptop", "tablet"))
START = 1_700_000_000.0
SPEED = 20.0
"""Seconds of the server's clock in a second of the test's."""
LEAP = 0.02
"""How often a process moves everybody's clock on by a minute or so, so that leases run out."""

SPAWN = multiprocessing.get_context("spawn")
type History = list[Operation[Call, Told]]


@dataclass(frozen=True)
class Orders:
    """What a crowd of processes is to do. `make` opens the store, in each process anew."""

    make: Callable[[Path], SeatStore]
    folder: Path
    processes: int
    operations: int
    """Of each process."""
    victims: int = 0
    """Processes that go on until they are killed (or for very long)."""
    seats: tuple[str, ...] = ("seat:1", "seat:2", "seat:3")
    seed: int = 0

    def journal(self, process: int) -> Path:
        return self.folder / f"journal-{process}"


@dataclass
class Heard:
    """All that was written down. `away` counts what the store could not do, and did not."""

    histories: dict[str, History] = field(default_factory=lambda: defaultdict(list))
    away: int = 0

    @property
    def operations(self) -> History:
        return [one for history in self.histories.values() for one in history]


class Crowd:
    """The processes at work; leaving the block waits for them."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        # Kept here as well: a semaphore that its maker lets go of cannot be opened by others.
        self._shared = SPAWN.Barrier(orders.processes), SPAWN.Value("d", 0.0)
        self.members: list[BaseProcess] = [
            SPAWN.Process(target=work, args=(orders, process, *self._shared), daemon=True)
            for process in range(orders.processes)
        ]

    @property
    def exit_codes(self) -> list[int | None]:
        return [member.exitcode for member in self.members]

    def __enter__(self) -> "Crowd":
        for member in self.members:
            member.start()
        return self

    def __exit__(self, *error: object) -> None:
        for member in self.members:
            member.join()

    def heard(self) -> Heard:
        heard = Heard()
        for process in range(self._orders.processes):
            _read(self._orders.journal(process), process, heard)
        return heard


def work(orders: Orders, process: int, ready: Barrier, leaps: "Synchronized[float]") -> None:
    """What one process does."""
    store = orders.make(orders.folder / "seats.db")
    mind = Mind(random.Random(f"{orders.seed}:{process}"))
    clock = Clock(leaps)
    journal = os.open(orders.journal(process), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    ready.wait(60)
    for _ in range(orders.operations * (1000 if process < orders.victims else 1)):
        key = mind.chance.choice(orders.seats)
        if mind.chance.random() < LEAP:
            clock.leap(mind.chance.uniform(5, 120))
        call = mind.decide(key, clock.now())
        # Written before the call and after it, so that a killed process leaves its last call.
        os.write(journal, pickle.dumps((time.monotonic_ns(), key, call)))
        try:
            answer = perform(store, key, call)
        except StoreAway as away:
            os.write(journal, pickle.dumps((time.monotonic_ns(), key, away)))
        else:
            os.write(journal, pickle.dumps((time.monotonic_ns(), key, answer)))
            mind.learn(key, call, answer, clock.now())


class Clock:
    """The server's clock, the same in every process."""

    def __init__(self, leaps: "Synchronized[float]") -> None:
        self._leaps = leaps

    def now(self) -> float:
        return START + time.monotonic() * SPEED + self._leaps.value

    def leap(self, seconds: float) -> None:
        with self._leaps.get_lock():
            self._leaps.value += seconds


class Mind:
    """What the devices, as one process serves them, know of their seats, and do next."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self._numbers: dict[str, int] = defaultdict(int)
        self._epochs: dict[tuple[str, str], int] = defaultdict(int)
        self._claims: dict[tuple[str, str], Claim] = {}

    def decide(self, key: str, now: float) -> Call:
        device = self.chance.choice(DEVICES)
        number, epoch = self._numbers[key], self._epochs[key, device.id]
        kinds = ("open", "take over", "beat", "release", "look", "number", "revoke")
        match self.chance.choices(kinds, (30, 25, 25, 8, 6, 4, 2))[0]:
            case "open":
                return Open(device, number, now)
            case "take over":
                return TakeOver(device, self._claims.get((key, device.id)), number, now)
            case "beat":
                return Beat(device, epoch, number, now)
            case "release":
                return Release(device, epoch, number, now)
            case "look":
                return Look(now)
            case "number":
                return AskNumber()
            case _:
                ending = self.chance.sample(DEVICES, self.chance.randrange(3))
                return Revoke(frozenset(one.id for one in ending), now)

    def learn(self, key: str, call: Call, answer: Told, now: float) -> None:
        match call, answer:
            case ((AskNumber() | Revoke()), int(number)):
                self._numbers[key] = number
            case ((Open() | TakeOver() | Beat()), Granted()):
                self._epochs[key, call.device.id] = answer.epoch
            case ((Open() | TakeOver()), InUse()):
                self._claims[key, call.device.id] = Claim(key, call.device.id, answer.epoch, now)
            case _, Revoked() if self.chance.random() < 0.5:
                self._numbers[key] += 1  # half of them find out; the rest ask again in vain


def _read(journal: Path, process: int, heard: Heard) -> None:
    entries = _entries(journal)
    for invoked, key, call in entries:
        answered = next(entries, None)
        returned, answer = (answered[0], answered[2]) if answered else (None, None)
        if isinstance(answer, StoreAway):
            heard.away += 1  # then nothing was done
            continue
        heard.histories[key].append(Operation(process, invoked, returned, call, answer))


def _entries(journal: Path) -> Iterator[tuple[int, str, Any]]:
    """Calls and answers in turn; a killed process's last call may have no answer."""
    with journal.open("rb") as file:
        while True:
            try:
                yield pickle.load(file)
            except EOFError:
                return
