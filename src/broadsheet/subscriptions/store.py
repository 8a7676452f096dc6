"""The stores of this paper, chosen by its settings; one of each per process."""

from functools import cache

from broadsheet.meters import MeterStore, SqliteMeterStore, ValkeyMeterStore
from broadsheet.seats import SeatStore, SqliteSeatStore, ValkeySeatStore
from broadsheet.settings.django import PAPER

BUDGET = PAPER.store_budget_ms / 1000
"""Seconds a call may take."""


@cache
def seat_store() -> SeatStore:
    """The store that the gate and the site share."""
    if PAPER.valkey_url:
        return ValkeySeatStore(
            PAPER.valkey_url,
            PAPER.timings,
            BUDGET,
            passes=PAPER.pass_seconds,
            cluster=PAPER.valkey_cluster,
        )
    return SqliteSeatStore(PAPER.data_dir / "seats.sqlite3", PAPER.timings, BUDGET)


@cache
def meter_store() -> MeterStore:
    """The meters of registered readers that the gate and the site share."""
    if PAPER.valkey_url:
        return ValkeyMeterStore(PAPER.valkey_url, BUDGET, cluster=PAPER.valkey_cluster)
    return SqliteMeterStore(PAPER.data_dir / "meters.sqlite3", BUDGET)
