"""What the gate reads of a request: once, tolerant of anything a client may send."""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]

SESSION = "bs_session"
DEVICE = "bs_device"
PASS = "bs_pass"  # noqa: S105 (a cookie's name)
METER = "bs_meter"
LEASE = "bs_lease"
LANGUAGE = "bs_language"
GIFTS = "bs_gifts"
OURS = frozenset({SESSION, DEVICE, PASS, METER, LEASE, LANGUAGE, GIFTS})

MAX_COOKIES = 16_384
"""Bytes of cookies read; a longer header is somebody's mistake or trick, and counts as none."""
MAX_REMEMBERED = 2_048
"""Characters of cookies whose reading is remembered: an honest browser's take under 1,000."""
MAX_LANGUAGES = 500
"""Characters of Accept-Language that are looked at."""
MAX_ENCODINGS = 200
"""Characters of Accept-Encoding that are looked at."""
MAX_FORM = 8_192
"""Bytes of a form to the gate; its largest honest one is under 1,000."""


class TooLarge(Exception):
    """A form is larger than any the gate has."""


class Request(NamedTuple):
    """One request, as far as the gate cares."""

    method: str
    path: str
    query: bytes
    cookies: dict[str, str]
    accept: str
    languages: str
    encodings: str
    if_none_match: str
    origin: str
    fetch_site: str
    fetch_mode: str
    host: str
    purpose: str
    peer: str
    """Address of whoever is at the other end of the connection; empty when it has none."""
    forwarded: str
    """X-Forwarded-For as it came: worth nothing unless a trusted proxy sent it."""

    @property
    def wants_json(self) -> bool:
        """Whether a script asks, not a person's browser."""
        return "application/json" in self.accept

    @property
    def by_a_person(self) -> bool:
        """Whether somebody went to the page, rather than a script of ours asking again."""
        return self.fetch_mode in ("", "navigate")

    @property
    def speculative(self) -> bool:
        """Whether a browser fetches ahead what its reader may never look at."""
        return "prefetch" in self.purpose or "prerender" in self.purpose

    @property
    def from_elsewhere(self) -> bool:
        """Whether another site's page sent this (Fetch Metadata, else the Origin header)."""
        if self.fetch_site:
            return self.fetch_site not in ("same-origin", "none")
        return bool(self.origin) and self.origin.partition("://")[2] != self.host

    @property
    def anonymous(self) -> bool:
        """Whether nothing but the language tells this reader from any other."""
        return not self.cookies or self.cookies.keys() == {LANGUAGE}


def read(scope: Scope) -> Request:
    """The request of an ASGI scope. Never raises: what cannot be read is as if not sent."""
    heads: dict[bytes, str] = {}
    cookies = forwarded = ""
    for name, value in scope["headers"]:
        if name == b"cookie":
            cookies = (
                f"{cookies}; {value.decode('latin-1')}" if cookies else value.decode("latin-1")
            )
        elif name in WANTED:
            heads[name] = value.decode("latin-1")
        elif name == b"x-forwarded-for":
            # Each proxy may have added a line of its own: the last is the nearest one's.
            forwarded += "," + value.decode("latin-1")
    get = heads.get
    client = scope.get("client")
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=scope.get("query_string", b""),
        cookies=parse_cookies(cookies) if cookies else {},
        accept=get(b"accept", ""),
        languages=get(b"accept-language", "")[:MAX_LANGUAGES],
        encodings=get(b"accept-encoding", "")[:MAX_ENCODINGS],
        if_none_match=get(b"if-none-match", ""),
        origin=get(b"origin", ""),
        fetch_site=get(b"sec-fetch-site", ""),
        fetch_mode=get(b"sec-fetch-mode", ""),
        host=get(b"host", ""),
        purpose=get(b"sec-purpose") or get(b"purpose", ""),
        peer=client[0] if client else "",
        forwarded=forwarded,
    )


WANTED = frozenset(
    {
        b"accept",
        b"accept-language",
        b"accept-encoding",
        b"if-none-match",
        b"origin",
        b"sec-fetch-site",
        b"sec-fetch-mode",
        b"host",
        b"sec-purpose",
        b"purpose",
    }
)


def _read_cookies(header: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    unclear: set[str] = set()
    for part in header.split(";"):
        name, sep, value = part.strip().partition("=")
        if not sep or name not in OURS:
            continue
        if found.setdefault(name, value) != value:
            # Sent twice with different values: a neighbouring site may have planted one.
            unclear.add(name)
    return tuple((name, value) for name, value in found.items() if name not in unclear)


_remembered = lru_cache(maxsize=4096)(_read_cookies)


def parse_cookies(header: str) -> dict[str, str]:
    """The paper's own cookies in a Cookie header; one sent twice with two values is left out."""
    if len(header) > MAX_COOKIES:
        return {}
    return dict(_remembered(header) if len(header) <= MAX_REMEMBERED else _read_cookies(header))


async def read_form(receive: Receive) -> dict[str, str]:
    """The fields of a urlencoded form. Raises TooLarge."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return {}  # broken off: half a field may be another value
        body += message.get("body", b"")
        if len(body) > MAX_FORM:
            raise TooLarge
        if not message.get("more_body"):
            break
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def local_path(address: str) -> str:
    """The address if it is a path on this site, else the front door."""
    safe = (
        address.startswith("/")
        and not address.startswith(("//", "/\\"))
        and address.isprintable()
        and "\\" not in address
    )
    return address if safe else "/"
