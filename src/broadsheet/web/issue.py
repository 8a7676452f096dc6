"""The number of the last publication: page caches are thrown away when it moves.

On one host it stands in a file in memory, and every process sees it move at once. On many, each
process asks the database for it, four times a second, and does not believe an answer for long.
"""

import contextlib
import threading
import time
from functools import cache
from typing import Any

from django.db import connection
from psycopg import AsyncConnection

from broadsheet.newsroom.models import Publication
from broadsheet.settings.django import MANY_HOSTS, PAPER
from broadsheet.stores import PolledNumber, SharedNumber, StoreAway, ValkeyScript
from broadsheet.stores.polled import GOOD

SEEN = f"SELECT count(*), sum(id) FROM {Publication._meta.db_table}"  # noqa: S608 (our own name)
"""Moves whenever a publication becomes visible, in whichever order they commit, and also when old
ones are taken away."""
MARGIN = 0.05
"""Seconds more than an answer is good for: for the requests that it lets through at its end."""
COUNTED = """
if ARGV[1] == '1' then return redis.call('INCR', KEYS[1]) end
return tonumber(redis.call('GET', KEYS[1]) or '0')
"""
KEY = "publications"

_here = threading.local()


class Visible:
    """Which publications the database shows, asked over a connection of its own."""

    def __init__(self) -> None:
        self._idle: AsyncConnection[Any] | None = None

    async def __call__(self) -> object:
        """Raises what the database's client raises."""
        # A question that is not answered keeps its connection: the next one gets another.
        asked, self._idle = self._idle or await _connect(), None
        try:
            found = await (await asked.execute(SEEN)).fetchone()
        except BaseException:
            await asked.close()
            raise
        if self._idle is not None:
            await self._idle.close()
        self._idle = asked
        return found


async def _connect() -> AsyncConnection[Any]:
    told = connection.get_connection_params()
    del told["cursor_factory"]
    return await AsyncConnection.connect(**{**told, "connect_timeout": 2}, autocommit=True)


@cache
def witness() -> ValkeyScript:
    """Counts publications in Valkey too, for hosts that the database is away for."""
    budget = PAPER.store_budget_ms / 1000
    return ValkeyScript(PAPER.valkey_url, COUNTED, budget, cluster=PAPER.valkey_cluster)


async def _witnessed() -> object:
    return await witness().ask(KEY, 0)


@cache
def issue_number() -> SharedNumber | PolledNumber:
    """The number, as this process knows it."""
    if MANY_HOSTS:
        return PolledNumber(Visible(), _witnessed)
    return SharedNumber(PAPER.data_dir / "issue")


def announce() -> None:
    """Something was published, withdrawn or moved, and can be read by everybody."""
    number = issue_number()
    if isinstance(number, SharedNumber):
        number.advance()
        return
    with contextlib.suppress(StoreAway):  # only a host without the database would have asked
        witness().call(KEY, 1)
    _here.at = time.monotonic()


def begin() -> None:
    """Nothing is published yet by what this thread does next."""
    _here.at = None


def settle() -> None:
    """Wait until no host shows what was before the last publication of this thread, if any."""
    at = getattr(_here, "at", None)
    if at is not None:
        time.sleep(max(0.0, at + GOOD + MARGIN - time.monotonic()))
        _here.at = None
