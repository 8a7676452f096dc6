"""Around the whole paper: every request gets an id, and every answer is counted."""

import asyncio
import logging
from collections.abc import Sequence
from functools import lru_cache
from time import perf_counter

from broadsheet.gate.addresses import Proxies
from broadsheet.gate.counts import KIND, Counts, Kind
from broadsheet.gate.ids import HEADER, REQUEST_ID, new_id, sent_id
from broadsheet.gate.request import App, Message, Receive, Scope, Send

logger = logging.getLogger("broadsheet.access_log")


class Attended:
    """An application whose requests are told apart and counted."""

    def __init__(
        self,
        application: App,
        counts: Counts,
        *,
        trusted_proxies: Sequence[str] = (),
        access_log: bool = False,
    ) -> None:
        """`trusted_proxies`: networks whose X-Request-ID is taken. `access_log`: a line for
        every request."""
        self._application = application
        self._counts = counts
        self._access_log = access_log
        self._trusts = lru_cache(1024)(Proxies(trusted_proxies).trusts) if trusted_proxies else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        identity = self._id(scope)
        REQUEST_ID.set(identity)
        answer = Answer(send, identity)
        try:
            await self._application(scope, receive, answer.send)
        except asyncio.CancelledError:
            raise  # who asked has left
        except Exception:
            answer.status = answer.status or 500
            raise
        finally:
            if answer.status:
                self._counts.answered(scope.get(KIND, Kind.SITE), answer.status, answer.seconds)
                if self._access_log:
                    _tell(scope, answer)

    def _id(self, scope: Scope) -> str:
        if self._trusts is not None:
            client = scope.get("client")
            if client and self._trusts(client[0]):
                return sent_id(scope["headers"]) or new_id()
        return new_id()


class Answer:
    """One answer on its way out: it is given its id, and looked at."""

    __slots__ = ("_begun", "_header", "_send", "seconds", "status")

    def __init__(self, send: Send, identity: str) -> None:
        self._send = send
        self._header = (HEADER, identity.encode("ascii"))
        self._begun = perf_counter()
        self.status = 0
        """0: the answer has not begun."""
        self.seconds = 0.0
        """From the request to the answer's beginning."""

    async def send(self, message: Message) -> None:
        """See ASGI."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.seconds = perf_counter() - self._begun
            message = {**message, "headers": [*message["headers"], self._header]}
        await self._send(message)


def _tell(scope: Scope, answer: Answer) -> None:
    # No query and no address: what a reader looks for, and who it is, is nobody's business.
    logger.info(
        "%s %s %d",
        scope["method"],
        scope["path"],
        answer.status,
        extra={
            "method": scope["method"],
            "path": scope["path"],
            "status": answer.status,
            "kind": str(scope.get(KIND, Kind.SITE)),
            "milliseconds": round(answer.seconds * 1000, 2),
        },
    )
