"""Where the paper is wired together: the gate, its stores, and the site behind it."""

import os

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
from broadsheet.gate.pages import Face, Story  # noqa: E402
from broadsheet.gate.request import Receive, Scope, Send  # noqa: E402
from broadsheet.meters import SqliteMeterStore  # noqa: E402
from broadsheet.newsroom import press  # noqa: E402
from broadsheet.settings.django import PAPER  # noqa: E402
from broadsheet.subscriptions import sharing  # noqa: E402
from broadsheet.subscriptions.office import Office  # noqa: E402
from broadsheet.subscriptions.store import seat_store  # noqa: E402
from broadsheet.web.issue import issue_number  # noqa: E402


class ThreadedPress:
    """The newsroom's press, asked in a thread so that no reader waits for another's page."""

    async def find(self, path: str) -> Story | None:
        """See gate.pages.Press."""
        return await sync_to_async(_fresh(press.find), thread_sensitive=False)(path)

    async def print_page(self, story: Story, face: Face) -> bytes | None:
        """See gate.pages.Press."""
        return await sync_to_async(_fresh(press.print_page), thread_sensitive=False)(story, face)


def _fresh(work):  # type: ignore[no-untyped-def]
    def fresh(*args):  # type: ignore[no-untyped-def]
        close_old_connections()
        return work(*args)

    return fresh


class Paper:
    """The whole application: the gate, and what starts and stops with the server."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._gate(scope, receive, send)

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
    """The site behind the gate: static files, then Django."""
    return ServeStaticASGI(
        get_asgi_application(),
        root=str(settings.STATIC_ROOT),
        prefix=settings.STATIC_URL,
        max_age=60,
        immutable_file_test=lambda path, url: len(url.rsplit(".", 2)) == 3,
    )


def build() -> Paper:
    """The paper as its settings describe it."""
    store = seat_store()
    meters = SqliteMeterStore(PAPER.data_dir / "meters.sqlite3", PAPER.store_budget_ms / 1000)
    gate = Gate(
        Parts(
            site=site(),
            press=ThreadedPress(),
            office=Office(),
            store=store,
            meters=meters,
            record=sharing.record,
            issue=issue_number(),
            keys=PAPER.secret_keys,
            languages=tuple(code for code, _ in settings.INTERFACE_LANGUAGES),
            secure=PAPER.secure,
            page_cache_bytes=PAPER.page_cache_mb * 1_000_000,
        )
    )
    return Paper(gate)


application = build()
