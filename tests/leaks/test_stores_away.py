"""The store of seats or of meters cannot be used: subscribers read on, and nobody else does."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from broadsheet.gate.events import Event
from broadsheet.settings.django import PAPER
from broadsheet.stores import sqlite as files
from broadsheet.subscriptions.models import Plan
from broadsheet.subscriptions.store import seat_store
from tests.conftest import LivePaper
from tests.leaks.client import Answer, Browser, Server
from tests.leaks.conftest import Readers
from tests.leaks.inside import Phone, Process
from tests.newsroom.conftest import HIDDEN, Newsroom
from tests.people import Cast

PATH = "/us/world/story/"
FOR_ACCOUNTS = "/us/world/for-accounts/"
SEATS = "seats.sqlite3"
METERS = "meters.sqlite3"

type Fault = Callable[[Path, pytest.MonkeyPatch], AbstractContextManager[None]]


# What may happen to a file


@contextmanager
def locked(path: Path, _: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody else writes, for longer than may be waited."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def deleted(path: Path, _: pytest.MonkeyPatch) -> Iterator[None]:
    """It is gone, and its folder takes no new one."""
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    path.mkdir()
    yield
    path.rmdir()


@contextmanager
def replaced(path: Path, _: pytest.MonkeyPatch) -> Iterator[None]:
    """Something that is no database stands in its place."""
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    path.write_bytes(b"what is this? " * 1000)
    yield
    path.unlink()


@contextmanager
def overwritten(path: Path, _: pytest.MonkeyPatch) -> Iterator[None]:
    """Its bytes were written over where it lies."""
    for file in path.parent.glob(f"{path.name}-*"):
        file.unlink()
    with path.open("r+b") as file:
        file.write(b"\xff" * path.stat().st_size)
    yield
    path.unlink()


class Full(sqlite3.Connection):
    """A connection to a file on a disk without room for another row."""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql.startswith(("INSERT", "UPDATE")):
            raise sqlite3.OperationalError("database or disk is full")
        return super().execute(sql, *values)


class ReadOnly(sqlite3.Connection):
    """A connection to a file that may be read, and not written."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.execute("PRAGMA query_only = 1")


