"""One kept-alive HTTP/1.1 connection that costs its process little, over plain TCP or TLS.

What a server may do that is not ours is taken as it comes: answers in chunks, in pieces, without
a length, and connections that it closes after any of them.
"""

import asyncio
import ssl
import time
from dataclasses import dataclass
from typing import cast

HEAD_ENDS = b"\r\n\r\n"
NO_BODY = (204, 304)
MAX_HEAD = 256 * 1024
"""Bytes of a head that is read; a longer one is not HTTP."""


class Broken(Exception):
    """The connection ended, or what came over it is not HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came over the wire."""

    status: int
    head: bytes
    """Status line and headers as sent."""
    body: bytes
    """Out of its chunks, still compressed."""
    size: int
    """Bytes on the wire, head and framing with them."""
    first: float
    """Seconds from the last byte asked to the first one answered."""
    whole: float
    """Seconds to the last byte."""

    def header(self, name: str) -> str:
        """The value of a header, the first one when there are several; empty: there is none."""
        return _header(self.head.lower(), self.head, name.lower().encode("latin-1"))


def whole(data: bytes, *, ended: bool = False) -> tuple[int, bytes, bytes, int] | None:
    """Status, head, body, and where the answer ends; None: there is more to come.

    `ended`: nothing more comes, which is how an answer without a length ends. Raises Broken.
    """
    start = 0
    while True:
        end = data.find(HEAD_ENDS, start)
        if end < 0:
            if ended or len(data) > MAX_HEAD:
                raise Broken("the head of an answer did not end")
            return None
        status = _status(data[start : start + 12])
        if status >= 200:
            break
        start = end + 4  # an interim answer: the real one follows
    head, at = data[start : end + 2], end + 4
    if status in NO_BODY:
        return status, head, b"", at
    small = head.lower()
    if "chunked" in _header(small, small, b"transfer-encoding"):
        found = _chunks(data, at)
    elif length := _header(small, small, b"content-length"):
        until = at + _number(length, 10)
        found = (data[at:until], until) if len(data) >= until else None
    else:
        found = (data[at:], len(data)) if ended else None
    if found is None:
        if ended:
            raise Broken("the connection ended in the middle of an answer")
        return None
    return status, head, *found


class Connection(asyncio.Protocol):
    """Asks one thing after the other."""

    def __init__(self) -> None:
        self._data = b""
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None
        self._asked = self._first = 0.0

    @property
    def open(self) -> bool:
        """Whether it can be asked."""
        return self._transport is not None

    async def ask(self, request: bytes) -> Answer:
        """Send a request's bytes and wait for the whole answer. Raises Broken."""
        if self._transport is None:
            raise Broken("the connection is closed")
        self._answer = asyncio.get_running_loop().create_future()
        self._asked, self._first = time.perf_counter(), 0.0
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._first = self._first or time.perf_counter()
        self._data = self._data + data if self._data else data
        self._take(ended=False)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._take(ended=True)

    def _take(self, *, ended: bool) -> None:
        asked = self._answer
        if asked is None or asked.done():
            self.close()  # it speaks without being asked
            return
        try:
            found = whole(self._data, ended=ended)
        except Broken as error:
            asked.set_exception(error)
            self.close()
            return
        if found is not None:
            status, head, body, end = found
            self._data = self._data[end:]
            now = time.perf_counter()
            asked.set_result(
                Answer(status, head, body, end, self._first - self._asked, now - self._asked)
            )
            if b"connection: close" in head.lower():
                self.close()


async def connect(
    host: str,
    port: int,
    tls: ssl.SSLContext | None = None,
    name: str | None = None,
    source: str | None = None,
) -> Connection:
    """A connection to an address. `name`: whose certificate it must show; `source`: an address
    of this machine to come from."""
    _, made = await asyncio.get_running_loop().create_connection(
        Connection,
        host,
        port,
        ssl=tls,
        server_hostname=name if tls else None,
        local_addr=(source, 0) if source else None,
    )
    return made


def _status(line: bytes) -> int:
    if not line.startswith(b"HTTP/1."):
        raise Broken(f"not an answer of HTTP/1.1: {line!r}")
    return _number(line[9:12].decode("latin-1"), 10)


def _header(small: bytes, head: bytes, name: bytes) -> str:
    at = small.find(b"\r\n" + name + b":")
    if at < 0:
        return ""
    at += len(name) + 3
    return head[at : head.find(b"\r\n", at)].strip().decode("latin-1")


def _chunks(data: bytes, at: int) -> tuple[bytes, int] | None:
    parts = []
    while (line := data.find(b"\r\n", at)) >= 0:
        size = _number(data[at:line].split(b";")[0].decode("latin-1"), 16)
        if size == 0:
            end = data.find(HEAD_ENDS, line)  # after the trailers, if there are any
            return (b"".join(parts), end + 4) if end >= 0 else None
        at = line + 2
        if len(data) < at + size + 2:
            return None
        parts.append(data[at : at + size])
        at += size + 2
    return None


def _number(text: str, base: int) -> int:
    try:
        value = int(text, base)
    except ValueError:
        raise Broken(f"a number was expected, not {text!r}") from None
    if value < 0:
        raise Broken(f"a length cannot be {value}")
    return value
