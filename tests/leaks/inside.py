"""Gates in this very process: two over one data folder, stores that fail, a clock of one's own."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.test import Client

from broadsheet.gate import Gate, Parts
from broadsheet.gate.events import SeatEvent
from broadsheet.gate.openings import Opening
from broadsheet.gate.request import Receive, Scope, Send
from broadsheet.gifts import office as gifts
from broadsheet.institutions.ranges import ranges
from broadsheet.meters import MeterStore, SqliteMeterStore
from broadsheet.newsroom import press
from broadsheet.readers.models import Reader
from broadsheet.seats import SeatStore, SqliteSeatStore
from broadsheet.settings.django import PAPER
from broadsheet.stores import SharedNumber
from broadsheet.subscriptions.office import admit
from tests.leaks.client import Answer

BACKEND = "django.contrib.auth.backends.ModelBackend"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
BUDGET = 0.05


class Press:
    """The newsroom's press, in this thread, where the test's database is."""

    find = staticmethod(sync_to_async(press.find, thread_sensitive=True))
    print_page = staticmethod(sync_to_async(press.print_page, thread_sensitive=True))


class Office:
    """The office of passes, in this thread."""

    admit = staticmethod(sync_to_async(admit, thread_sensitive=True))


class Gifts:
    """The office of gift links, in this thread."""

    find = staticmethod(sync_to_async(gifts.find, thread_sensitive=True))
    count = staticmethod(sync_to_async(gifts.count, thread_sensitive=True))


class Networks:
    """Who knows the networks of institutions, in this thread."""

    ranges = staticmethod(sync_to_async(ranges, thread_sensitive=True))


async def site(scope: Scope, receive: Receive, send: Send) -> None:
    """The site behind the gate, by Django's own test client."""
    client = Client(raise_request_exception=True)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    ask = sync_to_async(client.generic, thread_sensitive=True)
    answer = await ask(scope["method"], scope["path"], headers=headers)
    pairs = [(n.lower().encode(), str(v).encode("latin-1")) for n, v in answer.items()]
    start = {"type": "http.response.start", "status": answer.status_code, "headers": pairs}
    await send(start)
    await send({"type": "http.response.body", "body": answer.content})


@dataclass
class Clock:
    """The server's clock, to be put forward and back."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Process:
    """One process of the host: a gate with its own caches and its own hold of the shared files."""

    clock: Callable[[], float] = time.time
    store: SeatStore | None = None
    meters: MeterStore | None = None
    press: Any = Press
    office: Any = Office
    events: list[SeatEvent] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)

    def __post_init__(self) -> None:
        folder = PAPER.data_dir
        self.store = self.store or SqliteSeatStore(
            folder / "seats.sqlite3", PAPER.timings, BUDGET, self.clock
        )
        self.meters = self.meters or SqliteMeterStore(folder / "meters.sqlite3", BUDGET)
        self.gate = Gate(
            Parts(
                site=site,
                press=self.press,
                office=self.office,
                gifts=Gifts(),
                networks=Networks(),
                store=self.store,
                meters=self.meters,
                record=self._record,
                record_openings=self._record_openings,
                issue=SharedNumber(folder / "issue"),
                keys=PAPER.secret_keys,
                secure=False,
                page_cache_bytes=10_000_000,
                clock=self.clock,
            )
        )

    async def _record(self, events: Sequence[SeatEvent]) -> None:
        self.events += events

    async def _record_openings(self, openings: Sequence[Opening]) -> None:
        self.openings += openings

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        cookies: dict[str, str] | None = None,
        body: bytes = b"",
        **heads: str,
    ) -> Answer:
        """The answer to one request."""
        return async_to_sync(self._ask)(path, method, cookies or {}, body, heads)

    def together(self, *requests: Callable[["Process"], Awaitable[Answer]]) -> list[Answer]:
        """The answers to requests that are under way at the same time."""

        async def all_of_them() -> list[Answer]:
            return await asyncio.gather(*(one(self) for one in requests))

        return async_to_sync(all_of_them)()

    async def under_way(
        self, path: str, cookies: dict[str, str] | None = None, **heads: str
    ) -> Answer:
        """A request, for `together`."""
        return await self._ask(path, "GET", cookies or {}, b"", heads)

    async def _ask(
        self, path: str, method: str, cookies: dict[str, str], body: bytes, heads: dict[str, str]
    ) -> Answer:
        sent: list[Any] = []
        bodies = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if bodies:
                return bodies.pop()
            return await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        path, _, query = path.partition("?")
        headers = {"host": "testserver", **{n.replace("_", "-"): v for n, v in heads.items()}}
        if cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(n.encode(), v.encode("latin-1")) for n, v in headers.items()],
        }
        await self.gate(scope, receive, send)
        await self.gate.recorder.flush()
        return _answer(sent)


def _answer(sent: list[Any]) -> Answer:
    start, *parts = sent
    heads = tuple((n.decode(), v.decode("latin-1")) for n, v in start["headers"])
    body = b"".join(part.get("body", b"") for part in parts)
    raw = b"\n".join(n + b": " + v for n, v in start["headers"]) + b"\n\n" + body
    return Answer(start["status"], heads, body, raw)


@dataclass
class Phone:
    """One reader's device: its cookies, at whichever process answers."""

    cookies: dict[str, str]

    @classmethod
    def of(cls, reader: Reader) -> "Phone":
        """Signed in, with the device's cookie, as the site leaves it."""
        client = Client(headers={"user-agent": AGENT})
        client.force_login(reader, backend=BACKEND)
        client.get("/account/")
        return cls({name: morsel.value for name, morsel in client.cookies.items()})

    def ask(self, process: Process, path: str, **options: Any) -> Answer:
        """One request, its cookies kept."""
        answer = process.ask(path, cookies=self.cookies, **options)
        for name, value in answer.set_cookies.items():
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return answer

    def script(self, process: Process, name: str, **fields: str) -> Answer:
        """What the page's script asks at the seat's desk."""
        body = "&".join(f"{key}={value}" for key, value in fields.items()).encode()
        return self.ask(
            process, f"/-/seat/{name}", method="POST", body=body, accept="application/json"
        )

    @property
    def without_sign_in(self) -> "Phone":
        """A copy of the pass alone."""
        kept = {n: v for n, v in self.cookies.items() if n != settings.SESSION_COOKIE_NAME}
        return Phone(kept)
