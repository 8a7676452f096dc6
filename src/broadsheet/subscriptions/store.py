"""The stores of this paper, chosen by its settings; one of each per process."""

from functools import cache

from broadsheet.meters import MeterStore, SqliteMeterStore
from broadsheet.seats import SeatStore, SqliteSeatStore
from broadsheet.settings.django import PAPER


@cache
def seat_store() -> SeatStore:
    """The store that the gate and the site share."""
    return SqliteSeatStore(
        PAPER.data_dir / "seats.sqlite3", PAPER.timings, PAPER.store_budget_ms / 1000
    )


@cache
def meter_store() -> MeterStore:
    """The meters of registered readers that the gate and the site share."""
    return SqliteMeterStore(PAPER.data_dir / "meters.sqlite3", PAPER.store_budget_ms / 1000)
