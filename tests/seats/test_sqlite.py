"""The SQLite store keeps the contract, and when its file fails it says StoreAway, only that."""

import contextlib
import os
import resource
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.access import Claim, Granted, InUse, Revoked, Seat
from broadsheet.seats import Displacement, SqliteSeatStore
from broadsheet.seats import sqlite as seats_sqlite
from broadsheet.stores import SqliteFile, StoreAway
from broadsheet.stores import sqlite as stores_sqlite
from tests.seats.contract import (
    KEY,
    LAPTOP,
    PHONE,
    TIMINGS,
    Clock,
    N,
    OpenKeeper,
    SeatStoreContract,
)
from tests.seats.keeper import Keeper

NOW = Clock.now
PATIENT = 30.0
"""A budget that no test uses up, so that slow machines do not decide."""


SEATS = (KEY, "seat:8", "seat:9")


def open_store(path: Path, budget: float = PATIENT, now: float = NOW) -> SqliteSeatStore:
    """A store whose clock stands still."""
    return SqliteSeatStore(path, TIMINGS, budget, clock=lambda: now)


def keeper(path: Path, budget: float = PATIENT) -> Keeper:
    """Somebody who asks at NOW, and has begun the seats if they can be."""
    keeper = Keeper(open_store(path, budget))
    for key in SEATS:
        with contextlib.suppress(StoreAway):
            keeper.number(key)
    return keeper


def told_of(keeper: Keeper, cursor: int) -> tuple[int, Sequence[Displacement]]:
    """The displacements that the store's file has, after `cursor`."""
    assert isinstance(keeper.store, SqliteSeatStore)
    return keeper.store.displacements(cursor)


