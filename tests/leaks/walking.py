"""Walks: along every link of the paper, and through every address its site knows."""

import html
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.leaks.client import Answer, Browser

LINK = re.compile(r'\b(?:href|src|action|content)="(/[^"#]*|http://[^"#]*)')
SOURCES = re.compile(r'\bsrcset="([^"]+)"')
MOST_ALIKE = 4
"""So many pictures, letters, invitations and numbered things are looked at, and so many ways back
from one and the same page."""
OF_MANY = {"media", "mailbox", "invitation", "join", "card"}
"""Below these, every page is one of many alike."""
ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>(?:\[[^]]*\]|\\.|[^()\[\]])*\)")
NUMBERED = ("int", "pk", "id")


def along_links(
    browser: Browser, starts: list[str], *, but: Callable[[str], bool]
) -> dict[str, Answer]:
    """Every address that can be reached by links from these, and what is there.

    A redirect is an answer, and a link. `but` tells which addresses are left alone.
    """
    found: dict[str, Answer] = {}
    alike: Counter[str] = Counter()
    ahead = deque(starts)
    while ahead:
        target = ahead.popleft()
        if target in found or but(target):
            continue
        kind = _kind(target)
        alike[kind] += 1
        if kind and alike[kind] > MOST_ALIKE:
            continue
        found[target] = browser.ask(target)
        ahead.extend(_links(browser, found[target]))
    return found


def _kind(target: str) -> str:
    """What a target is one of many of; empty when it is not."""
    path, _, query = target.partition("?")
    first = path.split("/")[1]
    if first in OF_MANY:
        return first
    if first == "account" and (numbered := re.sub(r"/\d+/", "/#/", path)) != path:
        return numbered
    return path if "next=" in query else ""


def _links(browser: Browser, answer: Answer) -> Iterator[str]:
    own = f"http://{browser.server.authority}"
    links = [answer.get("location")]
    if answer.get("content-type").startswith("text/html"):
        links += LINK.findall(answer.text)
        for sources in SOURCES.findall(answer.text):
            links += [part.split()[0] for part in sources.split(",") if part.strip()]
    for link in links:
        local = html.unescape(link).removeprefix(own)
        if local.startswith("/") and not local.startswith("//"):
            yield local.partition("#")[0]


def every_address(number: int, slug: str) -> list[str]:
    """Every address of the site's own table, filled in for one article."""
    return sorted(set(_addresses(get_resolver(), "/", number, slug)))


def _addresses(resolver: URLResolver, before: str, number: int, slug: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        address = before + _filled(pattern, number, slug)
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern, address, number, slug)
        else:
            yield address


def _filled(pattern: URLPattern | URLResolver, number: int, slug: str) -> str:
    def fill(found: re.Match[str]) -> str:
        kind, name = found[1] or "", found[2] or found[3] or ""
        numbered = kind in NUMBERED or name.endswith(NUMBERED)
        return str(number) if numbered else slug

    written: Any = pattern.pattern
    return re.sub(r"[\^$\\]|\(\?:|\)\*|\)$", "", ARGUMENT.sub(fill, str(written)))
