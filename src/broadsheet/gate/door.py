"""The door before the site: articles and seats are answered here, all else goes on."""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from broadsheet.gate.addresses import Proxies
from broadsheet.gate.answers import Answer
from broadsheet.gate.articles import ArticleDoor
from broadsheet.gate.bodies import bodiless
from broadsheet.gate.counts import Counts, Kind
from broadsheet.gate.events import Record, Recorder
from broadsheet.gate.gifts import GiftDesk, GiftOffice, presented
from broadsheet.gate.identity import Identifier, PassOffice
from broadsheet.gate.ids import Ids
from broadsheet.gate.lessor import Lessor
from broadsheet.gate.networks import NetworkOffice, Networks
from broadsheet.gate.openings import Openings, RecordOpenings
from broadsheet.gate.pages import Issue, PageCache, Press
from broadsheet.gate.request import App, Receive, Request, Scope, Send
from broadsheet.gate.seals import Seals
from broadsheet.gate.seat_desk import PREFIX, Problem, SeatDesk
from broadsheet.gate.streams import Streams
from broadsheet.meters import MeterStore
from broadsheet.seats import SeatStore

logger = logging.getLogger(__name__)

ARTICLE = re.compile(r"/[a-z0-9-]{1,40}/[\w-]{1,200}/[\w-]{1,255}/")
"""Edition, section, story. Any other form of the address is the site's, which redirects or
shows a preview, but never the text."""
TRIES = 4
"""Times a request looks again: when its page had to be printed, or its story changed meanwhile."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the gate is made of; `broadsheet.asgi` chooses them."""

    site: App
    press: Press
    office: PassOffice
    gifts: GiftOffice
    networks: NetworkOffice
    store: SeatStore
    meters: MeterStore
    record: Record
    record_openings: RecordOpenings
    issue: Issue
    """The number of the last publication; it also moves when networks of institutions, or what
    they may read, change."""
    keys: list[str]
    secure: bool
    page_cache_bytes: int
    cdn_seconds: int = 0
    """Seconds a CDN may show visitors' pages without asking."""
    pictures: str = ""
    """Origin of pictures, when it is not the paper's own."""
    trusted_proxies: tuple[str, ...] = ()
    """Networks whose X-Forwarded-For is believed."""
    clock: Callable[[], float] = time.time


class Gate:
    """The ASGI application that stands before the site."""

    def __init__(self, parts: Parts) -> None:
        self._site = parts.site
        self._clock = parts.clock
        self._ids = Ids(parts.trusted_proxies)
        self.counts = Counts()
        self.recorder = Recorder(parts.record)
        self.openings = Openings(parts.record_openings)
        self.streams = Streams(parts.store)
        self.pages = PageCache(parts.press, parts.issue, parts.page_cache_bytes)
        seals = Seals(parts.keys)
        identifier = Identifier(seals, parts.office, parts.clock, parts.secure)
        lessor = Lessor(parts.store, self.recorder, self.counts, parts.clock)
        self._articles = ArticleDoor(
            pages=self.pages,
            seals=seals,
            identifier=identifier,
            lessor=lessor,
            openings=self.openings,
            meters=parts.meters,
            gifts=GiftDesk(parts.gifts, seals, parts.secure),
            networks=Networks(parts.networks, parts.issue, Proxies(parts.trusted_proxies)),
            counts=self.counts,
            secure=parts.secure,
            cdn_seconds=parts.cdn_seconds,
            pictures=parts.pictures,
        )
        self._desk = SeatDesk(
            seals=seals,
            identifier=identifier,
            lessor=lessor,
            streams=self.streams,
            secure=parts.secure,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass the request on to the site."""
        if scope["type"] != "http":
            await self._site(scope, receive, send)
            return
        path = scope["path"]
        self._ids.begin(scope)
        if path.startswith(PREFIX):
            await self._counted(Kind.SEAT, self._seat, scope, receive, send)
        elif scope["method"] in ("GET", "HEAD") and ARTICLE.fullmatch(path):
            await self._article(Request(scope), scope, receive, send)
        else:
            await self._counted(Kind.SITE, self._site, scope, receive, send)

    async def close(self) -> None:
        """End what is open, and record what is left."""
        self.streams.close()
        await self.recorder.close()
        await self.openings.batches.close()

    async def _article(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        begun = perf_counter()
        gift = presented(request.query) if request.query else None
        for _ in range(TRIES):
            story = self.pages.found(request.path) or await self.pages.story(request.path)
            if story is None:
                break
            if await self._articles.serve(request, story, self._clock(), send, gift):
                self.counts.times[Kind.ARTICLE].add(perf_counter() - begun)
                return
        await self._counted(Kind.SITE, self._site, scope, receive, send)

    async def _counted(
        self, kind: Kind, application: App, scope: Scope, receive: Receive, send: Send
    ) -> None:
        answer = Answer(send)
        try:
            await application(scope, receive, answer.send)
        finally:
            if answer.status:
                self.counts.answered(kind, answer.status, answer.seconds)

    async def _seat(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._desk.serve(Request(scope), self._clock(), receive, send)
        except Problem as problem:
            # The site has the words, in the reader's language.
            to = f"/-/problem/{problem.name}/"
            told = {**scope, "method": "GET", "path": to, "raw_path": to.encode()}
            await self._site(told, bodiless(receive), send)
