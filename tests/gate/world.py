"""A small world around a gate: a press, a sign-in desk, real stores, and a clock."""

import asyncio
import gzip
import math
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import brotli

from broadsheet.access import Level, Mode, Timings
from broadsheet.gate import Gate, Parts
from broadsheet.gate.addresses import interval
from broadsheet.gate.events import SeatEvent
from broadsheet.gate.gifts import Link, digest
from broadsheet.gate.identity import Admission
from broadsheet.gate.networks import Ranges
from broadsheet.gate.openings import Opening
from broadsheet.gate.pages import Face, Story
from broadsheet.gate.request import Receive, Scope, Send
from broadsheet.gate.seals import Pass, device_key
from broadsheet.meters import SqliteMeterStore
from broadsheet.seats import SeatStore, SqliteSeatStore

HIDDEN = "what stands behind the wall"
PERSONAL = "%%holder%%|%%since%%|%%since_text%%|token=%%token%%;"
KEYS = ["a-key-of-this-world-a-key-of-this-world"]


@dataclass
class Answer:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: str) -> str:
        found = [value for key, value in self.headers if key == name.encode()]
        return found[0].decode() if found else ""

    @property
    def access(self) -> str:
        return self.header("broadsheet-access")

    @property
    def text(self) -> str:
        coding = self.header("content-encoding")
        plain = {"br": brotli.decompress, "gzip": gzip.decompress}.get(coding, bytes)
        return plain(self.body).decode()

    @property
    def token(self) -> str:
        found = re.search(r"token=([^;]*);", self.text)
        assert found is not None, self.text
        return found[1]

    @property
    def set_cookies(self) -> list[str]:
        return [value.decode() for key, value in self.headers if key == b"set-cookie"]


