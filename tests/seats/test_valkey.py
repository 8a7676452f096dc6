"""The Valkey store keeps the contract, and when its server fails it says StoreAway, only that."""

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from functools import wraps
from typing import Any

import pytest

from broadsheet.access import Claim, Device, Gone, Granted, InUse, Revoked, Timings
from broadsheet.gate.seals import device_key
from broadsheet.meters.valkey import SCRIPT as METER_SCRIPT
from broadsheet.seats import Displacement, Told, ValkeySeatStore
from broadsheet.seats.valkey import CHANNEL, SCRIPT
from broadsheet.stores import StoreAway
from broadsheet.stores import valkey as stores_valkey
from tests.seats.contract import (
    KEY,
    LAPTOP,
    PHONE,
    TIMINGS,
    Clock,
    OpenKeeper,
    SeatStoreContract,
)
from tests.seats.keeper import Keeper
from tests.servers.valkey import ValkeyServer, valkey_server

PATIENT = 20.0
"""A budget that no test uses up, so that slow machines do not decide."""
BUDGET = 0.1
TICK = 0.01
SLACK = 0.5
"""Seconds that a slow processor may need besides."""
PASSES = 600.0
LONGEST_LABEL = "Ñ" * 80


def awaits[**P](test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """A test that awaits."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


@pytest.fixture(scope="module")
def running() -> Iterator[ValkeyServer]:
    with valkey_server() as server:
        yield server


@pytest.fixture
def server(running: ValkeyServer) -> ValkeyServer:
    with running.client() as client:
        client.flushall()
        client.script_flush()
    return running


@pytest.fixture
def mortal() -> Iterator[ValkeyServer]:
    """One that the test may harm."""
    with valkey_server() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


def patient(server: ValkeyServer, clock: Clock) -> ValkeySeatStore:
    return ValkeySeatStore(server.url, TIMINGS, PATIENT, clock=lambda: clock.now)


class TestValkeySeatStore(SeatStoreContract):
    @pytest.fixture
    def stores(self, server: ValkeyServer, clock: Clock) -> OpenKeeper:
        return lambda: Keeper(patient(server, clock))


# A server that forgets


@awaits
async def test_a_server_without_the_script_is_given_it_and_everybody_is_answered(
    server: ValkeyServer,
) -> None:
    store = ValkeySeatStore(server.url, TIMINGS, PATIENT)
    numbers = {f"seat:{n}": await asyncio.to_thread(store.number, f"seat:{n}") for n in range(50)}
    for _ in range(3):
        with server.client() as client:
            client.script_flush()
        told = await everybody(store, numbers)
        assert all(isinstance(one.answer, Granted) for one in told)


@awaits
async def test_a_script_forgotten_in_the_middle_of_a_batch_is_carried_out_once(
    server: ValkeyServer,
) -> None:
    store = ValkeySeatStore(server.url, TIMINGS, PATIENT)
    number = await asyncio.to_thread(store.number, KEY)
    before = (await store.open(KEY, PHONE, number)).answer
    with server.client() as client:
        flushing = asyncio.create_task(asyncio.to_thread(client.script_flush))
        told = [store.open(KEY, LAPTOP, number) for _ in range(300)]
        told += [store.release(KEY, PHONE, 0, number) for _ in range(300)]
        answers = [one.answer for one in await asyncio.gather(*told)]
        await flushing
    assert isinstance(before, Granted)
    assert {type(one) for one in answers[:300]} == {InUse}
    assert set(answers[300:]) == {Gone()}


async def everybody(store: ValkeySeatStore, numbers: dict[str, int]) -> list[Told]:
    """All seats at once."""
    return await asyncio.gather(
        *(store.open(key, PHONE, number) for key, number in numbers.items())
    )


# A server that is killed


async def standing_still(server: ValkeyServer) -> tuple[ValkeySeatStore, int]:
    """A store that is connected to a server that does not go on, and the seat's number."""
    store = ValkeySeatStore(server.url, TIMINGS, BUDGET)
    number = await asyncio.to_thread(store.number, KEY)
    await answered(store, number)
    server.pause()
    return store, number


def test_a_killed_server_is_the_store_away_until_it_is_back_and_knows_no_old_pass(
    mortal: ValkeyServer,
) -> None:
    store = Keeper(ValkeySeatStore(mortal.url, TIMINGS, BUDGET))
    number = retried(lambda: store.number(KEY))
    granted = store.open(KEY, PHONE, number)
    assert isinstance(granted, Granted)
    mortal.kill()
    with pytest.raises(StoreAway):
        store.open(KEY, PHONE, number)
    with pytest.raises(StoreAway, match="not asked again yet"):
        store.number(KEY)
    mortal.start()
    assert retried(lambda: store.open(KEY, PHONE, number)) == Revoked()
    assert store.beat(KEY, PHONE, granted.epoch, number) == Revoked()
    assert not store.vouches(KEY, number)
    again = store.number(KEY)
    assert again > granted.epoch >= number
    later = store.open(KEY, PHONE, again)
    assert isinstance(later, Granted)
    assert later.epoch > granted.epoch
    assert store.open(KEY, LAPTOP, number) == Revoked()


def test_an_old_takeover_token_takes_nothing_from_a_server_that_begins_anew(
    mortal: ValkeyServer,
) -> None:
    store = Keeper(ValkeySeatStore(mortal.url, TIMINGS, BUDGET))
    number = retried(lambda: store.number(KEY))
    store.open(KEY, LAPTOP, number)
    shown = store.open(KEY, PHONE, number)
    assert isinstance(shown, InUse)
    token = Claim(KEY, PHONE.id, shown.epoch, store.at)
    mortal.kill()
    mortal.start()
    number = retried(lambda: store.number(KEY))
    store.open(KEY, LAPTOP, number)
    assert isinstance(store.take_over(KEY, PHONE, token, number), InUse)


@awaits
async def test_whoever_waits_when_the_server_dies_is_told_so_within_the_budget(
    mortal: ValkeyServer,
) -> None:
    store, number = await standing_still(mortal)
    waiting = [asyncio.create_task(store.open(KEY, PHONE, number)) for _ in range(20)]
    await asyncio.sleep(BUDGET / 3)
    mortal.kill()
    async with within(BUDGET):
        assert all(isinstance(one, StoreAway) for one in await outcomes(waiting))


@awaits
async def test_a_server_that_stands_still_is_waited_for_no_longer_than_the_budget(
    mortal: ValkeyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores_valkey, "REST", 2.0)  # not over yet on the slowest machine
    store, number = await standing_still(mortal)
    async with within(BUDGET):
        calls = [asyncio.create_task(store.open(KEY, PHONE, number)) for _ in range(1500)]
        assert all(isinstance(one, StoreAway) for one in await outcomes(calls))
    with pytest.raises(StoreAway, match="not asked again yet"):
        await store.beat(KEY, PHONE, 1, number)
    await asyncio.sleep(stores_valkey.REST)
    async with within(BUDGET):
        with pytest.raises(StoreAway):
            await asyncio.to_thread(store.look, KEY)
    mortal.go_on()
    assert isinstance((await answered(store, number)).answer, Granted)


@awaits
async def test_answers_that_come_too_late_are_nobody_else_s(mortal: ValkeyServer) -> None:
    store = ValkeySeatStore(mortal.url, TIMINGS, BUDGET)
    numbers = {}
    for n in range(40):
        key = f"seat:{n}"
        numbers[key] = await asyncio.to_thread(store.number, key)
        await store.open(key, Device(f"holder-of-{key}"), numbers[key])
    for _ in range(3):
        mortal.pause()
        late = [asyncio.create_task(store.open(k, PHONE, n)) for k, n in numbers.items()]
        assert all(isinstance(one, StoreAway) for one in await outcomes(late))
        mortal.go_on()
        await answered(store, numbers["seat:0"], "seat:0")
        told = await everybody(store, numbers)
        for key, (answer, _) in zip(numbers, told, strict=True):
            assert isinstance(answer, InUse)
            assert answer.holder.id == f"holder-of-{key}"


# Many at once


@awaits
async def test_many_who_wait_share_few_round_trips_and_each_gets_their_own_answer(
    server: ValkeyServer,
) -> None:
    store = ValkeySeatStore(server.url, TIMINGS, PATIENT)
    keys = [f"seat:{n}" for n in range(400)]
    numbers = {key: await asyncio.to_thread(store.number, key) for key in keys}
    await everybody(store, {KEY: 0})  # connected
    with server.client() as client:
        before = client.info("stats")["total_reads_processed"]
        told = await asyncio.gather(
            *(store.open(key, Device(f"of-{key}"), numbers[key]) for key in keys)
        )
        assert client.info("stats")["total_reads_processed"] - before <= 10
    assert all(isinstance(one.answer, Granted) for one in told)
    for key in keys:
        seen = (await asyncio.to_thread(store.look, key)).seat
        assert seen.holder == Device(f"of-{key}")


@awaits
async def test_who_stops_waiting_harms_nobody_else(server: ValkeyServer) -> None:
    store = ValkeySeatStore(server.url, TIMINGS, PATIENT)
    keys = [f"seat:{n}" for n in range(60)]
    numbers = {key: await asyncio.to_thread(store.number, key) for key in keys}
    calls = [asyncio.create_task(store.open(k, Device(f"of-{k}"), numbers[k])) for k in keys]
    await asyncio.sleep(0)
    for call in calls[::3]:
        call.cancel()
    ended = await outcomes(calls)
    for place, one in enumerate(ended):
        if place % 3:
            assert isinstance(one, Told)
            assert isinstance(one.answer, Granted)
        else:
            assert isinstance(one, asyncio.CancelledError)
    for key in keys:
        again = (await store.open(key, PHONE, numbers[key])).answer
        if isinstance(again, InUse):
            assert again.holder.id == f"of-{key}"


# A server that does not do what it is asked


def test_a_full_server_is_the_store_away_and_nobody_is_told_what_was_not_done(
    mortal: ValkeyServer,
) -> None:
    store = Keeper(ValkeySeatStore(mortal.url, TIMINGS, PATIENT))
    number = store.number(KEY)
    store.open(KEY, LAPTOP, number)
    follower, before = store.follow(), store.look(KEY)
    with mortal.client() as client:
        client.config_set("maxmemory", 1)
        client.config_set("maxmemory-policy", "noeviction")
        for call in (
            lambda: store.open(KEY, LAPTOP, number),
            lambda: store.take_over(KEY, PHONE, token_now(store), number),
            lambda: store.number("seat:8"),
            lambda: store.revoke(KEY, frozenset({LAPTOP.id})),
        ):
            with pytest.raises(StoreAway):
                rested(call)
        assert isinstance(rested(lambda: store.open(KEY, PHONE, number)), InUse)
        client.config_set("maxmemory", 0)
    assert store.look(KEY) == before
    assert follower.heard() == []


def test_what_is_no_seat_is_the_store_away(server: ValkeyServer) -> None:
    store = Keeper(ValkeySeatStore(server.url, TIMINGS, PATIENT))
    for wrong in (b"", b"what is this?", b"\xff" * 64):
        with server.client() as client:
            client.set(f"{{{KEY}}}", wrong)
        assert_away_or_revoked(lambda: store.open(KEY, PHONE, 1))
        assert_away_or_revoked(lambda: store.look(KEY))
    with server.client() as client:
        client.delete(f"{{{KEY}}}")
        client.lpush(f"{{{KEY}}}", "a list")
    with pytest.raises(StoreAway):
        rested(lambda: store.open(KEY, PHONE, 1))
    assert rested(lambda: store.number("seat:9")) > 0


def assert_away_or_revoked(call: Callable[[], object]) -> None:
    with suppress(StoreAway):
        assert rested(call) == Revoked()


@pytest.mark.parametrize("word", ["", "wrong"])
def test_a_wrong_password_is_the_store_away(word: str) -> None:
    with valkey_server("--save", "") as server, server.client() as client:
        client.config_set("requirepass", "a-good-word")
        login = f":{word}@" if word else ""
        url = f"valkey://{login}{server.host}:{server.port}/0"
        store = Keeper(ValkeySeatStore(url, TIMINGS, PATIENT))
        with pytest.raises(StoreAway):
            store.open(KEY, PHONE, 1)
        with pytest.raises(StoreAway):
            rested(lambda: store.number(KEY))
        good = f"valkey://:a-good-word@{server.host}:{server.port}/0"
        assert Keeper(ValkeySeatStore(good, TIMINGS, PATIENT)).number(KEY) > 0
        client.execute_command("AUTH", "a-good-word")


# What is kept


def test_a_seat_takes_at_most_three_hundred_bytes(server: ValkeyServer) -> None:
    store = Keeper(ValkeySeatStore(server.url, TIMINGS, PATIENT))
    key, device = "seat:12345678", Device(device_key(secrets.token_urlsafe(32)), LONGEST_LABEL)
    store.open(key, device, store.number(key))
    assert store.look(key).holder == device
    with server.client() as client:
        assert client.memory_usage(f"{{{key}}}") <= 300


def test_everything_that_is_written_is_gone_by_itself_and_never_before_its_lease(
    server: ValkeyServer,
) -> None:
    store = Keeper(ValkeySeatStore(server.url, TIMINGS, PATIENT, passes=PASSES))
    number = store.number(KEY)
    calls: list[Callable[[], object]] = [
        lambda: store.number(KEY),
        lambda: store.open(KEY, LAPTOP, number),
        lambda: store.beat(KEY, LAPTOP, store.look(KEY).epoch, number),
        lambda: store.open(KEY, PHONE, number),
        lambda: store.take_over(KEY, PHONE, token_now(store), number),
        lambda: store.release(KEY, PHONE, store.look(KEY).epoch, number),
        lambda: store.revoke("seat:2", frozenset({"phone"})),
    ]
    with server.client() as client:
        for call in calls:
            call()
            for kept in client.scan_iter():
                assert client.pttl(kept) > (PASSES + TIMINGS.lease - 5) * 1000


def token_now(store: Keeper) -> Claim:
    seen = store.look(KEY)
    return Claim(KEY, PHONE.id, seen.epoch, store.at)


def test_nothing_is_left_of_a_seat_when_its_last_pass_is_over(server: ValkeyServer) -> None:
    short = Timings(beat=0.1, lease=0.2, release=0.1)
    store = Keeper(ValkeySeatStore(server.url, short, PATIENT, passes=0.3))
    number = store.number(KEY)
    store.open(KEY, PHONE, number)
    with server.client() as client:
        assert client.dbsize() == 1
        end = time.monotonic() + 5
        while client.dbsize() and time.monotonic() < end:
            time.sleep(0.05)
        assert client.keys() == []
    assert store.open(KEY, PHONE, number) == Revoked()
    assert store.number(KEY) > number


@pytest.mark.parametrize("ahead", [-300.0, 300.0])
def test_the_server_s_clock_decides_whatever_the_asker_s_says(
    server: ValkeyServer, monkeypatch: pytest.MonkeyPatch, ahead: float
) -> None:
    real = time.time
    right = Keeper(ValkeySeatStore(server.url, TIMINGS, PATIENT))
    monkeypatch.setattr(time, "time", lambda: real() + ahead)
    wrong = Keeper(ValkeySeatStore(server.url, TIMINGS, PATIENT))
    number = wrong.number(KEY)
    assert abs(number / 1000 - real()) < 60
    granted = wrong.open(KEY, LAPTOP, number)
    assert isinstance(granted, Granted)
    assert abs(granted.expires - real() - TIMINGS.lease) < 60
    shown = right.open(KEY, PHONE, number)
    assert isinstance(shown, InUse)
    taken = wrong.take_over(KEY, PHONE, Claim(KEY, PHONE.id, shown.epoch, right.at), number)
    assert isinstance(taken, Granted)
    assert taken.displaced == LAPTOP


OLD_ENOUGH = {"GET", "SET", "TIME", "PUBLISH", "DEL", "ZRANGE", "ZREM", "ZADD", "EXPIRE"}
"""Commands of Redis 6.0 and earlier, with the options that are used here."""


@pytest.mark.parametrize("script", [SCRIPT, METER_SCRIPT], ids=["seat", "meter"])
def test_the_scripts_ask_for_nothing_that_redis_7_0_has_not(script: str) -> None:
    used = set(re.findall(r"redis\.call\('(\w+)'", script))
    assert used
    assert used <= OLD_ENOUGH
    assert "server." not in script


# Displacements


@awaits
async def test_a_follower_whose_connection_was_cut_says_so(server: ValkeyServer) -> None:
    store = ValkeySeatStore(server.url, TIMINGS, PATIENT)

    async def follow() -> None:
        async with store.following() as news, asyncio.timeout(10):
            with server.client() as client:
                assert client.execute_command("CLIENT", "KILL", "TYPE", "pubsub") == 1
            await anext(news)

    with pytest.raises(StoreAway):
        await follow()


@awaits
async def test_a_follower_hears_of_its_own_channel_alone(server: ValkeyServer) -> None:
    store = ValkeySeatStore(server.url, TIMINGS, PATIENT)
    async with store.following() as news, asyncio.timeout(10):
        with server.client() as client:
            client.publish("another", "1|a|{b}|c")
            client.publish(CHANNEL, "1500|phone|{seat:7}|Ana's | laptop")
        assert await anext(news) == Displacement("seat:7", "phone", "Ana's | laptop", 1.5)


# What is meant by within, retried, rested


@asynccontextmanager
async def within(budget: float) -> AsyncIterator[None]:
    """It takes no longer than that and SLACK, not counting what a busy machine gives to others: a
    process that does not get on does not tick."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(TICK)
            ticks += 1

    ticking = asyncio.create_task(tick())
    yield
    ticking.cancel()
    assert ticks * TICK < budget + SLACK


def retried[T](call: Callable[[], T]) -> T:
    """As readers do, until the store has come back by itself."""
    end = time.monotonic() + 10
    while True:
        with suppress(StoreAway):
            return call()
        assert time.monotonic() < end
        time.sleep(0.05)


def rested[T](call: Callable[[], T]) -> T:
    """After the rest that follows a failure."""
    time.sleep(stores_valkey.REST)
    return call()


async def answered(store: ValkeySeatStore, number: int, key: str = KEY) -> Told:
    """The first answer that comes."""
    async with asyncio.timeout(10):
        while True:
            with suppress(StoreAway):
                return await store.open(key, PHONE, number)
            await asyncio.sleep(0.05)


async def outcomes(calls: list[asyncio.Task[Told]]) -> list[Told | BaseException]:
    return await asyncio.gather(*calls, return_exceptions=True)