@contextmanager
def opened_as(kind: type[sqlite3.Connection], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every connection from now on is one of these."""
    with monkeypatch.context() as patch:
        patch.setattr(files.sqlite3, "connect", partial(sqlite3.connect, factory=kind))
        yield


def full(_: Path, monkeypatch: pytest.MonkeyPatch) -> AbstractContextManager[None]:
    return opened_as(Full, monkeypatch)


def read_only(_: Path, monkeypatch: pytest.MonkeyPatch) -> AbstractContextManager[None]:
    return opened_as(ReadOnly, monkeypatch)


FAULTS: list[Fault] = [locked, deleted, replaced, overwritten, read_only, full]


def shut(answer: Answer) -> bool:
    assert answer.status == 200
    assert answer.access.startswith("preview; "), answer.access
    assert HIDDEN not in answer.text
    return True


@pytest.fixture
def process(house: None) -> Process:
    return Process()


@pytest.fixture
def stories(newsroom: Newsroom) -> None:
    for slug, access in (("story", "subscribers"), ("for-accounts", "registered")):
        newsroom.story(slug, access=access)


@pytest.fixture
def break_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Process]]:
    """Breaks a store of this process; what it returns stands for the process in that state."""
    with ExitStack() as stack:

        def breaking(process: Process, fault: Fault, name: str = SEATS) -> Process:
            if fault in (full, read_only):
                process = Process()  # connected anew
            stack.enter_context(fault(PAPER.data_dir / name, monkeypatch))
            return process

        yield breaking


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.usefixtures("stories")
def test_subscribers_read_on_and_it_is_logged_and_counted(
    process: Process,
    cast: Cast,
    break_store: Callable[..., Process],
    fault: Fault,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ana, marta = Phone.of(cast.ana), Phone.of(cast.marta)
    assert ana.ask(process, PATH).access == "granted; reason=lease"
    process = break_store(process, fault)
    caplog.set_level(logging.WARNING)
    for phone in (ana, marta):  # one with a pass, one with a sign-in alone
        answer = phone.ask(process, PATH)
        assert answer.access == "granted; reason=store-away"
        assert HIDDEN in answer.text
        assert answer.get("cache-control") == "private, no-cache"
    assert process.gate.recorder.counts[Event.STORE_AWAY] >= 2
    assert {event.kind for event in process.events} == {Event.STORE_AWAY}
    assert "the seat store is away" in caplog.text


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.usefixtures("stories")
def test_nobody_else_reads_on(
    process: Process, cast: Cast, break_store: Callable[..., Process], fault: Fault
) -> None:
    nora, forged = Phone.of(cast.nora), Phone({"bs_pass": "x.y", "bs_device": "x" * 24})
    assert shut(nora.ask(process, PATH))
    assert Phone.of(cast.ana).ask(process, PATH).access == "granted; reason=lease"
    process = break_store(process, fault)
    for phone in (nora, forged, Phone({})):
        assert shut(phone.ask(process, PATH))
    assert shut(process.ask(FOR_ACCOUNTS))
    assert nora.ask(process, FOR_ACCOUNTS).access == "granted; reason=registered"


@pytest.mark.usefixtures("stories")
@pytest.mark.parametrize("how", ["seat", "signed-out", "closed"])
def test_who_was_a_subscriber_before_does_not_read_on_with_a_pass_that_is_old(
    process: Process,
    cast: Cast,
    break_store: Callable[..., Process],
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]],
    how: str,
) -> None:
    """That a pass is old stands in the store alone; without it, the sign-in is asked."""
    luis = Phone.of(cast.luis)
    assert luis.ask(process, PATH).access == "granted; reason=lease"
    with django_capture_on_commit_callbacks(execute=True):
        if how == "seat":
            seat = cast.luis.seats.get()
            seat.reader = None
            seat.save()
        elif how == "signed-out":
            cast.luis.set_password("set-by-staff-77")
            cast.luis.save()
        else:
            cast.luis.is_active = False
            cast.luis.save()
    process = break_store(process, locked)
    assert shut(luis.without_sign_in.ask(process, PATH))
    assert shut(luis.ask(process, PATH))
    if how != "seat":
        assert shut(luis.without_sign_in.ask(process, FOR_ACCOUNTS))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
@pytest.mark.usefixtures("stories")
def test_the_desk_answers_while_the_store_is_away(
    process: Process, cast: Cast, break_store: Callable[..., Process], fault: Fault
) -> None:
    """Pages stay open, and nobody is told that they were displaced."""
    here, there = Phone.of(cast.ana), Phone.of(cast.ana)
    assert here.ask(process, PATH).whole
    wall = there.ask(process, PATH)
    token = wall.text.partition('name="token" value="')[2].partition('"')[0]
    process = break_store(process, fault)
    assert here.script(process, "beat", epoch="1").status == 200
    assert here.script(process, "release", epoch="1").status == 200
    assert there.script(process, "take-over", token=token).status == 200
    assert there.script(process, "both-mine", token=token).status == 200
    assert process.ask("/-/seat/events").status == 204


@pytest.mark.usefixtures("stories")
def test_when_the_store_is_back_the_rule_is_too(process: Process, cast: Cast) -> None:
    here, there = Phone.of(cast.ana), Phone.of(cast.ana)
    assert here.ask(process, PATH).access == "granted; reason=lease"
    with locked(PAPER.data_dir / SEATS, pytest.MonkeyPatch()):
        for phone in (here, there):
            assert phone.ask(process, PATH).access == "granted; reason=store-away"
    time.sleep(files.REST + 0.1)
    assert here.ask(process, PATH).access == "granted; reason=lease"
    assert shut(there.ask(process, PATH))


@pytest.mark.usefixtures("house", "stories")
def test_a_store_that_was_deleted_is_begun_anew_and_nothing_is_open_to_strangers(
    cast: Cast,
) -> None:
    process = Process(store=seat_store())  # the office's own, as in a real process
    here, there, nora = Phone.of(cast.ana), Phone.of(cast.ana), Phone.of(cast.nora)
    assert here.ask(process, PATH).whole
    for file in PAPER.data_dir.glob(f"{SEATS}*"):
        file.unlink()
    assert here.ask(process, PATH).whole
    time.sleep(files.REST + 0.1)
    assert here.ask(process, PATH).access == "granted; reason=lease"
    assert shut(there.ask(process, PATH))
    assert shut(nora.ask(process, PATH))
    assert shut(process.ask(PATH))


@pytest.mark.usefixtures("stories")
def test_a_pass_that_knows_more_than_a_store_begun_anew_is_settled_anew(
    process: Process,
    cast: Cast,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]],
) -> None:
    """Else what the lost store had revoked would be good again."""
    with django_capture_on_commit_callbacks(execute=True):
        Plan.objects.get(code="premium").save()
    luis = Phone.of(cast.luis)
    assert luis.ask(process, PATH).whole
    copied = luis.without_sign_in
    with django_capture_on_commit_callbacks(execute=True):
        seat = cast.luis.seats.get()
        seat.reader = None
        seat.save()
    assert shut(copied.without_sign_in.ask(process, PATH))
    for file in PAPER.data_dir.glob(f"{SEATS}*"):
        file.unlink()
    copied.without_sign_in.ask(process, PATH)
    time.sleep(files.REST + 0.1)
    assert shut(copied.ask(process, PATH))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_without_the_store_of_meters_nobody_reads_by_one(
    process: Process,
    newsroom: Newsroom,
    cast: Cast,
    break_store: Callable[..., Process],
    fault: Fault,
) -> None:
    newsroom.us.meter_readers = 3
    newsroom.us.save()
    for slug in ("story", "other"):
        newsroom.story(slug, access="subscribers")
    nora, ana = Phone.of(cast.nora), Phone.of(cast.ana)
    assert nora.ask(process, PATH).access == "metered; reason=meter"
    process = break_store(process, fault, METERS)
    assert shut(nora.ask(process, "/us/world/other/"))
    assert ana.ask(process, PATH).whole


def test_a_locked_store_of_the_served_paper_keeps_nobody_from_reading(
    paper: LivePaper, readers: Readers, server: Server, nora: Browser, closed: str
) -> None:
    """The same with the real server, whose answers must also come in time."""
    here, there = readers.pair()[1:]
    assert here.ask(closed).access == "granted; reason=lease"
    time.sleep(0.1)
    with locked(paper.folder / "data" / SEATS, pytest.MonkeyPatch()):
        for browser in (here, there):
            began = time.monotonic()
            assert browser.ask(closed).access == "granted; reason=store-away"
            assert time.monotonic() - began < 2
        for browser in (nora, Browser(server)):
            assert browser.ask(closed).access == "preview; reason=subscription-required"
        assert here.script("beat", epoch="1").status == 200
        assert here.ask("/account/devices/").status == 200
    deadline = time.monotonic() + 5
    while here.ask(closed).access != "granted; reason=lease":
        assert time.monotonic() < deadline, "the store was not used again"
        time.sleep(0.2)
    assert there.ask(closed).access == "preview; reason=in-use"
