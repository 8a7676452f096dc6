"""Nobody fills the disk: what is sent to the site is bounded, announced or not."""

import asyncio
from typing import Any

import pytest

from broadsheet.gate.bodies import Bounded
from broadsheet.gate.request import Message, Receive, Scope, Send

MOST = 1000


def send_to_the_site(chunks: list[bytes], **headers: str) -> tuple[str, int, bool]:
    """Where the site was asked last, the bytes it was sent, and whether all of them came."""
    seen: list[Any] = []

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        size, whole = 0, False
        while not whole:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            size += len(message.get("body", b""))
            whole = not message.get("more_body")
        seen.append((scope["path"], size, whole))

    waiting = list(chunks)

    async def receive() -> Message:
        if not waiting:
            return {"type": "http.disconnect"}
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    heads = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": "/account/login/", "headers": heads}
    asyncio.run(Bounded(site, MOST)(scope, receive, send))
    for path, size, whole in seen[:-1]:
        assert (path, whole) == ("/account/login/", False)
        assert size <= MOST
    last: tuple[str, int, bool] = seen[-1]
    return last


@pytest.mark.parametrize("chunks", [[b""], [b"x" * MOST], [b"x" * 500, b"x" * 500]])
def test_what_is_small_enough_comes_through(chunks: list[bytes]) -> None:
    size = sum(map(len, chunks))
    assert send_to_the_site(chunks, content_length=str(size)) == ("/account/login/", size, True)


def test_what_is_announced_to_be_too_large_is_not_read_at_all() -> None:
    told = send_to_the_site([b"x" * 2000], content_length="2000")
    assert told == ("/-/problem/too-large/", 0, True)


def test_what_is_not_announced_ends_where_it_becomes_too_large() -> None:
    """And is then told so, like everybody."""
    assert send_to_the_site([b"x" * 400] * 10) == ("/-/problem/too-large/", 0, True)


@pytest.mark.parametrize("length", ["", "x", "-1", "1e9", "9" * 5000])
def test_a_length_that_is_none_is_counted_as_it_comes(length: str) -> None:
    assert send_to_the_site([b"x" * 10], content_length=length)[1:] == (10, True)
