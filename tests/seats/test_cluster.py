"""The Valkey store on a cluster: the same contract, whichever node has the seat."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import pytest
from valkey.crc import key_slot

from broadsheet.access import Granted
from broadsheet.seats import ValkeySeatStore
from tests.live import free_port
from tests.seats.contract import PHONE, TIMINGS, Clock, OpenKeeper, SeatStoreContract
from tests.seats.keeper import Follower, Keeper
from tests.seats.test_valkey import PATIENT, awaits, everybody
from tests.servers.valkey import ValkeyServer, valkey_server

NODES, SLOTS = 3, 16_384
SHARE = -(-SLOTS // NODES)
"""Slots of a node; the last has two fewer."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def cluster() -> Iterator[list[ValkeyServer]]:
    """Three nodes, each with a third of the slots."""
    with ExitStack() as running:
        nodes, buses = [], [free_port() for _ in range(NODES)]
        for bus in buses:
            options = ("--save", "", "--cluster-enabled", "yes", "--cluster-port", str(bus))
            nodes.append(running.enter_context(valkey_server(*options)))
        for at, node in enumerate(nodes):
            slots = (at * SHARE, min(SLOTS, (at + 1) * SHARE) - 1)
            with node.client() as client:
                client.execute_command("CLUSTER ADDSLOTSRANGE", *slots)
                client.execute_command("CLUSTER MEET", node.host, nodes[0].port, buses[0])
        for node in nodes:
            wait_for(node)
        yield nodes


def wait_for(node: ValkeyServer) -> None:
    """Until it knows of all nodes, and who has which slots."""
    deadline = time.monotonic() + PATIENT
    with node.client() as client:
        while True:
            told = client.execute_command("CLUSTER INFO")
            if told["cluster_state"] == "ok" and int(told["cluster_size"]) == NODES:
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
    keys = [f"seat:{n}" for n in range(60)]
    numbers = {key: await asyncio.to_thread(store.number, key) for key in keys}
    told = await everybody(store, numbers)
    assert all(isinstance(one.answer, Granted) for one in told)
    for node in spread:
        with node.client() as client:
            assert client.dbsize() > 0
    async with store.following() as displaced:
        for key, number in numbers.items():
            await asyncio.to_thread(store.revoke, key, frozenset({PHONE.id}))
            assert number
        heard = {(await anext(displaced)).seat for _ in keys}
    assert heard == set(keys)
