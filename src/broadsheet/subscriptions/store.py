"""The seat store of this paper, chosen by its settings; one per process."""

from functools import cache

from broadsheet.seats import SeatStore, SqliteSeatStore
from broadsheet.settings.django import PAPER


@cache
def seat_store() -> SeatStore:
    """The store that the gate and the site share."""
    return SqliteSeatStore(
        PAPER.data_dir / "seats.sqlite3", PAPER.timings, PAPER.store_budget_ms / 1000
    )
