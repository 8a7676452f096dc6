"""The SQLite meters keep the contract, and when their file fails they say StoreAway."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from broadsheet.access import WINDOW, Meter
from broadsheet.meters import SqliteMeterStore
from broadsheet.stores import StoreAway
from broadsheet.stores import sqlite as stores_sqlite
from tests.meters.contract import ANA, NORA, NOW, Asked, MeterStoreContract, OpenStore

PATIENT = 30.0

type Ask = Callable[[float], Asked]


class TestSqliteMeterStore(MeterStoreContract):
    @pytest.fixture
    def open_store(self, tmp_path: Path) -> OpenStore:
        return lambda: SqliteMeterStore(tmp_path / "meters.db", PATIENT)


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Somebody who asks the one file, within this budget (seconds)."""
    with ExitStack() as stack:
        yield lambda budget: stack.enter_context(
            closing(Asked(SqliteMeterStore(tmp_path / "meters.db", budget)))
        )


def test_a_locked_file_is_the_store_away_and_nothing_was_counted(
    tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores_sqlite, "BUSY_REST", 0.0)
    store = ask(0.01)
    store.spend(NORA, 11, 2, NOW)
    other = sqlite3.connect(tmp_path / "meters.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreAway):
        store.spend(NORA, 12, 2, NOW)
    other.execute("ROLLBACK")
    other.close()
    assert store.spend(NORA, 13, 2, NOW) == Meter(2, 1, False)


def test_between_reading_a_meter_and_counting_nobody_else_can_count(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there, elsewhere = ask(PATIENT), ask(0.01), ThreadPoolExecutor(1)
    elsewhere.submit(there.spend, ANA, 1, 1, NOW).result()
    outcomes: list[bool | None] = []

    def before_each(statement: str) -> None:
        if statement.startswith("INSERT"):
            try:
                outcomes.append(elsewhere.submit(there.spend, NORA, 12, 1, NOW).result().opens)
            except StoreAway:
                outcomes.append(None)

    connect = sqlite3.connect

    def traced(*args: Any, **options: Any) -> sqlite3.Connection:
        db = connect(*args, **options)
        db.set_trace_callback(before_each)
        return db

    monkeypatch.setattr(sqlite3, "connect", traced)
    assert here.spend(NORA, 11, 1, NOW).opens
    elsewhere.shutdown()
    assert outcomes == [None]


def test_what_is_no_longer_counted_is_no_longer_kept(tmp_path: Path, ask: Ask) -> None:
    store = ask(PATIENT)
    store.spend(NORA, 11, 2, NOW)
    store.spend(NORA, 12, 2, NOW + WINDOW)
    with sqlite3.connect(tmp_path / "meters.db") as db:
        kept = db.execute("SELECT article FROM reading").fetchall()
    db.close()
    assert kept == [(12,)]
