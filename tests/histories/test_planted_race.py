"""A store with a race, run for real: the checker must find what the race lets happen."""

import time
from pathlib import Path

from broadsheet.access import Answer, Revoked
from broadsheet.seats import SeatStore, SqliteSeatStore
from broadsheet.seats.sqlite import Transition, _read, _write
from tests.histories.checker import find_violation
from tests.histories.seat_rule import SeatRule, State
from tests.histories.workers import TIMINGS, Crowd, Orders

BUDGET = 10.0
ROUNDS = 20


class TornSeatStore(SqliteSeatStore):
    """Reads a seat in one transaction and writes it in another."""

    def _move(self, key: str, number: int, now: float, transition: Transition) -> Answer:
        before = self._file.read(lambda db: _read(db, key))
        if number < before.number:
            return Revoked()
        after, answer = transition(before)
        time.sleep(0.001)  # here another process may write the seat
        self._file.write(lambda db: _write(db, key, after))
        return answer


def torn(path: Path) -> SeatStore:
    return TornSeatStore(path, TIMINGS, BUDGET)


def whole(path: Path) -> SeatStore:
    return SqliteSeatStore(path, TIMINGS, BUDGET)


def is_linearizable(orders: Orders) -> bool:
    orders.folder.mkdir()
    with Crowd(orders) as crowd:
        pass
    assert crowd.exit_codes == [0] * orders.processes
    return all(
        find_violation(history, State(), SeatRule(key, TIMINGS).step) is None
        for key, history in crowd.heard().histories.items()
    )


def test_a_store_that_reads_and_writes_in_two_transactions_is_found_out(tmp_path: Path) -> None:
    rounds = (
        Orders(
            torn, tmp_path / str(seed), processes=2, operations=100, seats=("seat:1",), seed=seed
        )
        for seed in range(ROUNDS)
    )
    assert not all(is_linearizable(orders) for orders in rounds)


def test_the_same_work_on_the_store_that_does_both_in_one_is_accepted(tmp_path: Path) -> None:
    orders = Orders(whole, tmp_path / "whole", processes=2, operations=100, seats=("seat:1",))
    assert is_linearizable(orders)
