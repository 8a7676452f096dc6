"""A process that is killed in the middle of its work leaves the others a whole store."""

import os
import signal
import time
from pathlib import Path

from broadsheet.seats import SeatStore, SqliteSeatStore
from tests.histories.checker import find_violation
from tests.histories.seat_rule import SeatRule, State
from tests.histories.workers import TIMINGS, Crowd, Orders

BUDGET = 30.0


def open_store(path: Path) -> SeatStore:
    return SqliteSeatStore(path, TIMINGS, BUDGET)


def test_what_a_killed_process_asked_was_done_whole_or_not_at_all(tmp_path: Path) -> None:
    orders = Orders(open_store, tmp_path, processes=3, operations=250, victims=1)
    with Crowd(orders) as crowd:
        victim = crowd.members[0]
        while victim.is_alive() and _written(orders.journal(0)) < 5_000:
            time.sleep(0.001)
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGKILL)
    assert crowd.exit_codes == [-signal.SIGKILL, 0, 0]
    heard = crowd.heard()
    assert heard.away == 0
    for key, history in heard.histories.items():
        assert find_violation(history, State(), SeatRule(key, TIMINGS).step) is None


def _written(journal: Path) -> int:
    return journal.stat().st_size if journal.exists() else 0
