"""The Valkey meters keep the contract, and when their server fails they say StoreAway."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from broadsheet.access import WINDOW
from broadsheet.meters import ValkeyMeterStore
from broadsheet.stores import StoreAway
from tests.meters.contract import ANA, NORA, NOW, Asked, MeterStoreContract, OpenStore
from tests.servers.valkey import ValkeyServer, valkey_server

PATIENT = 20.0


@pytest.fixture(scope="module")
def running() -> Iterator[ValkeyServer]:
    with valkey_server() as server:
        yield server


@pytest.fixture
def server(running: ValkeyServer) -> ValkeyServer:
    with running.client() as client:
        client.flushall()
    return running


class TestValkeyMeterStore(MeterStoreContract):
    @pytest.fixture
    def open_store(self, server: ValkeyServer) -> OpenStore:
        return lambda: ValkeyMeterStore(server.url, PATIENT)


def test_a_server_that_is_not_there_is_the_store_away() -> None:
    with valkey_server() as gone:
        url = gone.url
    with closing(Asked(ValkeyMeterStore(url))) as store:
        with pytest.raises(StoreAway):
            store.spend(NORA, 11, 2, NOW)
        with pytest.raises(StoreAway, match="not asked again yet"):
            store.opened(NORA, NOW)


def test_a_meter_is_gone_when_nothing_in_it_counts_any_more(server: ValkeyServer) -> None:
    with closing(Asked(ValkeyMeterStore(server.url, PATIENT))) as store:
        store.spend(NORA, 11, 2, NOW)
        store.forget(ANA)
    with server.client() as client:
        (key,) = client.keys()
        assert WINDOW - 60 < client.ttl(key) <= WINDOW
