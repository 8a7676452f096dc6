"""Article pages as the gate knows them: printed once per face, kept as ready bytes."""

import asyncio
import gzip
import hashlib
import html
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol

import brotli

from broadsheet.access import Decision, Level, Reason


class Kind(StrEnum):
    """How much of the text a page shows."""

    FULL = "full"
    PREVIEW = "preview"


class Wall(StrEnum):
    """What stands at the end of a preview."""

    NONE = "none"
    REGISTER = "register"
    SUBSCRIBE = "subscribe"
    METER = "meter"
    IN_USE = "in_use"


class Note(StrEnum):
    """One line above the text, the same for all whom it concerns."""

    NONE = "none"
    GIFT = "gift"
    """A subscriber gave this story away."""
    GIFT_OVER = "gift_over"
    """A gift link was tried, and opens nothing here."""
    NETWORK = "network"
    """An institution's network opens it."""
    PAYMENT_DUE = "payment_due"
    """The reader's last payment did not go through."""


NOTES = {Reason.GIFT: Note.GIFT, Reason.NETWORK: Note.NETWORK}
"""What is said of these reasons, before anything else that could be."""
WALLS = {
    Reason.REGISTRATION_REQUIRED: Wall.REGISTER,
    Reason.SUBSCRIPTION_REQUIRED: Wall.SUBSCRIBE,
    Reason.METER_SPENT: Wall.METER,
    Reason.IN_USE: Wall.IN_USE,
    Reason.LEASE_REQUIRED: Wall.IN_USE,
}
"""The wall that explains each refusal."""


@dataclass(frozen=True, slots=True)
class Story:
    """What the gate must know of an article to decide; the press finds it by its path."""

    id: int
    path: str
    edition: str
    language: str
    time_zone: str
    level: Level
    meter_visitors: int
    """Subscribers' articles an anonymous visitor may read in 30 days; 0: none."""
    meter_readers: int
    """The same for a registered reader."""
    languages: tuple[str, ...]
    """Of the interface: what its edition offers."""
    revision: int = 0
    """Of what its pages show; 0: not known, or it changes without one, as live stories do."""
    preview: int = 0
    """Paragraphs that its edition shows to everybody."""


class Face(NamedTuple):
    """One way an article's page can look. All readers with the same face get the same bytes."""

    kind: Kind
    wall: Wall
    message: bool
    """Whether the message of an open sharing case stands above the text."""
    signed_in: bool
    language: str
    """The interface's language."""
    note: Note = Note.NONE
    gives: bool = False
    """Whether this reader has a seat, and so may give stories away."""

    @property
    def on_seat(self) -> bool:
        """Whether the page's script keeps a lease: not where neither seat nor lease was asked."""
        return self.signed_in and self.note not in (Note.GIFT, Note.NETWORK)

    @property
    def personal(self) -> bool:
        """Whether the page has places to fill for one reader."""
        return self.message or self.wall is Wall.IN_USE


class Standing(NamedTuple):
    """What a page shows of whoever reads it, whatever was decided; by default, of a visitor."""

    signed_in: bool = False
    message: bool = False
    gives: bool = False
    note: Note = Note.NONE


VISITOR = Standing()


@lru_cache(maxsize=4096)
def face_for(decision: Decision, standing: Standing, language: str) -> Face:
    """The face that shows what a decision allows this reader."""
    signed_in, message, gives, note = standing
    kind = Kind.FULL if decision.full else Kind.PREVIEW
    wall = Wall.NONE if decision.full else WALLS[decision.reason]
    said = NOTES.get(decision.reason, note)
    return Face(kind, wall, message, signed_in, language, said, gives)


class Press(Protocol):
    """Finds stories and prints their pages. Both may be slow; the gate keeps what they return."""

    async def find(self, path: str) -> Story | None:
        """The live article at exactly this path, or None."""

    async def print_page(self, story: Story, face: Face) -> bytes | None:
        """The page as UTF-8 HTML, or None when the story has gone since it was found."""


