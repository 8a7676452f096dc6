"""Many processes on one store: what each was answered could have happened one at a time.

BROADSHEET_OPERATIONS is how many operations there are in all.
"""

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadsheet.access import Granted
from broadsheet.seats import SeatStore, SqliteSeatStore, sqlite
from tests.histories.checker import find_violation
from tests.histories.seat_rule import Beat, Open, SeatRule, State, TakeOver
from tests.histories.workers import TIMINGS, Crowd, Heard, History, Orders

OPERATIONS = int(os.environ.get("BROADSHEET_OPERATIONS", "4000"))
PROCESSES = 4
BUDGET = 30.0
"""Seconds: what is tried here is the order of the answers, not how fast they come."""


def open_store(path: Path) -> SeatStore:
    sqlite.TOLD_FOR = float("inf")  # the whole log of displacements is read at the end
    return SqliteSeatStore(path, TIMINGS, BUDGET)


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Orders:
    folder = tmp_path_factory.mktemp("processes")
    return Orders(open_store, folder, PROCESSES, OPERATIONS // PROCESSES)


@pytest.fixture(scope="module")
def heard(orders: Orders) -> Heard:
    with Crowd(orders) as crowd:
        pass
    assert crowd.exit_codes == [0] * PROCESSES
    return crowd.heard()


def assert_linearizable(heard: Heard) -> None:
    for key, history in heard.histories.items():
        violation = find_violation(history, State(), SeatRule(key, TIMINGS).step)
        assert violation is None, f"{key}: {violation}"


def grants(history: History) -> Iterator[tuple[str, Granted, float]]:
    """Devices' fresh grants, and when they were given."""
    for one in history:
        if isinstance(one.answer, Granted) and one.answer.fresh:
            assert isinstance(one.call, Open | TakeOver)
            yield one.call.device.id, one.answer, one.call.now


def test_one_order_of_the_operations_explains_every_answer(heard: Heard) -> None:
    assert_linearizable(heard)


def test_every_operation_was_carried_out(heard: Heard, orders: Orders) -> None:
    assert heard.away == 0
    assert len(heard.operations) == orders.operations * PROCESSES


def test_no_epoch_is_given_twice_and_none_is_left_out(heard: Heard) -> None:
    for history in heard.histories.values():
        epochs = sorted(granted.epoch for _, granted, _ in grants(history))
        assert epochs == list(range(1, len(epochs) + 1))


def test_what_is_renewed_was_granted_to_the_same_device(heard: Heard) -> None:
    for history in heard.histories.values():
        owners = {granted.epoch: device for device, granted, _ in grants(history)}
        for one in history:
            if isinstance(one.answer, Granted) and isinstance(one.call, Open | TakeOver | Beat):
                assert owners[one.answer.epoch] == one.call.device.id


def test_epochs_only_grow(heard: Heard) -> None:
    for history in heard.histories.values():
        highest_returned = 0
        answered = [one for one in history if isinstance(one.answer, Granted)]
        events = [(one.invoked, 0, one) for one in answered]
        events += [(one.returned or 0, 1, one) for one in answered]
        floor: dict[int, int] = {}
        for _, returned, one in sorted(events, key=lambda event: event[:2]):
            assert isinstance(one.answer, Granted)
            if not returned:
                floor[id(one)] = highest_returned
            else:
                assert one.answer.epoch >= floor[id(one)]
                highest_returned = max(highest_returned, one.answer.epoch)


def test_every_takeover_is_told_once_and_in_order(heard: Heard, orders: Orders) -> None:
    _, log = open_store(orders.folder / "seats.db").displacements(0)
    told = defaultdict(list)
    for news in log:
        if news.by:
            told[news.seat].append((news.device, news.by, news.at))
    for key, history in heard.histories.items():
        taken = sorted(
            (granted.epoch, granted.displaced.id, f"{device}'s label", at)
            for device, granted, at in grants(history)
            if granted.displaced is not None
        )
        assert told[key] == [entry[1:] for entry in taken]


def test_the_work_was_worth_checking(heard: Heard, capsys: pytest.CaptureFixture[str]) -> None:
    every = heard.operations
    overlapping = sum(_overlaps(history) for history in heard.histories.values())
    answers = [one.answer for one in every if isinstance(one.answer, Granted)]
    displaced = sum(1 for answer in answers if answer.displaced is not None)
    fresh = sum(1 for answer in answers if answer.fresh)
    longest = max((one.returned or 0) - one.invoked for one in every)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{len(every)} operations by {PROCESSES} processes on {len(heard.histories)} seats, "
            f"{overlapping} overlapping another on their seat, {fresh} grants, "
            f"{displaced} displacements, longest wait {longest / 1e6:.0f} ms\n"
        )
    assert overlapping > len(every) / 100
    assert displaced > len(every) / 100
    assert fresh > displaced


def _overlaps(history: History) -> int:
    """How many operations began while another on the same seat was under way."""
    until, count = 0, 0
    for one in sorted(history, key=lambda one: one.invoked):
        count += one.invoked < until
        until = max(until, one.returned or 0)
    return count
