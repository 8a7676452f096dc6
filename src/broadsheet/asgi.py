"""Where the paper is wired together: the gate, its stores, and the site behind it."""

import asyncio
import contextlib
import gc
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from typing import Any
from wsgiref.headers import Headers

import django
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.settings.django")
django.setup(set_prefix=False)

from asgiref.sync import sync_to_async  # noqa: E402 (Django must be set up before its models)
from django.conf import settings  # noqa: E402
from django.db import Error, close_old_connections, connection  # noqa: E402
from servestatic import ServeStaticASGI  # noqa: E402

from broadsheet.background import Background  # noqa: E402
from broadsheet.gate import Gate, Parts  # noqa: E402
from broadsheet.gate.bodies import Bounded  # noqa: E402
from broadsheet.gate.request import App, Message, Receive, Request, Scope, Send  # noqa: E402
from broadsheet.gate.response import NO_STORE, respond, security  # noqa: E402
from broadsheet.gifts import office as gifts  # noqa: E402
from broadsheet.institutions.ranges import ranges  # noqa: E402
from broadsheet.newsroom import press  # noqa: E402
from broadsheet.settings.django import PAPER  # noqa: E402
from broadsheet.shelf import openings  # noqa: E402
from broadsheet.stores import DatabaseAway, PolledNumber, SharedNumber  # noqa: E402
from broadsheet.subscriptions import sharing  # noqa: E402
from broadsheet.subscriptions.office import admit  # noqa: E402
from broadsheet.subscriptions.store import meter_store, seat_store  # noqa: E402
from broadsheet.telemetry.wiring import traced, watched, watching  # noqa: E402
from broadsheet.web import away  # noqa: E402
from broadsheet.web.health import ADDRESSES, Health  # noqa: E402
from broadsheet.web.issue import issue_number  # noqa: E402

DJANGO: App = get_asgi_application()  # type: ignore[assignment]  # ASGI in other words
PATIENCE = 8.0
"""Seconds that requests under way have to end when the server stops."""


def in_thread[**P, T](work: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Work that asks the database, in a thread, so that no reader waits for another's.

    It raises DatabaseAway when the database cannot be asked.
    """

    def fresh(*args: P.args, **kwargs: P.kwargs) -> T:
        if away_from_the_database():
            raise DatabaseAway
        close_old_connections()
        try:
            return work(*args, **kwargs)
        except Error as error:
            if away.is_away(error):
                raise DatabaseAway(str(error)) from error
            raise
        finally:
            close_old_connections()  # to the pool: this thread may be idle for long

    return sync_to_async(fresh, thread_sensitive=False)


class ThreadedPress:
    """The newsroom's press, as the gate wants it."""

    find = staticmethod(in_thread(press.find))
    print_page = staticmethod(in_thread(press.print_page))


class ThreadedOffice:
    """The office of passes, as the gate wants it."""

    admit = staticmethod(in_thread(admit))


class ThreadedGifts:
    """The office of gift links, as the gate wants it."""

    find = staticmethod(in_thread(gifts.find))
    count = staticmethod(in_thread(gifts.count))


class ThreadedNetworks:
    """Who knows the networks of institutions, as the gate wants it."""

    ranges = staticmethod(in_thread(ranges))


class Paper:
    """The whole application: the gate, and what starts and stops with the server."""

    def __init__(self, gate: Gate, number: SharedNumber | PolledNumber) -> None:
        self._gate = gate
        self._door = watched(gate)
        self._number = number
        self._under_way = 0
        self.health = Health(number, gate.pages, seat_store(), in_thread(_ask_database))
        self.works = True
        """Whether the background's work is done in this process too."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's life."""
        if scope["type"] == "lifespan":
            return await self._live(receive, send)
        if scope["path"] in ADDRESSES:
            return await self.health.serve(scope, send)
        if self.health.stopping:
            send = _closing(send)
        self._under_way += 1
        try:
            await self._door(scope, receive, send)
        except DatabaseAway:  # whoever raises it has sent nothing
            await _say_away(scope, send)
        except asyncio.CancelledError:
            if not self.health.stopping:  # what the stop itself breaks off is no fault
                raise
        finally:
            self._under_way -= 1

    def lame(self) -> None:
        """Tell balancers to send nobody here any more; whoever comes is still served."""
        self.health.stopping = True

    def wind_down(self) -> None:
        """End what would stay open for hours, so that the server can stop."""
        self.lame()
        self._gate.streams.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        with watching(self._gate):
            await self._serve(receive, send)

    async def _serve(self, receive: Receive, send: Send) -> None:
        background = Background() if self.works else None
        await receive()
        if isinstance(self._number, PolledNumber):
            self._number.start()
        if background is not None:
            background.start()
        _hear_of_the_stop(self.lame)
        # What is loaded stays: to look through it for garbage would hold up readers for a tenth
        # of a second each time.
        gc.collect()
        gc.freeze()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.wind_down()
        await self._finish()
        if background is not None:
            await sync_to_async(background.stop, thread_sensitive=False)()
        await send({"type": "lifespan.shutdown.complete"})

    async def _finish(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while self._under_way:
                    await asyncio.sleep(0.02)
        await self._gate.close()
        if isinstance(self._number, PolledNumber):
            await self._number.stop()


def _closing(send: Send) -> Send:
    """The same, and the browser's next request comes over another connection."""

    async def last(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return last


def _hear_of_the_stop(lame: Callable[[], None]) -> None:
    # From the process that minds the workers: it stops them a little later.
    if threading.current_thread() is threading.main_thread():
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, lame)


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def away_from_the_database() -> bool:
    """Whether it has not answered for a while, so that nobody need wait for it to do so."""
    number = issue_number()
    return isinstance(number, PolledNumber) and number.away


async def _say_away(scope: Scope, send: Send) -> None:
    request = Request(scope)
    code = away.language_of(request)
    body = await sync_to_async(away.page, thread_sensitive=False)(code)
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"content-language", code.encode()),
        (b"retry-after", str(away.AGAIN).encode()),
        NO_STORE,
        *security(),
    ]
    await respond(send, 503, headers, b"" if request.method == "HEAD" else body)