class Issue(Protocol):
    """The number of the last publication, as this process knows it."""

    def __call__(self) -> int | None:
        """The number; None while it may be another by now."""

    async def sure(self) -> None:
        """Wait until it is known, for as long as a reader may be kept waiting.

        Raises DatabaseAway when it is not known by then.
        """


class Coded(NamedTuple):
    """A page's bytes in one coding, and the headers that say so."""

    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """A printed page as it is sent."""

    digest: str
    etag: tuple[bytes, bytes]
    """The header of its validator, which names the digest."""
    coded: Mapping[bytes, Coded]
    """By content coding; the empty one is the page as it was printed."""

    @property
    def plain(self) -> bytes:
        """The page as it was printed."""
        return self.coded[b""].body

    @property
    def size(self) -> int:
        """Bytes it takes in the cache."""
        return sum(len(coded.body) for coded in self.coded.values())


def ready(body: bytes) -> Page:
    """Compress a page once, so that no reader waits for it again."""
    bodies = {
        b"": body,
        b"gzip": gzip.compress(body, 6, mtime=0),
        b"br": brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
    }
    digest = hashlib.sha256(body).hexdigest()[:24]
    coded = {coding: _coded(coding, sent) for coding, sent in bodies.items()}
    return Page(digest, (b"etag", f'W/"{digest}"'.encode()), coded)


def _coded(coding: bytes, body: bytes) -> Coded:
    length = (b"content-length", str(len(body)).encode())
    return Coded((length, (b"content-encoding", coding)) if coding else (length,), body)


PLACE = re.compile(rb"%%(\w+)%%")


def fill(body: bytes, values: Mapping[str, str]) -> bytes:
    """Put one reader's values (escaped) in the places `%%name%%` of a personal page."""
    escaped = {name.encode(): html.escape(value).encode() for name, value in values.items()}
    return PLACE.sub(lambda place: escaped.get(place[1], place[0]), body)


type Key = tuple[int, int, Face]
"""What a page is kept under: issue, story and face. For another issue it is not found."""


class Before(NamedTuple):
    """A page of an issue before, the story as it was then, and until when it may be shown."""

    story: Story
    page: Page
    until: float


