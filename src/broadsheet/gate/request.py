"""What the gate reads of a request: once, tolerant of anything a client may send."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any
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

NO_COOKIES: Mapping[str, str] = MappingProxyType({})

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


class Request:
    """One request, as far as the gate cares. Headers that few answers depend on are read when one
    does. Never raises: what cannot be read is as if not sent."""

    __slots__ = ("_heads", "_raw", "cookies", "method", "path", "peer", "query")

    def __init__(self, scope: Scope) -> None:
        self._raw: list[tuple[bytes, bytes]] = scope["headers"]
        self._heads = dict(self._raw)
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope.get("query_string", b"")
        client = scope.get("client")
        self.peer: str = client[0] if client else ""
        """Address of whoever is at the other end of the connection; empty when it has none."""
        sent = self._every(b"cookie", b"; ")
        self.cookies = parse_cookies(sent) if sent else NO_COOKIES

    @property
    def languages(self) -> str:
        """Accept-Language."""
        return self._heads.get(b"accept-language", b"")[:MAX_LANGUAGES].decode("latin-1")

    @property
    def encodings(self) -> str:
        """Accept-Encoding."""
        return self._heads.get(b"accept-encoding", b"")[:MAX_ENCODINGS].decode("latin-1")

    @property
    def if_none_match(self) -> str:
        """The validators of what the browser has already."""
        return self._last(b"if-none-match")

    @property
    def forwarded(self) -> str:
        """X-Forwarded-For as it came: worth nothing unless a trusted proxy sent it. Each proxy may
        have added a line of its own: the last is the nearest one's."""
        return self._every(b"x-forwarded-for", b",")

    @property
    def wants_json(self) -> bool:
        """Whether a script asks, not a person's browser."""
        return "application/json" in self._last(b"accept")

    @property
    def by_a_person(self) -> bool:
        """Whether somebody went to the page, rather than a script of ours asking again."""
        return self._last(b"sec-fetch-mode") in ("", "navigate")

    @property
    def speculative(self) -> bool:
        """Whether a browser fetches ahead what its reader may never look at."""
        purpose = self._last(b"sec-purpose") or self._last(b"purpose")
        return "prefetch" in purpose or "prerender" in purpose

    @property
    def from_elsewhere(self) -> bool:
        """Whether another site's page sent this (Fetch Metadata, else the Origin header)."""
        site, origin = self._last(b"sec-fetch-site"), self._last(b"origin")
        return is_from_elsewhere(site, origin, self._last(b"host"))

    @property
    def anonymous(self) -> bool:
        """Whether nothing but the language tells this reader from any other."""
        return not self.cookies or self.cookies.keys() == {LANGUAGE}

    def _last(self, name: bytes) -> str:
        value = self._heads.get(name)
        return value.decode("latin-1") if value else ""

    def _every(self, name: bytes, between: bytes) -> str:
        if len(self._heads) == len(self._raw):  # no header was sent twice
            return self._last(name)
        return between.join(value for other, value in self._raw if other == name).decode("latin-1")


def is_from_elsewhere(site: str, origin: str, host: str) -> bool:
    """Whether another site's page sent a request, by its Sec-Fetch-Site, Origin and Host."""
    if site:
        return site not in ("same-origin", "none")
    return bool(origin) and origin.partition("://")[2] != host


def _read_cookies(header: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    unclear: set[str] = set()
    for part in header.split(";"):
        name, sep, value = part.strip().partition("=")
        if not sep or name not in OURS:
            continue
        if found.setdefault(name, value) != value:
            # Sent twice with different values: a neighbouring site may have planted one.
            unclear.add(name)
    return MappingProxyType({name: found[name] for name in found if name not in unclear})


_remembered = lru_cache(maxsize=4096)(_read_cookies)


def parse_cookies(header: str) -> Mapping[str, str]:
    """The paper's own cookies in a Cookie header; one sent twice with two values is left out."""
    if len(header) > MAX_COOKIES:
        return NO_COOKIES
    return _remembered(header) if len(header) <= MAX_REMEMBERED else _read_cookies(header)


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