class TestSqliteSeatStore(SeatStoreContract):
    @pytest.fixture
    def stores(self, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> OpenKeeper:
        monkeypatch.setattr(seats_sqlite, "LOOK", 0.001)
        path = tmp_path / "seats.db"
        return lambda: Keeper(SqliteSeatStore(path, TIMINGS, PATIENT, clock=lambda: clock.now))


@dataclass
class Stopwatch:
    """Stands in for the module `time` where the file's rest is measured."""

    at: float = 100.0
    during_sleep: Callable[[], None] = lambda: None

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds
        self.during_sleep()

    def rest(self) -> None:
        self.at += stores_sqlite.REST


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    watch = Stopwatch()
    monkeypatch.setattr(stores_sqlite, "time", watch)
    return watch


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "seats.db"


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else is writing, and takes their time."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


# A file that is locked


def test_a_store_gives_up_on_a_locked_file_and_recovers_after_a_rest(
    path: Path, stopwatch: Stopwatch
) -> None:
    store = keeper(path, budget=0.01)
    store.open(KEY, LAPTOP, N)
    with locked(path), pytest.raises(StoreAway):
        store.open(KEY, PHONE, N)
    with pytest.raises(StoreAway, match="resting"):
        store.open(KEY, PHONE, N)
    stopwatch.rest()
    assert store.open(KEY, PHONE, N) == InUse(LAPTOP, NOW, N + 1)


def test_a_store_waits_for_a_lock_as_long_as_its_budget_says(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}
    connect = sqlite3.connect

    def watched(*args: Any, **options: Any) -> sqlite3.Connection:
        asked.update(options)
        return connect(*args, **options)

    monkeypatch.setattr(sqlite3, "connect", watched)
    keeper(path, budget=0.25).number(KEY)
    assert asked["timeout"] == 0.25


def test_what_was_answered_away_was_not_done(path: Path, stopwatch: Stopwatch) -> None:
    store = keeper(path, budget=0.01)
    store.open(KEY, LAPTOP, N)
    before, cursor = store.look(KEY), told_of(store, -1)[0]
    with locked(path):
        for call in (
            lambda: store.take_over(KEY, PHONE, Claim(KEY, "phone", N + 1, NOW), N),
            lambda: store.beat(KEY, LAPTOP, N + 1, N),
            lambda: store.release(KEY, LAPTOP, N + 1, N),
            lambda: store.revoke(KEY, frozenset({"laptop"})),
        ):
            with pytest.raises(StoreAway):
                call()
            stopwatch.rest()
    assert store.look(KEY) == before
    assert told_of(store, cursor) == (cursor, [])


def test_passes_can_be_checked_while_somebody_else_writes(path: Path) -> None:
    store = keeper(path, budget=0.01)
    store.revoke(KEY, frozenset())
    with locked(path):
        assert store.number(KEY) == N + 1
        assert store.vouches(KEY, N + 1)
        assert not store.vouches(KEY, N)


# A file that cannot be written


@contextlib.contextmanager
def no_room_for_files() -> Iterator[None]:
    """Every write to a file fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_the_store_away_and_the_seats_are_whole_when_there_is_room_again(
    path: Path, stopwatch: Stopwatch
) -> None:
    store = keeper(path)
    store.open(KEY, LAPTOP, N)
    with no_room_for_files(), pytest.raises(StoreAway):
        store.open("seat:8", PHONE, N)
    stopwatch.rest()
    assert store.look("seat:8") == Seat(epoch=N, number=N)
    assert store.open("seat:8", PHONE, N) == Granted(N + 1, NOW + 90, fresh=True)
    assert store.open(KEY, PHONE, N) == InUse(LAPTOP, NOW, N + 1)


def fill(store: Keeper) -> None:
    for number in range(10_000):
        store.number(f"seat:{number}")
        store.open(f"seat:{number}", PHONE, N)


def test_a_database_that_may_not_grow_is_the_store_away(
    path: Path, stopwatch: Stopwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def bounded(*args: Any, **options: Any) -> sqlite3.Connection:
        db = connect(*args, **options)
        db.execute("PRAGMA max_page_count = 8")
        return db

    monkeypatch.setattr(sqlite3, "connect", bounded)
    store = keeper(path)
    with pytest.raises(StoreAway, match="full"):
        fill(store)
    stopwatch.rest()
    assert store.open("seat:0", LAPTOP, N) == InUse(PHONE, NOW, N + 1)


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that every user may look into; pytest's own are private."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """Root may write anywhere, so be somebody else for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_file_that_may_only_be_read_is_the_store_away(
    shared_folder: Path, stopwatch: Stopwatch
) -> None:
    path = shared_folder / "seats.db"
    keeper(path).open(KEY, LAPTOP, N)
    for file in shared_folder.iterdir():
        file.chmod(0o444)
    shared_folder.chmod(0o555)
    with nobody():
        store = keeper(path)
        with pytest.raises(StoreAway):
            store.open("seat:8", PHONE, N)
        stopwatch.rest()
        with pytest.raises(StoreAway):
            keeper(shared_folder / "new.db").number(KEY)


@pytest.mark.parametrize("place", ["a-folder", "no-such-folder/seats.db"])
def test_a_file_that_cannot_be_there_is_the_store_away(tmp_path: Path, place: str) -> None:
    (tmp_path / "a-folder").mkdir()
    with pytest.raises(StoreAway):
        keeper(tmp_path / place).open(KEY, PHONE, N)


# A file that is deleted


def test_a_deleted_file_is_never_mistaken_for_the_one_that_others_use_now(
    path: Path, stopwatch: Stopwatch
) -> None:
    old = keeper(path)
    old.open(KEY, PHONE, N)
    path.unlink()
    new = keeper(path)
    assert new.open(KEY, LAPTOP, N) == Granted(N + 1, NOW + 90, fresh=True)
    with pytest.raises(StoreAway):
        old.open(KEY, PHONE, N)
    stopwatch.rest()
    assert old.open(KEY, PHONE, N) == InUse(LAPTOP, NOW, N + 1)
    assert new.beat(KEY, LAPTOP, N + 1, N) == Granted(N + 1, NOW + 90, fresh=False)


def test_a_deleted_file_is_the_store_away_once_and_then_a_new_one_is_begun(
    path: Path, stopwatch: Stopwatch
) -> None:
    clock = Clock()
    store = Keeper(SqliteSeatStore(path, TIMINGS, PATIENT, clock=lambda: clock.now))
    store.open(KEY, LAPTOP, store.number(KEY))
    path.unlink()
    with pytest.raises(StoreAway):
        store.number(KEY)
    stopwatch.rest()
    clock.forward(1)
    assert store.open(KEY, LAPTOP, N) == Revoked()
    assert store.number(KEY) == N + 1000
    assert store.open(KEY, LAPTOP, N) == Revoked()
    assert store.open(KEY, PHONE, N + 1000) == Granted(N + 1001, clock.now + 90, fresh=True)


# A file that is damaged


def every_call(store: Keeper) -> Iterator[bool]:
    """Whether each kind of call was answered. Any exception but StoreAway comes through."""
    for call in (
        lambda: store.open(KEY, PHONE, N),
        lambda: store.take_over(KEY, PHONE, Claim(KEY, "phone", N + 1, NOW), N),
        lambda: store.beat(KEY, LAPTOP, N + 1, N),
        lambda: store.release(KEY, LAPTOP, N + 1, N),
        lambda: store.vouches(KEY, N),
        lambda: store.revoke(KEY, frozenset({"phone"})),
        lambda: store.number(KEY),
        lambda: store.look(KEY),
        lambda: told_of(store, 0),
        lambda: told_of(store, -1),
    ):
        try:
            call()
        except StoreAway:
            yield False
        else:
            yield True


def written(path: Path) -> bytes:
    """A database with two seats and a displacement, in one file."""
    with contextlib.closing(keeper(path)) as store:
        store.open(KEY, LAPTOP, N)
        store.open("seat:8", PHONE, N)
        store.take_over("seat:8", LAPTOP, Claim("seat:8", "laptop", N + 1, NOW), N)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda whole: b"This is not a database. " * 400, id="something else"),
        pytest.param(lambda whole: whole[: len(whole) // 2], id="half of it"),
        pytest.param(lambda whole: whole[:1000], id="hardly any of it"),
        pytest.param(lambda whole: whole[:4096] + bytes(len(whole) - 4096), id="emptied"),
    ],
)
def test_a_damaged_file_is_the_store_away(
    path: Path, tmp_path: Path, stopwatch: Stopwatch, damage: Any
) -> None:
    bad = tmp_path / "bad.db"
    bad.write_bytes(damage(written(path)))
    for call in range(len(list(every_call(keeper(path))))):
        store = keeper(bad)
        stopwatch.rest()
        assert list(every_call(store))[call] is False