class PageCache:
    """Stories and pages of this process, thrown away whole when anything is published.

    A page shows other stories too (tied, recommended, the sections), so a publication may
    change any page, and all are printed again as they are asked for. While the presses are busy
    with that, a page whose own story is the same may be shown as it was for GRACE seconds more
    (RFC 5861 calls it stale-while-revalidate): else a publication makes everybody wait. The
    story itself is always looked up anew, so what it asks of its readers is never stale. While
    the number of the last publication is not known, nothing that is kept is given out.
    """

    def __init__(
        self,
        press: Press,
        issue: Issue,
        capacity: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`issue` tells the number of the last publication; `capacity` is in bytes."""
        self._press = press
        self._issue = issue
        self._capacity = capacity
        self._clock = clock
        self._printed_for = -1
        self._stories: OrderedDict[str, Story | None] = OrderedDict()
        self._pages: OrderedDict[Key, tuple[Story, Page]] = OrderedDict()
        self._before: dict[tuple[int, Face], Before] = {}
        self._size = 0
        self.printed = 0
        """Pages printed since the process began."""
        self.dropped = 0
        """Of these, thrown away for want of room."""
        self.shown_late = 0
        """Times that a page was shown as it was before a publication."""
        self._printing: dict[Key, asyncio.Task[Page | None]] = {}
        self._presses = asyncio.Semaphore(PRESSES)

    @property
    def count(self) -> int:
        """How many pages are kept."""
        return len(self._pages)

    @property
    def size(self) -> int:
        """How many bytes they take."""
        return self._size

    def found(self, path: str) -> Story | None:
        """The article at `path` if it was looked up already."""
        return self._stories.get(path) if self._follow() else None

    async def story(self, path: str) -> Story | None:
        """The article at `path`, or None: the path is the site's. Raises DatabaseAway."""
        known = self._follow()
        if not known:
            await self._issue.sure()
            known = self._follow()
        if known and path in self._stories:
            return self._stories[path]
        issue = self._printed_for
        story = await self._press.find(path)
        if self._still(issue):
            self._stories[path] = story
            if len(self._stories) > MAX_PATHS:
                self._stories.popitem(last=False)
        return story

    async def page(self, story: Story, face: Face) -> Page | None:
        """The story's page with this face, printed if need be; None when the story has gone.

        Raises DatabaseAway.
        """
        page = self._kept(story, face) if self._follow() else None
        return page or await asyncio.shield(self._ask(story, face))

    def shown(self, story: Story, face: Face) -> Page | None:
        """The page that may be sent this moment; None: it is still to be printed, or something
        was published since the story was found."""
        if not self.current(story):
            return None
        return self._kept(story, face) or self._late(story, face)

    def _kept(self, story: Story, face: Face) -> Page | None:
        key = (self._printed_for, story.id, face)
        kept = self._pages.get(key)
        if kept is None:
            return None
        self._pages.move_to_end(key)
        return kept[1]

    def _late(self, story: Story, face: Face) -> Page | None:
        # As it was before the last publication, while it is printed anew.
        if not self._presses.locked():
            return None
        before = self._before.get((story.id, face))
        if before is None or before.story != story or before.until <= self._clock():
            return None
        self._ask(story, face)
        self.shown_late += 1
        return before.page

    def current(self, story: Story) -> bool:
        """Whether nothing was published since this story was found."""
        return self._follow() and self._stories.get(story.path) is story

    def _ask(self, story: Story, face: Face) -> "asyncio.Task[Page | None]":
        # However many wait for a page, it is printed once.
        key = (self._printed_for, story.id, face)
        printing = self._printing.get(key)
        if printing is None:
            printing = asyncio.get_running_loop().create_task(self._print(story, face))
            self._printing[key] = printing
            printing.add_done_callback(lambda done: self._printed(key, done))
        return printing

    async def _print(self, story: Story, face: Face) -> Page | None:
        async with self._presses:
            issue = self._printed_for
            body = await self._press.print_page(story, face)
        if body is None:
            return None
        page = ready(body)
        self.printed += 1
        if self._still(issue):
            self._keep((issue, story.id, face), story, page)
        return page

    def _printed(self, key: Key, task: "asyncio.Task[Page | None]") -> None:
        if self._printing.get(key) is task:
            del self._printing[key]
        if not task.cancelled():
            task.exception()  # whoever waited for it was told; perhaps nobody did

    def _follow(self) -> bool:
        issue = self._issue()
        if issue is None:
            return False
        if issue != self._printed_for:
            self._printed_for = issue
            self._put_by()
            self._stories.clear()
            self._pages.clear()
            self._printing.clear()
            self._size = 0
        return True

    def _put_by(self) -> None:
        now = self._clock()
        self._before = {key: old for key, old in self._before.items() if old.until > now}
        for (_, _, face), (story, page) in self._pages.items():
            # One that waited for its press over a publication is another story's than it was for.
            if story.revision and self._stories.get(story.path) == story:
                self._before[story.id, face] = Before(story, page, now + GRACE)

    def _still(self, issue: int) -> bool:
        # Something may have been published while the press was working.
        return self._follow() and self._printed_for == issue

    def _keep(self, key: Key, story: Story, page: Page) -> None:
        self._before.pop(key[1:], None)
        self._pages[key] = story, page
        self._size += page.size
        while self._size > self._capacity and len(self._pages) > 1:
            _, (_, dropped) = self._pages.popitem(last=False)
            self._size -= dropped.size
            self.dropped += 1


PRESSES = 2
"""Pages printed at a time. That is Python's work, which more threads make no faster; whoever asks
for anything else in the meantime would wait for each of them."""
GRACE = 10.0
"""Seconds that a page may be shown as it was before a publication that did not change its story."""
MAX_PATHS = 50_000
"""Paths remembered per process, those that lead to no article included."""
