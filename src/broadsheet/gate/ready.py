"""Ready bytes on their way out: the headers that every article has, and the coding that fits."""

import re
from functools import cache, lru_cache

from broadsheet.access import Decision
from broadsheet.gate.response import NO_STORE, Headers, security

WANTED = re.compile(r"q\s*=\s*(1(\.0{0,3})?|0\.\d{0,2}[1-9]\d{0,2})")
"""A weight that is more than nothing (RFC 9110, section 12.4.2)."""


def common(pictures: str = "") -> Headers:
    """The headers of every article's page; `pictures`: an origin of theirs besides our own."""
    return [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"vary", b"Cookie, Accept-Language, Accept-Encoding"),
        *security(pictures),
    ]


def gifted(pictures: str = "") -> Headers:
    """Of every page whose address carries a gift link: nobody keeps it, and the address goes
    nowhere. `no-referrer` would say `Origin: null` with the page's own forms, which are then
    refused."""
    return [
        *(pair for pair in common(pictures) if pair[0] != b"referrer-policy"),
        (b"referrer-policy", b"strict-origin"),
        NO_STORE,
    ]


@lru_cache(maxsize=256)
def coding(accepted: str) -> bytes:
    """The best coding that Accept-Encoding takes (RFC 9110, section 12.5.3); empty: none. One
    that is only taken by `*`, or not at all (a weight of zero), is not sent."""
    taken = set()
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if not weight or WANTED.fullmatch(weight.strip()):
            taken.add(name.strip())
    return b"br" if "br" in taken else b"gzip" if "gzip" in taken else b""


@cache
def access_header(decision: Decision) -> tuple[bytes, bytes]:
    """What was decided, and why (docs/access-header.md)."""
    return b"broadsheet-access", decision.header.encode()
