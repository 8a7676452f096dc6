"""How the gate answers."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from broadsheet.gate.ids import id_header
from broadsheet.gate.request import Send

type Headers = list[tuple[bytes, bytes]]

NO_STORE = (b"cache-control", b"private, no-store")
PRIVATE = (b"cache-control", b"private, no-cache")
PUBLIC = (b"cache-control", b"public, max-age=0, must-revalidate")
"""Shared caches may keep it, and must ask each time: access may change at any moment."""


@lru_cache(maxsize=4096)
def for_visitors(seconds: int, *keys: str) -> Headers:
    """Of a page that is the same for every visitor without cookies of ours: a CDN may show it for
    so many seconds without asking (RFC 9213), and throw it away by each of `keys`."""
    if not seconds:
        return [PUBLIC]
    names = ["all", *keys]
    return [
        PUBLIC,
        (b"cdn-cache-control", f"public, max-age={seconds}, must-revalidate".encode()),
        (b"surrogate-control", f"max-age={seconds}".encode()),
        (b"surrogate-key", " ".join(names).encode()),
        (b"cache-tag", ",".join(names).encode()),
    ]


PLAYERS = (
    "https://www.youtube-nocookie.com",
    "https://player.vimeo.com",
    "https://w.soundcloud.com",
)
"""Origins whose players a story may show in a frame, once its reader asks."""


def policy(pictures: str = "") -> str:
    """What a page may load; `pictures`: an origin of theirs besides the paper's own."""
    images = f"img-src 'self' data: {pictures}".rstrip()
    return (
        f"default-src 'self'; script-src 'self'; style-src 'self'; {images}; "
        f"frame-src {' '.join(PLAYERS)}; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def security(pictures: str = "") -> Headers:
    """The headers that keep a page from doing what it should not."""
    return [
        (b"content-security-policy", policy(pictures).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"strict-origin-when-cross-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"x-frame-options", b"DENY"),
    ]


def cookie(
    name: str, value: str, *, age: int, secure: bool, script: bool = False
) -> tuple[bytes, bytes]:
    """A host-only cookie for `age` seconds. `script`: pages' scripts may read it."""
    parts = [f"{name}={value}", "Path=/", f"Max-Age={age}", "SameSite=Lax"]
    if secure:
        parts.append("Secure")
    if not script:
        parts.append("HttpOnly")
    return b"set-cookie", "; ".join(parts).encode("latin-1")


async def respond(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    """One whole answer."""
    headers = [*headers, id_header()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def respond_json(
    send: Send, status: int, value: Any, extra: Sequence[tuple[bytes, bytes]] = ()
) -> None:
    """A small JSON answer that nobody caches; `None` is an empty body."""
    body = b"" if value is None else json.dumps(value).encode()
    headers: Headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        NO_STORE,
        *extra,
    ]
    await respond(send, status, headers, body)


async def redirect(send: Send, to: str, extra: Sequence[tuple[bytes, bytes]] = ()) -> None:
    """See Other: go and GET `to`, a path on this site."""
    headers: Headers = [
        (b"location", quote(to, safe="/?=&%#:+,~@!$'()*;[]-._").encode()),
        (b"content-length", b"0"),
        NO_STORE,
        *extra,
    ]
    await respond(send, 303, headers)
