"""A script that a Valkey server carries out on one key at a time, asked within a budget.

Whoever awaits shares one connection: what is asked while a batch is on its way goes with the
next one, in one pipeline. A plain client waits for each answer in turn, on a connection each.
"""

import asyncio
import hashlib
import time
from collections.abc import Sequence
from typing import Any

from libvalkey import pack_command
from valkey import Valkey, ValkeyCluster
from valkey.asyncio import Valkey as AsyncValkey
from valkey.asyncio import ValkeyCluster as AsyncValkeyCluster
from valkey.exceptions import NoScriptError, ResponseError, ValkeyError

from broadsheet.stores.sqlite import StoreAway

REST = 0.5
"""Seconds without the server after it failed, so that its silence is not waited for each time."""
BATCH = 500
"""Calls that go in one pipeline; the next ones wait for the next."""
FAILURES = (ValkeyError, OSError, TimeoutError)
"""What a server raises that does not answer, or answers what nobody asked."""

type Argument = str | int | float
type Call = tuple[str, Sequence[Argument], asyncio.Future[Any]]


class ValkeyScript:
    """One script on one server or cluster, for one event loop and any number of threads."""

    def __init__(self, url: str, text: str, budget: float, *, cluster: bool = False) -> None:
        """`budget` is how long a call may take, in seconds; `url` as in
        valkey://user:password@host:6379/0, valkeys:// over TLS, unix:///path."""
        self.url = url
        self._text = text
        self._sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
        self._budget = budget
        self._cluster = cluster
        self._threads = _client(url, budget, cluster)
        self._script = self._threads.register_script(text)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[Call] = []
        self._sending: asyncio.Task[None] | None = None
        self._away_until = 0.0
        self._reason = ""

    def call(self, key: str, *arguments: Argument) -> Any:
        """The script's reply, for a thread. Raises StoreAway."""
        self._rest()
        try:
            return self._script(keys=[key], args=list(arguments))
        except ResponseError as error:  # of this key alone
            raise StoreAway(f"Valkey: {error}") from error
        except FAILURES as error:
            raise self._away(error) from error

    async def ask(self, key: str, *arguments: Argument) -> Any:
        """The script's reply, for the event loop. Raises StoreAway."""
        self._rest()
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._begin(loop)
        reply: asyncio.Future[Any] = loop.create_future()
        self._waiting.append((key, arguments, reply))
        if self._sending is None:
            self._sending = loop.create_task(self._send())
        return await reply

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._waiting, self._sending = loop, [], None
        self._client = _async_client(self.url, self._budget, self._cluster)

    async def _send(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                await self._carry(batch)
        finally:
            self._sending = None

    async def _carry(self, batch: list[Call]) -> None:
        carried = asyncio.ensure_future(self._pipeline(batch))
        await asyncio.wait([carried], timeout=self._budget)
        if not carried.done():
            # This process may have been busy itself: the answer is taken if it has come.
            await asyncio.sleep(0.001)
        if not carried.done():
            carried.cancel()
            self._fail(batch, TimeoutError(f"no answer within {self._budget * 1000:g} ms"))
        elif (error := carried.exception()) is not None:
            self._fail(batch, error)
        else:
            _tell(batch, carried.result())

    async def _pipeline(self, batch: list[Call]) -> list[Any]:
        replies = await self._execute("EVALSHA", self._sha, batch)
        missing = [at for at, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
        if missing:  # the server was restarted, or is another one: nothing of these was done
            again = await self._execute("EVAL", self._text, [batch[at] for at in missing])
            for at, reply in zip(missing, again, strict=True):
                replies[at] = reply
        return replies

    async def _execute(self, command: str, script: str, batch: list[Call]) -> list[Any]:
        commands = [(command, script, 1, key, *arguments) for key, arguments, _ in batch]
        if not self._cluster:
            return await _over_one_connection(self._client.connection_pool, commands)
        pipeline = self._client.pipeline(transaction=False)
        for one in commands:
            pipeline.execute_command(*one)
        return await pipeline.execute(raise_on_error=False)

    def _fail(self, batch: list[Call], error: BaseException) -> None:
        reason = str(self._away(error))
        waiting, self._waiting = self._waiting, []
        for _, _, reply in [*batch, *waiting]:
            if not reply.done():
                reply.set_exception(StoreAway(reason))

    def _rest(self) -> None:
        if time.monotonic() < self._away_until:
            raise StoreAway(f"{self._reason} (not asked again yet)")

    def _away(self, error: BaseException) -> StoreAway:
        self._away_until = time.monotonic() + REST
        self._reason = f"Valkey: {error or type(error).__name__}"
        return StoreAway(self._reason)


async def _over_one_connection(pool: Any, commands: list[tuple[Any, ...]]) -> list[Any]:
    # As the client's own pipeline does, which packs in Python and takes three times as long.
    connection = await pool.get_connection(commands[0][0])
    try:
        await connection.send_packed_command(b"".join(map(pack_command, commands)))
        return [await _reply(connection) for _ in commands]
    finally:
        await pool.release(connection)


async def _reply(connection: Any) -> Any:
    try:
        return await connection.read_response()
    except ResponseError as error:  # of this command alone
        return error


def _tell(batch: list[Call], replies: list[Any]) -> None:
    for (_, _, reply), told in zip(batch, replies, strict=True):
        if reply.done():
            continue  # whoever asked has left
        if isinstance(told, Exception):
            reply.set_exception(StoreAway(f"Valkey: {told}"))
        else:
            reply.set_result(told)


def _client(url: str, budget: float, cluster: bool) -> Any:
    kind = ValkeyCluster if cluster else Valkey
    return kind.from_url(url, socket_timeout=budget, socket_connect_timeout=budget)


def _async_client(url: str, budget: float, cluster: bool) -> Any:
    kind = AsyncValkeyCluster if cluster else AsyncValkey
    # Answers are waited for in ValkeyScript; a timer for each read would cost more than the read.
    return kind.from_url(url, socket_connect_timeout=budget)
