"""The Valkey store keeps the contract, and when its server fails it says StoreAway, only that."""

from collections.abc import Iterator

import pytest

from broadsheet.seats import ValkeySeatStore
from tests.seats.contract import (
    TIMINGS,
    Clock,
    OpenKeeper,
    SeatStoreContract,
)
from tests.seats.keeper import Keeper
from tests.servers.valkey import ValkeyServer, valkey_server

PATIENT = 20.0
"""A budget that no test uses up, so that slow machines do not decide."""
PASSES = 600.0


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
def clock() -> Clock:
    return Clock()


def patient(server: ValkeyServer, clock: Clock) -> ValkeySeatStore:
    return ValkeySeatStore(server.url, TIMINGS, PATIENT, clock=lambda: clock.now)


class TestValkeySeatStore(SeatStoreContract):
    @pytest.fixture
    def stores(self, server: ValkeyServer, clock: Clock) -> OpenKeeper:
        return lambda: Keeper(patient(server, clock))
