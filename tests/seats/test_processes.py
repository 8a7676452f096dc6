"""Many processes on one store: what each was answered could have happened one at a time.

BROADSHEET_OPERATIONS is how many operations there are in all, up to 100,000.
"""

import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.access import Granted
from broadsheet.seats import SqliteSeatStore, sqlite
from tests.histories.journal import Asked
from tests.histories.seat_rule import Beat, Open, TakeOver
from tests.histories.workers import (
    SQLITE_TICKS,
    TIMINGS,
    Clock,
    Crowd,
    Histories,
    Orders,
    first_violation,
)

OPERATIONS = min(int(os.environ.get("BROADSHEET_OPERATIONS", "4000")), 100_000)
PROCESSES = 4
BUDGET = 30.0
"""Seconds: what is tried here is the order of the answers, not how fast they come."""


def open_store(place: str, clock: Clock = time.time) -> SqliteSeatStore:
    sqlite.TOLD_FOR = float("inf")  # the whole log of displacements is read at the end
    return SqliteSeatStore(Path(place), TIMINGS, BUDGET, clock)


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Orders:
    folder = tmp_path_factory.mktemp("processes")
    return Orders(
        open_store,
        str(folder / "seats.db"),
        folder,
        PROCESSES,
        OPERATIONS // PROCESSES,
        TIMINGS,
        SQLITE_TICKS,
        sure=True,
    )


@pytest.fixture(scope="module")
def heard(orders: Orders) -> Histories:
    with Crowd(orders) as crowd:
        pass
    assert crowd.exit_codes == [0] * PROCESSES
    return crowd.heard()


def granted_by(one: Asked) -> Granted | None:
    return one.answer.told if one.answer and isinstance(one.answer.told, Granted) else None


def grants(history: list[Asked]) -> Iterator[tuple[str, Granted, int]]:
    """Devices' fresh grants, and when they were given."""
    for one in history:
        if (granted := granted_by(one)) is not None and granted.fresh:
            assert isinstance(one.call, Open | TakeOver)
            assert one.at is not None
            yield one.call.device.id, granted, one.at


def test_one_order_of_the_operations_explains_every_answer(
    heard: Histories, orders: Orders
) -> None:
    assert first_violation(orders, heard) is None


def test_every_operation_was_carried_out(heard: Histories, orders: Orders) -> None:
    assert heard.away == 0
    assert len(heard.operations) == orders.operations * PROCESSES


def test_no_epoch_is_given_twice_and_none_is_left_out(heard: Histories) -> None:
    for history in heard.of_seat.values():
        epochs = sorted(granted.epoch for _, granted, _ in grants(history))
        assert epochs == list(range(epochs[0], epochs[0] + len(epochs)))


def test_what_is_renewed_was_granted_to_the_same_device(heard: Histories) -> None:
    for history in heard.of_seat.values():
        owners = {granted.epoch: device for device, granted, _ in grants(history)}
        for one in history:
            granted = granted_by(one)
            if granted is not None and isinstance(one.call, Open | TakeOver | Beat):
                assert owners[granted.epoch] == one.call.device.id


def test_epochs_only_grow(heard: Histories) -> None:
    for history in heard.of_seat.values():
        highest_returned = 0
        answered = [one for one in history if granted_by(one) is not None]
        events = [(one.invoked, 0, one) for one in answered]
        events += [(one.returned or 0, 1, one) for one in answered]
        floor: dict[int, int] = {}
        for _, returned, one in sorted(events, key=lambda event: event[:2]):
            granted = granted_by(one)
            assert granted is not None
            if not returned:
                floor[id(one)] = highest_returned
            else:
                assert granted.epoch >= floor[id(one)]
                highest_returned = max(highest_returned, granted.epoch)


def test_every_takeover_is_told_once_and_in_order(heard: Histories, orders: Orders) -> None:
    _, log = open_store(orders.place).displacements(0)
    told = defaultdict(list)
    for news in log:
        if news.by:
            at = orders.ticks.of(news.at)
            told[news.seat].append((news.device, news.by, at))
    for key, history in heard.of_seat.items():
        taken = sorted(
            (granted.epoch, granted.displaced.id, f"{device}'s label", at)
            for device, granted, at in grants(history)
            if granted.displaced is not None
        )
        assert told[key] == [entry[1:] for entry in taken]


def test_the_work_was_worth_checking(heard: Histories, capsys: pytest.CaptureFixture[str]) -> None:
    every = heard.operations
    overlapping = sum(_overlaps(history) for history in heard.of_seat.values())
    answers = [granted for one in every if (granted := granted_by(one)) is not None]
    displaced = sum(1 for answer in answers if answer.displaced is not None)
    fresh = sum(1 for answer in answers if answer.fresh)
    longest = max((one.returned or 0) - one.invoked for one in every)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(every)} operations by {PROCESSES} processes on {len(heard.of_seat)} seats, "
            f"{overlapping} overlapping another on their seat, {fresh} grants, "
            f"{displaced} displacements, longest wait {longest / 1e6:.0f} ms\n"
        )
    assert overlapping > len(every) / 100
    assert displaced > len(every) / 100
    assert fresh > displaced


def _overlaps(history: list[Asked]) -> int:
    """How many operations began while another on the same seat was under way."""
    until, count = 0, 0
    for one in sorted(history, key=lambda one: one.invoked):
        count += one.invoked < until
        until = max(until, one.returned or 0)
    return count
