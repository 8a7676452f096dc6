"""The Valkey store on a cluster: the same contract, whichever node has the seat."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from typing import Any

import pytest
from valkey import Valkey
from valkey.crc import key_slot
from valkey.exceptions import ResponseError

from broadsheet.access import Granted, InUse
from broadsheet.seats import ValkeySeatStore
from broadsheet.stores import StoreAway
from tests.live import free_port
from tests.seats.contract import LAPTOP, PHONE, TIMINGS, Clock, OpenKeeper, SeatStoreContract
from tests.seats.keeper import Follower, Keeper
from tests.seats.test_valkey import PATIENT, awaits, everybody
from tests.servers.valkey import ValkeyServer, valkey_server

NODES, SLOTS = 3, 16_384
SHARE = -(-SLOTS // NODES)
"""Slots of a node; the last has two fewer."""
SEATS = [f"seat:{n}" for n in range(60)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def cluster() -> Iterator[list[ValkeyServer]]:
    """Three nodes, each with a third of the slots."""
    with ExitStack() as running:
        nodes = begin(running, NODES, silence=15.0)
        share_out(nodes)
        yield nodes


def begin(running: ExitStack, number: int, silence: float) -> list[ValkeyServer]:
    """So many nodes, who are to meet and have no slots yet; one counts as lost after so many
    seconds of silence."""
    nodes, buses = [], [free_port() for _ in range(number)]
    for bus in buses:
        options = ("--save", "", "--cluster-enabled", "yes", "--cluster-port", str(bus))
        options += ("--cluster-node-timeout", f"{silence * 1000:.0f}")
        nodes.append(running.enter_context(valkey_server(*options)))
    for node in nodes:
        with node.client() as client:
            client.execute_command("CLUSTER MEET", node.host, nodes[0].port, buses[0])
    return nodes


def share_out(nodes: list[ValkeyServer]) -> None:
    """Returns when each has a third of the slots, and knows who has the others."""
    for at, node in enumerate(nodes):
        slots = (at * SHARE, min(SLOTS, (at + 1) * SHARE) - 1)
        with node.client() as client:
            client.execute_command("CLUSTER ADDSLOTSRANGE", *slots)
    for node in nodes:
        until(node, _of_the_cluster, cluster_state="ok", cluster_size=str(NODES))


def _of_the_cluster(client: Valkey) -> Any:
    return client.execute_command("CLUSTER INFO")


def _of_its_copies(client: Valkey) -> Any:
    return client.info("replication")


def until(node: ValkeyServer, ask: Callable[[Valkey], Any], **answer: str) -> None:
    """Until it answers so."""
    deadline = time.monotonic() + PATIENT
    with node.client() as client:
        while True:
            told = ask(client)
            if all(str(told.get(name)) == value for name, value in answer.items()):
                return
            assert time.monotonic() < deadline, told
            time.sleep(0.05)


@pytest.fixture
def spread(cluster: list[ValkeyServer]) -> list[ValkeyServer]:
    """The cluster, with nothing in it."""
    for node in cluster:
        with node.client() as client:
            client.flushall()
    return cluster


def on_all(spread: list[ValkeyServer], clock: Clock) -> ValkeySeatStore:
    url, now = spread[0].url, lambda: clock.now
    return ValkeySeatStore(url, TIMINGS, PATIENT, cluster=True, clock=now)


class SpreadKeeper(Keeper):
    """What two nodes tell comes in any order, and late: each node is heard out."""

    def marks(self, name: str) -> list[str]:
        named: dict[int, str] = {}
        for number in count():
            key = f"{name}-{number}"
            named.setdefault(key_slot(key.encode()) // SHARE, key)
            if len(named) == NODES:
                return list(named.values())
        raise AssertionError

    def follow(self) -> Follower:
        follower = super().follow()
        follower.heard()  # what was told just before
        return follower


class TestValkeySeatStoreOnACluster(SeatStoreContract):
    @pytest.fixture
    def stores(self, spread: list[ValkeyServer], clock: Clock) -> OpenKeeper:
        return lambda: SpreadKeeper(on_all(spread, clock))


@awaits
async def test_seats_are_on_every_node_and_what_one_tells_is_heard_by_who_follows_another(
    spread: list[ValkeyServer], clock: Clock
) -> None:
    store = on_all(spread, clock)
    numbers = {key: await asyncio.to_thread(store.number, key) for key in SEATS}
    told = await everybody(store, numbers)
    assert all(isinstance(one.answer, Granted) for one in told)
    for node in spread:
        with node.client() as client:
            assert client.dbsize() > 0
    async with store.following() as displaced:
        for key, number in numbers.items():
            await asyncio.to_thread(store.revoke, key, frozenset({PHONE.id}))
            assert number
        heard = {(await anext(displaced)).seat for _ in SEATS}
    assert heard == set(SEATS)


@awaits
async def test_when_a_node_dies_its_replica_has_its_seats_and_meanwhile_the_store_is_away(
    clock: Clock,
) -> None:
    with ExitStack() as running:
        *nodes, spare = begin(running, NODES + 1, silence=1.0)
        share_out(nodes)
        doomed = nodes[1]
        replicate(spare, doomed)
        store = ValkeySeatStore(nodes[0].url, TIMINGS, 1.0, cluster=True, clock=lambda: clock.now)
        numbers = {key: await asyncio.to_thread(store.number, key) for key in SEATS}
        await everybody(store, numbers)
        with doomed.client() as client:
            there = client.dbsize()
            assert there > 0
        with spare.client() as client:
            assert client.dbsize() == there
        doomed.kill()
        refusals, left = 0, dict(numbers)
        deadline = time.monotonic() + PATIENT
        while left:
            assert time.monotonic() < deadline, left
            for key, number in list(left.items()):
                try:
                    told = await store.open(key, LAPTOP, number)
                except StoreAway:
                    refusals += 1
                    await asyncio.sleep(0.1)
                    continue
                assert isinstance(told.answer, InUse), key  # by the phone, as before
                del left[key]
        assert refusals > 0
        until(spare, _of_its_copies, role="master")


def replicate(spare: ValkeyServer, node: ValkeyServer) -> None:
    """Returns when the spare has all that the node has."""
    with node.client() as client, spare.client() as replica:
        name = client.execute_command("CLUSTER MYID").decode()
        deadline = time.monotonic() + PATIENT
        while True:  # it may not have heard of the other yet
            with contextlib.suppress(ResponseError):
                replica.execute_command("CLUSTER REPLICATE", name)
                break
            assert time.monotonic() < deadline
            time.sleep(0.05)
    until(spare, _of_its_copies, role="slave", master_link_status="up")
