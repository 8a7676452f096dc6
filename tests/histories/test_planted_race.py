"""A store with a race, run for real: the checker must find what the race lets happen."""

import time
from pathlib import Path

from broadsheet.access import Revoked
from broadsheet.seats import SeatStore, SqliteSeatStore, Told
from broadsheet.seats.sqlite import Transition, _read, _write
from tests.histories.workers import (
    SQLITE_TICKS,
    TIMINGS,
    Clock,
    Crowd,
    Make,
    Orders,
    first_violation,
)

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


def torn(place: str, clock: Clock) -> SeatStore:
    return TornSeatStore(Path(place), TIMINGS, BUDGET, clock)


def whole(place: str, clock: Clock) -> SeatStore:
    return SqliteSeatStore(Path(place), TIMINGS, BUDGET, clock)


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
