"""A store with a race, run for real: the checker must find what the race lets happen."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from valkey import Valkey

from broadsheet.access import Device, Revoked
from broadsheet.seats import SeatStore, SqliteSeatStore, Told, ValkeySeatStore
from broadsheet.seats.sqlite import Transition, _read, _write
from broadsheet.seats.valkey import SCRIPT, _place, _settings
from broadsheet.stores import ValkeyScript
from tests.histories import faults
from tests.histories.workers import (
    SQLITE_TICKS,
    TIMINGS,
    Clock,
    Crowd,
    Make,
    Orders,
    first_violation,
)
from tests.servers.valkey import ValkeyServer, valkey_server

BUDGET = 10.0
ROUNDS = 20


class TornSeatStore(SqliteSeatStore):
    """Reads a seat in one transaction and writes it in another."""

    def _move(self, key: str, number: int, transition: Transition) -> Told:
        now = self._clock()
        before = self._file.read(lambda db: _read(db, key))
        if before is None or number != before.number:
            return Told(Revoked(), now)
        after, answer = transition(before, now)
        time.sleep(0.001)  # here another process may write the seat
        self._file.write(lambda db: _write(db, key, after))
        return Told(answer, now)


class TornValkeyStore(ValkeySeatStore):
    """Reads a seat in one call and hands it to the script, which writes it, in the next."""

    def __init__(self, url: str) -> None:
        super().__init__(url, faults.TIMINGS, BUDGET)
        read = "redis.call('GET', KEYS[1])"
        assert read in SCRIPT
        handed = SCRIPT.replace(read, "ARGV[#ARGV] ~= '' and ARGV[#ARGV]")
        text = f"{_settings(faults.TIMINGS, 600)}\n{handed}"
        self._script = ValkeyScript(url, text, BUDGET)
        self._reader = Valkey.from_url(url)

    async def _ask(
        self, call: str, key: str, number: int, device: Device, *rest: str | int
    ) -> list[Any]:
        kept = self._reader.get(_place(key)) or b""
        return await super()._ask(call, key, number, device, *rest, kept)  # type: ignore[arg-type]

    def _call(self, call: str, key: str, *rest: str) -> list[Any]:
        kept = self._reader.get(_place(key)) or b""
        return super()._call(call, key, *rest, kept)  # type: ignore[arg-type]


def torn_valkey(place: str, clock: Clock) -> SeatStore:
    return TornValkeyStore(place)


def torn(place: str, clock: Clock) -> SeatStore:
    return TornSeatStore(Path(place), TIMINGS, BUDGET, clock)


def whole(place: str, clock: Clock) -> SeatStore:
    return SqliteSeatStore(Path(place), TIMINGS, BUDGET, clock)


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with valkey_server() as server:
        yield server


def orders(make: Make, folder: Path, seed: int = 0) -> Orders:
    folder.mkdir()
    return Orders(
        make,
        str(folder / "seats.db"),
        folder,
        processes=2,
        operations=100,
        timings=TIMINGS,
        ticks=SQLITE_TICKS,
        seats=("seat:1",),
        seed=seed,
        sure=True,
    )


def is_linearizable(orders: Orders) -> bool:
    with Crowd(orders) as crowd:
        pass
    assert crowd.exit_codes == [0] * orders.processes
    return first_violation(orders, crowd.heard()) is None


def test_a_store_that_reads_and_writes_in_two_transactions_is_found_out(tmp_path: Path) -> None:
    rounds = (orders(torn, tmp_path / str(seed), seed) for seed in range(ROUNDS))
    assert not all(is_linearizable(one) for one in rounds)


def test_the_same_work_on_the_store_that_does_both_in_one_is_accepted(tmp_path: Path) -> None:
    assert is_linearizable(orders(whole, tmp_path / "whole"))


def on_valkey(make: Make, server: ValkeyServer, folder: Path) -> Orders:
    with server.client() as client:
        client.flushall()
    folder.mkdir()
    return Orders(
        make,
        server.url,
        folder,
        processes=3,
        operations=400,
        timings=faults.TIMINGS,
        ticks=faults.TICKS,
        seats=("seat:1",),
        at_once=3,
    )


def test_a_script_that_is_handed_the_seat_instead_of_reading_it_is_found_out(
    server: ValkeyServer, tmp_path: Path
) -> None:
    rounds = (on_valkey(torn_valkey, server, tmp_path / str(n)) for n in range(ROUNDS))
    assert not all(is_linearizable(one) for one in rounds)


def test_the_same_work_on_the_script_that_reads_it_is_accepted(
    server: ValkeyServer, tmp_path: Path
) -> None:
    assert is_linearizable(on_valkey(faults.open_store, server, tmp_path / "whole"))
