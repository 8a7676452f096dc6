"""Where the paper is wired together: the gate, its stores, and the site behind it."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any
from wsgiref.headers import Headers

import django
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.settings.django")
django.setup(set_prefix=False)

from asgiref.sync import sync_to_async  # noqa: E402 (Django must be set up before its models)
from django.conf import settings  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from servestatic import ServeStaticASGI  # noqa: E402

from broadsheet.background import Background  # noqa: E402
from broadsheet.gate import Gate, Parts  # noqa: E402
from broadsheet.gate.bodies import Bounded  # noqa: E402
from broadsheet.gate.request import Receive, Scope, Send  # noqa: E402
from broadsheet.gifts import office as gifts  # noqa: E402
from broadsheet.institutions.ranges import ranges  # noqa: E402
from broadsheet.newsroom import press  # noqa: E402
from broadsheet.settings.django import PAPER  # noqa: E402
from broadsheet.shelf import openings  # noqa: E402
from broadsheet.subscriptions import sharing  # noqa: E402
from broadsheet.subscriptions.office import admit  # noqa: E402
from broadsheet.subscriptions.store import meter_store, seat_store  # noqa: E402
from broadsheet.web.issue import issue_number  # noqa: E402


def in_thread[**P, T](work: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Work that asks the database, in a thread, so that no reader waits for another's."""

    def fresh(*args: P.args, **kwargs: P.kwargs) -> T:
        close_old_connections()
        return work(*args, **kwargs)

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

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        try:
            await self._gate(scope, receive, send)
        except asyncio.CancelledError:
            if not self._stopping:  # what the stop itself breaks off is no fault
                raise

    def wind_down(self) -> None:
        """End what would stay open for hours, so that the server can stop."""
        self._stopping = True
        self._gate.streams.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        background = Background()
        await receive()
        background.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._gate.close()
        await sync_to_async(background.stop, thread_sensitive=False)()
        await send({"type": "lifespan.shutdown.complete"})


def site() -> ServeStaticASGI:
    """The site behind the gate: static files, pictures, then Django."""
    pictures = ServeStaticASGI(
        get_asgi_application(),
        root=str(settings.MEDIA_ROOT),
        prefix=settings.MEDIA_URL,
        max_age=86400,  # a picture that is changed gets another name
        autorefresh=True,  # editors add pictures while the paper is served
        allow_all_origins=False,
        add_headers_function=_as_it_says,
    )
    return ServeStaticASGI(
        pictures,
        root=str(settings.STATIC_ROOT),
        prefix=settings.STATIC_URL,
        allow_all_origins=False,
        add_headers_function=_as_it_says,
    )


def _as_it_says(headers: Headers, path: str, url: str) -> None:
    # A file is what its type says, whatever is in it.
    headers["X-Content-Type-Options"] = "nosniff"


def build() -> Paper:
    """The paper as its settings describe it."""
    store = seat_store()
    gate = Gate(
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
            trusted_proxies=tuple(PAPER.trusted_proxies),
        )
    )
    return Paper(gate)


application = build()
