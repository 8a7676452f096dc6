"""Valkey, where seats and meters of many hosts are kept."""

import time
from collections.abc import Iterator
from typing import Any

from valkey import Valkey, ValkeyCluster
from valkey.exceptions import ValkeyError

from broadsheet.cli.findings.clocks import apart
from broadsheet.cli.findings.finding import Finding, advice, fault
from broadsheet.settings import PaperSettings

OLDEST = (7, 0)
PATIENCE = 3.0
"""Seconds that it is waited for."""


def look(paper: PaperSettings) -> Iterator[Finding]:
    """What is wrong with the Valkey that the settings name."""
    if not paper.valkey_url:
        return
    kind = ValkeyCluster if paper.valkey_cluster else Valkey
    try:
        with kind.from_url(
            paper.valkey_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        ) as client:
            yield from _fit(client, paper.valkey_cluster)
    except (ValkeyError, OSError) as error:
        yield fault(
            f"Valkey (valkey_url) cannot be used: {error or type(error).__name__}. Subscribers "
            "read on without it, on any number of devices."
        )


def _fit(client: Any, cluster: bool) -> Iterator[Finding]:
    told: dict[str, Any] = client.info(target_nodes="random") if cluster else client.info()
    version = str(told.get("valkey_version") or told.get("redis_version", "0"))
    if tuple(map(int, version.split(".")[:2])) < OLDEST:
        yield fault(f"Valkey is version {version}: {OLDEST[0]}.{OLDEST[1]} or newer is needed.")
    yield from _keeps(told)
    before = time.time()
    seconds, micro = client.time(target_nodes="random") if cluster else client.time()
    yield from apart("Valkey", seconds + micro / 1e6, before, time.time())


def _keeps(told: dict[str, Any]) -> Iterator[Finding]:
    policy = told.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        yield fault(
            f"Valkey's maxmemory-policy is {policy}: a seat that is thrown away while it is held "
            "can be read twice. Set it to noeviction."
        )
    if not told.get("aof_enabled"):
        yield advice(
            "Valkey does not write down what it is told (appendonly is no): after a restart, "
            "passes from before a sign-out may be good again for up to pass_seconds. Set "
            "appendonly to yes."
        )