@dataclass
class World:
    """The press, the office, the site and the clock of one gate; `folder` holds its stores."""

    folder: Path
    now: float = 1_000_000.0
    stories: dict[str, Story] = field(default_factory=dict)
    signed_in: dict[str, Pass] = field(default_factory=dict)
    """Sessions, and the pass that each is issued (its number is read from the store)."""
    events: list[SeatEvent] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    issue: int = 0
    links: dict[str, Link] = field(default_factory=dict)
    """Gift links by their digests."""
    openings_left: dict[int, int] = field(default_factory=dict)
    asked_for_links: int = 0
    ranges_now: Ranges = field(default_factory=Ranges)
    asked_for_ranges: int = 0
    database_away: bool = False
    trusted_proxies: tuple[str, ...] = ()
    printed: int = 0
    timings: Timings = field(default_factory=Timings)
    shared_store: SeatStore | None = None
    """In the place of this host's own."""

    def __post_init__(self) -> None:
        self.press_runs = asyncio.Event()
        """Cleared, no page is printed until it is set."""
        self.at_press = 0
        """Pages that are being printed."""
        self.press_runs.set()
        own = SqliteSeatStore(self.folder / "seats", self.timings, clock=lambda: self.now)
        self.store = self.shared_store or own
        self.meters = SqliteMeterStore(self.folder / "meters")
        self.gate = Gate(
            Parts(
                site=self.site,
                press=self,
                office=self,
                gifts=GiftDrawer(self),
                networks=self,
                store=self.store,
                meters=self.meters,
                record=self.record,
                record_openings=self.record_openings,
                issue=IssueNow(self),
                keys=KEYS,
                secure=False,
                page_cache_bytes=10_000_000,
                trusted_proxies=self.trusted_proxies,
                clock=lambda: self.now,
            )
        )

    # What the gate asks for

    async def find(self, path: str) -> Story | None:
        return self.stories.get(path)

    async def print_page(self, story: Story, face: Face) -> bytes | None:
        if self.stories.get(story.path) != story:
            return None
        self.at_press += 1
        await self.press_runs.wait()
        self.at_press -= 1
        self.printed += 1
        text = [f"{story.path} {face.kind} {face.wall} {face.language} {face.note} "]
        text += [HIDDEN] if face.kind == "full" else []
        text += [PERSONAL] if face.personal else []
        return " ".join(text).encode()

    async def admit(self, session: str, secret: str) -> Admission | None:
        wanted = self.signed_in.get(session)
        if wanted is None:
            return None
        secret = secret or f"secret-of-{session}"
        number = self.store.number(wanted.key)
        a_pass = replace(wanted, device=device_key(secret), number=number, expires=self.now + 600)
        return Admission(a_pass, secret)

    async def ranges(self, now: float) -> Ranges:
        self.asked_for_ranges += 1
        self.reach_database()
        return self.ranges_now

    async def record(self, events: Sequence[SeatEvent]) -> None:
        self.events += events

    async def record_openings(self, openings: Sequence[Opening]) -> None:
        self.reach_database()
        self.openings += openings

    async def site(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = f"the site: {scope['method']} {scope['path']}".encode()
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": body})

    def reach_database(self) -> None:
        if self.database_away:
            raise OSError("the database is away")

    # What happens in it

    def publish(self, level: Level, path: str = "/us/world/a-story/", **fields: Any) -> str:
        story = Story(
            id=fields.pop("id", len(self.stories) + 1),
            path=path,
            edition="us",
            language="en-US",
            time_zone="America/New_York",
            level=level,
            meter_visitors=fields.pop("meter_visitors", 0),
            meter_readers=fields.pop("meter_readers", 0),
            languages=fields.pop("languages", ("en", "es")),
            **fields,
        )
        self.stories[path] = story
        self.issue += 1
        return path

    def give(self, path: str, openings: int = 10, **fields: Any) -> str:
        """A gift link to a story: its address."""
        token = secrets.token_urlsafe(16)
        defaults = {"article": self.stories[path].id, "giver": 99, "ends": self.now + 86400}
        number = len(self.links) + 1
        values = {**defaults, "withdrawn": False, "spent": False, **fields}
        self.links[digest(token.encode())] = Link(id=number, **values)
        self.openings_left[number] = openings
        return f"{path}?gift={token}"

    def subscribe_networks(self, *cidrs: str, until: float = math.inf) -> None:
        self.ranges_now = Ranges([interval(cidr) for cidr in cidrs], until)
        self.issue += 1

    def browser(self, session: str = "", **fields: Any) -> "Browser":
        """A device; with a session, somebody is signed in on it."""
        if session:
            defaults = {"reader": 1, "device": "", "label": session, "key": "seat:1"}
            values = {**defaults, "mode": Mode.ENFORCE, "number": 0, "expires": 0.0, **fields}
            self.signed_in[session] = Pass(**values)
        return Browser(self, {"bs_session": session} if session else {})


@dataclass
class IssueNow:
    """The number of the world's last publication."""

    world: World

    def __call__(self) -> int:
        return self.world.issue

    async def sure(self) -> None:
        """It is always known."""


@dataclass
class GiftDrawer:
    """The office of gift links."""

    world: World

    async def find(self, digest: str) -> Link | None:
        self.world.asked_for_links += 1
        self.world.reach_database()
        link = self.world.links.get(digest)
        return link and link._replace(spent=self.world.openings_left[link.id] <= 0)

    async def count(self, gift: int, now: float) -> bool:
        await asyncio.sleep(0)
        left = self.world.openings_left[gift]
        self.world.openings_left[gift] = max(0, left - 1)
        return left > 0


@dataclass
class Browser:
    world: World
    cookies: dict[str, str]
    peer: str = "198.51.100.7"

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.ask("GET", path, b"", headers)

    async def follow(self, path: str, **headers: str) -> Answer:
        """The page that redirects lead to."""
        for _ in range(5):
            answer = await self.get(path, **headers)
            if answer.status != 303:
                return answer
            path = answer.header("location")
        raise AssertionError(f"led around in circles to {path}")

    async def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        return await self.ask("POST", path, urlencode(fields).encode(), headers)

    async def beat(self, epoch: int | str | None = None) -> Answer:
        known = self.cookies.get("bs_lease", "") if epoch is None else str(epoch)
        return await self.post("/-/seat/beat", {"epoch": known}, accept="application/json")

    async def take_over(self, token: str, **headers: str) -> Answer:
        fields = {"token": token, "next": "/us/world/a-story/"}
        return await self.post("/-/seat/take-over", fields, **headers)

    async def ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        path, _, query = path.partition("?")
        sent = [
            (name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()
        ]
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent += [(b"cookie", cookies.encode())] if cookies else []
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": sent,
            "client": (self.peer, 40_000),
        }
        messages: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        await self.world.gate(scope, receive, send)
        start, *rest = messages
        answer = Answer(
            start["status"],
            [(name.lower(), value) for name, value in start["headers"]],
            b"".join(part.get("body", b"") for part in rest),
        )
        self._keep(answer)
        return answer

    def _keep(self, answer: Answer) -> None:
        for cookie in answer.set_cookies:
            name, _, rest = cookie.partition("=")
            value = rest.partition(";")[0]
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
