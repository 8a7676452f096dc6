"""The servers that the gate is compared with: `python servers.py NAME PORT [FILE or URL]`.

They run on the very server that `broadsheet serve` runs on, with the same settings.
"""

import os
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any, cast

import uvloop

from broadsheet.cli.serve import _serve
from broadsheet.gate.request import App, Receive, Scope, Send
from broadsheet.stores import ValkeyScript

SCHEMA = """
CREATE TABLE IF NOT EXISTS seat (
    key TEXT PRIMARY KEY, device TEXT, label TEXT, epoch INTEGER NOT NULL,
    since REAL NOT NULL, expires REAL NOT NULL, number INTEGER NOT NULL
) WITHOUT ROWID;
"""
READ = "SELECT device, label, epoch, since, expires, number FROM seat WHERE key = ?"
WRITE = "INSERT OR REPLACE INTO seat VALUES (?, ?, ?, ?, ?, ?, ?)"
KEY = "seat:1"
SCRIPT = """
local kept = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], table.concat(ARGV, '|'), 'PX', 690000)
return kept
"""
SEAT = ("0123456789abcdef0123456789abcdef", "Firefox on Linux", 1, 1_800_000_000.0)

HELLO = b"Hello, world!"
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(HELLO)).encode()),
    ],
}
BODY = {"type": "http.response.body", "body": HELLO}


class Reference:
    """An application as `broadsheet serve` wants it."""

    def __init__(self, application: App) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's life."""
        await self._application(scope, receive, send)

    def wind_down(self) -> None:
        """Nothing stays open here."""


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """The least that an ASGI application can do."""
    if scope["type"] == "http":
        await send(START)
        await send(BODY)


def bare_store(file: Path) -> App:
    """The same, and one row read and written in one transaction that takes the lock first."""
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.executescript(SCHEMA)
    db.execute(WRITE, (KEY, *SEAT, 0.0, 0))

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            db.execute("BEGIN IMMEDIATE")
            device, label, epoch, since, _, number = db.execute(READ, (KEY,)).fetchone()
            db.execute(WRITE, (KEY, device, label, epoch, since, time.time() + 90, number))
            db.execute("COMMIT")
            await bare(scope, receive, send)

    return application


def bare_valkey(url: str) -> App:
    """The same, and one value read and written by one script of the same Valkey, with the same
    client as the gate's."""
    script = ValkeyScript(url, SCRIPT, budget=5.0)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await script.ask("{bare:1}", *SEAT)  # no reader's seat
            await bare(scope, receive, send)

    return application


def django() -> App:
    """The site without the gate before it; the paper is the one that the environment names."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "broadsheet.settings.django"
    from broadsheet.asgi import site  # noqa: PLC0415 (needs the settings to be chosen)

    return site()


def main(name: str, port: str, place: str = "") -> None:
    """Serve one of them on a port of 127.0.0.1 until told to stop."""
    choices = {
        "bare": lambda: bare,
        "bare_store": lambda: bare_store(Path(place)),
        "bare_valkey": lambda: bare_valkey(place),
        "django": django,
    }
    application = cast(Any, Reference(choices[name]()))
    uvloop.run(_serve(application, "127.0.0.1", int(port), _nothing_more, drain=0))


async def _nothing_more() -> None:
    return None


if __name__ == "__main__":
    main(*sys.argv[1:])
