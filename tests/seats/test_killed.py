"""A process that is killed in the middle of its work leaves the others a whole store."""

import os
import signal
import time
from pathlib import Path

from broadsheet.seats import SeatStore, SqliteSeatStore
from tests.histories.workers import (
    SQLITE_TICKS,
    TIMINGS,
    Clock,
    Crowd,
    Orders,
    first_violation,
)

BUDGET = 30.0


def open_store(place: str, clock: Clock) -> SeatStore:
    return SqliteSeatStore(Path(place), TIMINGS, BUDGET, clock)


def test_what_a_killed_process_asked_was_done_whole_or_not_at_all(tmp_path: Path) -> None:
    orders = Orders(
        open_store,
        str(tmp_path / "seats.db"),
        tmp_path,
        processes=3,
        operations=250,
        timings=TIMINGS,
        ticks=SQLITE_TICKS,
        victims=1,
        sure=True,
    )
    with Crowd(orders) as crowd:
        victim = crowd.members[0]
        while victim.is_alive() and _written(orders.journal(0)) < 5_000:
            time.sleep(0.001)
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGKILL)
    assert crowd.exit_codes == [-signal.SIGKILL, 0, 0]
    heard = crowd.heard()
    assert heard.away == 0
    assert first_violation(orders, heard) is None


def _written(journal: Path) -> int:
    return journal.stat().st_size if journal.exists() else 0