def test_a_row_whose_text_is_not_text_is_the_store_away(
    path: Path, tmp_path: Path, stopwatch: Stopwatch
) -> None:
    bad = tmp_path / "bad.db"
    bad.write_bytes(written(path).replace("portátil".encode(), b"port\xff\xfftil"))
    store = keeper(bad)
    with pytest.raises(StoreAway):
        store.open(KEY, LAPTOP, N)
    stopwatch.rest()
    assert isinstance(store.open("seat:9", PHONE, N), Granted)


@pytest.mark.parametrize("column", ["epoch", "since", "expires", "number"])
@pytest.mark.parametrize("value", [None, "text", b"bytes"])
def test_a_row_without_a_number_where_one_was_is_the_store_away(
    path: Path, monkeypatch: pytest.MonkeyPatch, column: str, value: object
) -> None:
    monkeypatch.setattr(stores_sqlite, "REST", 0.0)
    row = {"key": KEY, "device": "phone", "label": "", "epoch": 1, "since": NOW}
    row |= {"expires": NOW + 90, "number": N, column: value}
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"CREATE TABLE seat ({', '.join(row)}, PRIMARY KEY (key))")
        db.execute("INSERT INTO seat VALUES (?, ?, ?, ?, ?, ?, ?)", list(row.values()))
        db.commit()
    store = keeper(path)
    assert not any(every_call(store))
    assert isinstance(store.open("seat:9", PHONE, N), Granted)


@settings(max_examples=100)
@given(
    damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6)
)
def test_whatever_bytes_are_damaged_no_other_exception_comes_out(
    damage: list[tuple[float, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patches:
        patches.setattr(stores_sqlite, "REST", 0.0)
        file = bytearray(written(Path(folder) / "good.db"))
        used = [place for place, byte in enumerate(file) if byte]
        for place, byte in damage:
            file[used[int(place * len(used))]] = byte
        bad = Path(folder) / "bad.db"
        bad.write_bytes(file)
        with contextlib.closing(keeper(bad)) as store:
            answered = list(every_call(store))
        assert all(answered) or damage


# A file that is begun


@pytest.fixture
def begun_by_another(path: Path) -> Iterator[sqlite3.Connection]:
    """Another process has just created the file, and has not turned it to its journal yet."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def test_a_file_that_another_process_begins_too_is_waited_for(
    path: Path, begun_by_another: sqlite3.Connection, stopwatch: Stopwatch
) -> None:
    def goes_on() -> None:
        begun_by_another.execute("ROLLBACK")

    stopwatch.during_sleep = goes_on
    store = keeper(path)
    assert store.open(KEY, PHONE, N) == Granted(N + 1, NOW + 90, fresh=True)


@pytest.mark.usefixtures("begun_by_another")
def test_a_file_that_another_process_never_stops_beginning_is_the_store_away(
    path: Path, stopwatch: Stopwatch
) -> None:
    started = stopwatch.at
    with pytest.raises(StoreAway):
        keeper(path).open(KEY, PHONE, N)
    assert PATIENT <= stopwatch.at - started < PATIENT + 1


def test_processes_that_begin_a_file_together_are_all_served(tmp_path: Path) -> None:
    def begin(place: tuple[int, int]) -> bool:
        round_, member = place
        ready[round_].wait()
        store = keeper(tmp_path / f"seats-{round_}.db")
        key = f"seat:{member}"
        return isinstance(store.open(key, PHONE, store.number(key)), Granted)

    ready = [threading.Barrier(4) for _ in range(20)]
    with ThreadPoolExecutor(4) as crowd:
        for round_ in range(len(ready)):
            assert all(crowd.map(begin, [(round_, member) for member in range(4)]))


def test_a_schema_is_written_whole_or_not_at_all(path: Path) -> None:
    half_wrong = "CREATE TABLE one (x); CREATE TABLE one (x);"
    with pytest.raises(StoreAway):
        SqliteFile(path, half_wrong, PATIENT).read(lambda db: db.execute("SELECT 1"))
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_work_that_raises_leaves_no_trace_and_the_next_work_is_done(path: Path) -> None:
    file = SqliteFile(path, "CREATE TABLE one (x)", PATIENT)

    def breaks(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO one VALUES (1)")
        raise LookupError

    with pytest.raises(LookupError):
        file.write(breaks)
    file.write(lambda db: db.execute("INSERT INTO one VALUES (2)"))
    assert file.read(lambda db: db.execute("SELECT x FROM one").fetchall()) == [(2,)]
