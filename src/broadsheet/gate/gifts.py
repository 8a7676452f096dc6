"""Gift links: `?gift=TOKEN` on a story's address opens that story for whoever holds the link.

An opening is counted once per browser, which remembers it in a cookie of ours. As with a
visitor's meter, the cookie must have come back before anything counts. So what keeps no
cookies (a messenger that draws a preview of the link, most mail scanners) gets the
beginning of the story and costs no opening, and nobody opens one link twice by dropping them.
"""

import hashlib
import logging
import re
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple, Protocol

from broadsheet.gate.pages import Story
from broadsheet.gate.request import GIFTS, Request, Send
from broadsheet.gate.response import NO_STORE, Headers, cookie, redirect, respond
from broadsheet.gate.seals import Seals

logger = logging.getLogger(__name__)

QUERY = b"gift="
COME_BACK = b"gifted"
"""The query that says: this browser has just been given a cookie to bring back."""
TOKEN = re.compile(rb"[A-Za-z0-9_-]{22}")
"""128 random bits, in the letters of base64 that addresses may have."""
FIRST_COOKIE_AGE = 86400


class Link(NamedTuple):
    """What the office knows of a gift link."""

    id: int
    article: int
    giver: int
    ends: float
    withdrawn: bool
    spent: bool


class GiftOffice(Protocol):
    """Keeps gift links."""

    async def find(self, digest: str) -> Link | None:
        """The link whose token has this digest."""

    async def count(self, gift: int, now: float) -> bool:
        """Count one opening; False: there was none left, or it is over. Whoever asks at once,
        in whichever process, never more openings are counted than were allowed."""


class Verdict(Enum):
    """What came of a link."""

    OPENS = auto()
    REFUSED = auto()
    """It is no link, no longer, or not to this story: the wall says so."""
    IGNORED = auto()
    """As if it were not there: nothing is said."""


@dataclass(slots=True)
class Presented:
    """A gift link in one request, however often that request is looked at again."""

    token: bytes | None
    """None: what was sent cannot be one."""
    verdict: Verdict = Verdict.IGNORED
    counted: int | None = None
    """The link whose opening this request has counted already."""
    cookies: Headers = field(default_factory=list)


class Visit(NamedTuple):
    """Who brings a link, where to and when."""

    request: Request
    story: Story
    reader: int | None
    """Who is signed in there."""
    now: float


class Step(Enum):
    """What the browser must do before it is shown anything."""

    NONE = auto()
    COME_BACK = auto()
    ASK_LATER = auto()


def presented(query: bytes) -> Presented | None:
    """The gift link in a query; None: it carries none."""
    if QUERY not in query:
        return None
    found = {part[len(QUERY) :] for part in query.split(b"&") if part.startswith(QUERY)}
    if not found:
        return None
    token = found.pop()
    # Two different ones: nobody made such a link, and neither is tried.
    return Presented(token if not found and TOKEN.fullmatch(token) else None)


def digest(token: bytes) -> str:
    """What is kept of a token: enough to know it again, and nothing that would open a story."""
    return hashlib.sha256(b"gift:" + token).hexdigest()


class GiftDesk:
    """Settles what a link does for the browser that brings it."""

    def __init__(self, office: GiftOffice, seals: Seals, secure: bool) -> None:
        self._office = office
        self._seals = seals
        self._secure = secure

    async def answers(self, gift: Presented, visit: Visit, send: Send) -> bool:
        """Settle `gift.verdict`; True: the browser was answered, and must ask again."""
        try:
            step = await self._settle(gift, visit)
        except Exception:  # whatever the database raises while it is away
            logger.exception("a gift link could not be looked up")
            gift.verdict = Verdict.IGNORED
            return False
        if step is Step.COME_BACK:
            await self._send_back(visit.request, send)
        elif step is Step.ASK_LATER:
            # A reader who does go there must not be shown the wall that was fetched ahead.
            await respond(send, 503, [NO_STORE, (b"content-length", b"0")])
        return step is not Step.NONE

    async def _settle(self, gift: Presented, visit: Visit) -> Step:
        gift.verdict = Verdict.REFUSED
        request, now = visit.request, visit.now
        link = await self._office.find(digest(gift.token)) if gift.token else None
        if link is None or not _leads_to(link, visit):
            return Step.NONE
        if link.giver == visit.reader:
            # Else two devices could read at once, each by links their reader made themselves.
            gift.verdict = Verdict.IGNORED
            return Step.NONE
        opened = self._seals.read_gifts(request.cookies.get(GIFTS, ""), now)
        if link.id == gift.counted or (opened is not None and link.id in opened):
            gift.verdict = Verdict.OPENS
            return Step.NONE
        if request.method == "HEAD" or not request.by_a_person:
            gift.verdict = Verdict.IGNORED  # nobody reads what these bring back
            return Step.NONE
        if link.spent:
            return Step.NONE
        if request.speculative:
            return Step.ASK_LATER
        if opened is None:
            back = COME_BACK in request.query.split(b"&")  # and still without it
            return Step.NONE if back else Step.COME_BACK
        await self._open(gift, link, opened, now)
        return Step.NONE

    async def _open(
        self, gift: Presented, link: Link, opened: dict[int, float], now: float
    ) -> None:
        if not await self._office.count(link.id, now):
            return  # somebody else had the last one meanwhile
        gift.verdict = Verdict.OPENS
        gift.counted = link.id
        remembered = {**opened, link.id: link.ends}
        gift.cookies = [self._cookie(remembered, max(remembered.values()) - now)]

    async def _send_back(self, request: Request, send: Send) -> None:
        query = request.query + b"&" + COME_BACK
        to = f"{request.path}?{query.decode('latin-1')}"
        await redirect(send, to, [self._cookie({}, FIRST_COOKIE_AGE)])

    def _cookie(self, opened: dict[int, float], age: float) -> tuple[bytes, bytes]:
        value = self._seals.seal_gifts(opened)
        return cookie(GIFTS, value, age=max(1, int(age)), secure=self._secure)


def _leads_to(link: Link, visit: Visit) -> bool:
    return link.article == visit.story.id and not link.withdrawn and visit.now < link.ends
