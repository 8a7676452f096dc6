"""What every meter store must do, whatever it is made of.

A store's tests subclass MeterStoreContract and give it `open_store`: a way to open the same
meters any number of times, as processes do.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from broadsheet.access import WINDOW, Meter
from broadsheet.meters import MeterStore

NORA, ANA = 1, 2
NOW = 1_700_000_000.0
DAY = 86_400.0

type OpenStore = Callable[[], MeterStore]
type OpenMeters = Callable[[], "Asked"]


class Asked:
    """A real store, asked one call after another by one thread."""

    def __init__(self, store: MeterStore) -> None:
        self._store = store
        self._runner = asyncio.Runner()

    def spend(self, reader: int, article: int, allowance: int, now: float) -> Meter:
        return self._runner.run(self._store.spend(reader, article, allowance, now))

    def opened(self, reader: int, now: float) -> dict[int, float]:
        return self._store.opened(reader, now)

    def forget(self, reader: int) -> None:
        self._store.forget(reader)

    def close(self) -> None:
        self._runner.close()


class MeterStoreContract:
    @pytest.fixture
    def open_store(self) -> OpenStore:
        raise NotImplementedError

    @pytest.fixture
    def stores(self, open_store: OpenStore) -> Iterator[OpenMeters]:
        opened: list[Asked] = []

        def another() -> Asked:
            opened.append(Asked(open_store()))
            return opened[-1]

        yield another
        for one in opened:
            one.close()

    @pytest.fixture
    def store(self, stores: OpenMeters) -> Asked:
        return stores()

    def test_articles_open_until_the_allowance_is_spent(self, store: Asked) -> None:
        meters = [store.spend(NORA, article, 2, NOW) for article in (11, 12, 13)]
        assert meters == [Meter(2, 0, False), Meter(2, 1, False), Meter(2, 2, False)]
        assert [meter.opens for meter in meters] == [True, True, False]

    def test_an_article_is_counted_once_however_often_it_is_read(self, store: Asked) -> None:
        for _ in range(5):
            assert store.spend(NORA, 11, 2, NOW).opens
        assert store.spend(NORA, 11, 2, NOW) == Meter(2, 1, True)
        assert store.spend(NORA, 12, 2, NOW).opens
        assert store.spend(NORA, 11, 2, NOW) == Meter(2, 2, True)
        assert store.spend(NORA, 11, 2, NOW).opens

    def test_an_article_that_was_refused_is_not_counted(self, store: Asked) -> None:
        store.spend(NORA, 11, 1, NOW)
        for article in range(12, 20):
            assert not store.spend(NORA, article, 1, NOW).opens
        assert store.spend(NORA, 20, 2, NOW) == Meter(2, 1, False)

    def test_without_an_allowance_nothing_opens_and_nothing_is_counted(self, store: Asked) -> None:
        assert store.spend(NORA, 11, 0, NOW) == Meter(0, 0, False)
        assert store.spend(NORA, 12, 3, NOW) == Meter(3, 0, False)

    def test_a_reader_s_meter_is_nobody_else_s(self, store: Asked) -> None:
        store.spend(NORA, 11, 1, NOW)
        assert store.spend(ANA, 11, 1, NOW) == Meter(1, 0, False)

    def test_an_article_is_counted_for_thirty_days(self, store: Asked) -> None:
        store.spend(NORA, 11, 1, NOW)
        assert not store.spend(NORA, 12, 1, NOW + WINDOW - 1).opens
        assert store.spend(NORA, 12, 1, NOW + WINDOW).opens
        assert not store.spend(NORA, 11, 1, NOW + WINDOW).opens

    def test_reading_again_does_not_lengthen_the_thirty_days(self, store: Asked) -> None:
        store.spend(NORA, 11, 1, NOW)
        store.spend(NORA, 11, 1, NOW + 29 * DAY)
        assert store.spend(NORA, 12, 1, NOW + WINDOW).opens

    def test_an_article_can_be_counted_again_after_its_thirty_days(self, store: Asked) -> None:
        assert store.spend(NORA, 11, 1, NOW) == Meter(1, 0, False)
        assert store.spend(NORA, 11, 1, NOW + WINDOW) == Meter(1, 0, False)
        assert store.spend(NORA, 11, 1, NOW + WINDOW) == Meter(1, 1, True)

    def test_the_instant_at_which_thirty_days_are_over_is_not_lost_in_rounding(
        self, store: Asked
    ) -> None:
        # Two ways to ask whether they are over round differently here: now - at, now - WINDOW.
        store.spend(NORA, 11, 1, 0.0007671576291479621)
        assert store.spend(NORA, 11, 1, 2592000.0007671574).opens

    def test_a_clock_that_steps_back_takes_nothing_away(self, store: Asked) -> None:
        store.spend(NORA, 11, 1, NOW)
        assert store.spend(NORA, 11, 1, NOW - DAY) == Meter(1, 1, True)
        assert not store.spend(NORA, 12, 1, NOW - DAY).opens

    def test_what_one_store_counts_every_other_sees(self, stores: OpenMeters) -> None:
        stores().spend(NORA, 11, 1, NOW)
        assert stores().spend(NORA, 12, 1, NOW) == Meter(1, 1, False)

    def test_many_requests_at_once_never_open_more_than_the_allowance(
        self, stores: OpenMeters
    ) -> None:
        crowd_size, readers = 6, range(100, 150)
        ready = {reader: threading.Barrier(crowd_size) for reader in readers}

        def read_on(member: int) -> list[bool]:
            store, opened = stores(), []
            for reader in readers:
                ready[reader].wait()
                opened.append(store.spend(reader, member, 2, NOW).opens)
            return opened

        with ThreadPoolExecutor(crowd_size) as crowd:
            by_member = list(crowd.map(read_on, range(crowd_size)))
        assert [sum(opened) for opened in zip(*by_member, strict=True)] == [2] * len(readers)

    def test_a_reader_is_told_what_counts_and_when_and_others_are_not_in_it(
        self, store: Asked
    ) -> None:
        store.spend(NORA, 11, 5, NOW - WINDOW)
        store.spend(NORA, 12, 5, NOW - DAY)
        store.spend(ANA, 13, 5, NOW)
        assert store.opened(NORA, NOW) == {12: NOW - DAY}

    def test_a_reader_who_leaves_is_forgotten_and_nobody_else(self, store: Asked) -> None:
        store.spend(NORA, 11, 5, NOW)
        store.spend(ANA, 11, 5, NOW)
        store.forget(NORA)
        store.forget(NORA)
        assert (store.opened(NORA, NOW), store.opened(ANA, NOW)) == ({}, {11: NOW})
