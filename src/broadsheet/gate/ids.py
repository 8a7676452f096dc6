"""What tells one request from another in the log: an id that it is answered with, too."""

import re
import secrets
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from functools import lru_cache
from itertools import count

from broadsheet.gate.addresses import Proxies
from broadsheet.gate.request import Scope

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is being answered here; threads that work for it have it too."""

HEADER = b"x-request-id"
SANE = re.compile(rb"[\w.:=+/-]{8,64}", re.ASCII)
"""What an id from a proxy may look like: it is written into the log as it came."""

_process = secrets.token_hex(4) + "-"
_numbers = count(1)


class Ids:
    """Gives requests their ids."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        """`trusted_proxies`: networks whose own X-Request-ID is kept."""
        proxies = Proxies(trusted_proxies)
        self._trusts = lru_cache(1024)(proxies.trusts) if trusted_proxies else None

    def begin(self, scope: Scope) -> None:
        """This request is answered from here on."""
        given = "" if self._trusts is None else self._sent(scope)
        REQUEST_ID.set(given or _process + str(next(_numbers)))

    def _sent(self, scope: Scope) -> str:
        client = scope.get("client")
        if self._trusts is None or not client or not self._trusts(client[0]):
            return ""
        return sent_id(scope["headers"])


def sent_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The id that a proxy has given the request; empty when there is none, or no sane one."""
    for name, value in headers:
        if name == HEADER:
            return value.decode("ascii") if SANE.fullmatch(value) else ""
    return ""


def id_header() -> tuple[bytes, bytes]:
    """The header that tells whoever asked."""
    return HEADER, REQUEST_ID.get().encode("ascii")