async def _django_unless_away(scope: Scope, receive: Receive, send: Send) -> None:
    if away_from_the_database():
        raise DatabaseAway
    await DJANGO(scope, receive, send)


def site() -> ServeStaticASGI:
    """The site behind the gate: static files, pictures, then Django."""
    pictures = ServeStaticASGI(
        _django_unless_away,
        root=str(settings.MEDIA_ROOT),
        prefix=settings.MEDIA_URL,
        max_age=86400,  # a picture that is changed gets another name
        autorefresh=True,  # editors add pictures while the paper is served
        allow_all_origins=False,
        add_headers_function=_as_it_says,
    )
    # What `update` of the next version has put there, while hosts are restarted in turn.
    newer = _static(pictures, autorefresh=True)
    return _static(newer)


def _static(behind: App, *, autorefresh: bool = False) -> ServeStaticASGI:
    return ServeStaticASGI(
        behind,
        root=str(settings.STATIC_ROOT),
        prefix=settings.STATIC_URL,
        autorefresh=autorefresh,
        allow_all_origins=False,
        add_headers_function=_as_it_says,
    )


def _as_it_says(headers: Headers, path: str, url: str) -> None:
    # A file is what its type says, whatever is in it.
    headers["X-Content-Type-Options"] = "nosniff"


def build() -> Paper:
    """The paper as its settings describe it."""
    store = seat_store()
    parts = traced(
        Parts(
            site=Bounded(site()),
            press=ThreadedPress(),
            gifts=ThreadedGifts(),
            networks=ThreadedNetworks(),
            office=ThreadedOffice(),
            store=store,
            meters=meter_store(),
            record=in_thread(sharing.record),
            record_openings=in_thread(openings.record),
            issue=issue_number(),
            keys=PAPER.secret_keys,
            secure=PAPER.secure,
            page_cache_bytes=PAPER.page_cache_mb * 1_000_000,
            cdn_seconds=PAPER.cdn_seconds,
            pictures=PAPER.media_origin,
            trusted_proxies=tuple(PAPER.trusted_proxies),
        )
    )
    return Paper(Gate(parts), issue_number())


application = build()


def reading_only() -> Paper:
    """The paper without the background's work, which other processes do."""
    application.works = False
    return application
