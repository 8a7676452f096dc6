"""What tells one request from another in the log: an id that it is answered with, too."""

import re
import secrets
from collections.abc import Iterable
from contextvars import ContextVar
from itertools import count

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that is being answered here; threads that work for it have it too."""

HEADER = b"x-request-id"
SANE = re.compile(rb"[\w.:=+/-]{8,64}", re.ASCII)
"""What an id from a proxy may look like: it is written into the log as it came."""

_process = secrets.token_hex(4)
_numbers = count(1)


def new_id() -> str:
    """An id that no other request has: this process's own letters, and a number. It is no secret."""
    return f"{_process}-{next(_numbers):06x}"


def sent_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The id that a proxy has given the request; empty when there is none, or no sane one."""
    for name, value in headers:
        if name == HEADER:
            return value.decode("ascii") if SANE.fullmatch(value) else ""
    return ""
