"""What the log of requests says, and what it does not."""

import asyncio
import logging

import pytest

from broadsheet.gate.access_log import AccessLog
from broadsheet.gate.request import Message, Receive, Scope, Send


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/us/world/a-story/", "GET /us/world/a-story/ 204"),
        ("/newsletters/leave/ab12.3.4:c2ln/", "GET /newsletters/leave/-/ 204"),
        ("/newsletters/confirm/W1siYWIi:1x:c2ln/", "GET /newsletters/confirm/-/ 204"),
        ("/invitation/xq3T-9_kfWm2/decline/", "GET /invitation/-/decline/ 204"),
        ("/a\nline/", "GET /a%0Aline/ 204"),
    ],
)
def test_a_line_has_the_path_without_what_opens_a_door(
    path: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def nothing() -> Message:
        return {}

    async def sent(message: Message) -> None:
        return None

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    with caplog.at_level(logging.INFO):
        asyncio.run(AccessLog(site)(scope, nothing, sent))
    assert caplog.messages == [said]
