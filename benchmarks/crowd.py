"""Subscribers by the thousand, none of whom has signed in.

Their passes are sealed with the benchmark paper's own key and their seats begun in its store, so
that the gate knows them as it knows any reader; the database has never heard of them.
"""

import time
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from papers import BROWSER, HOST

from broadsheet.access import Claim, Device, Granted, Mode, Timings
from broadsheet.gate.request import DEVICE, LEASE, PASS
from broadsheet.gate.seals import Pass, Seals, device_key
from broadsheet.seats import SeatStore, SqliteSeatStore, ValkeySeatStore

FIRST = 1_000_000_000
"""Of their readers' and seats' ids: the demonstration paper has none so high."""
PASSES_LAST = 86_400.0
"""Seconds: they are never renewed, since there is no sign-in behind them."""
PATIENCE = 5.0
"""Seconds the store may take while seats are begun: nobody reads yet."""
LABELS = ("Firefox on Linux", "Safari on iPhone")
"""Of a subscriber's devices."""


class Crowd:
    """All of them, by number from 0 on."""

    def __init__(self, folder: Path, store: SeatStore) -> None:
        """`folder` is the paper's; `store` is the one that it is served with."""
        self._seals = Seals(_keys(folder))
        self._store = store
        self._numbers: dict[int, int] = {}
        # Others than a minute ago, whose seats a store that is kept may still hold.
        self._first = FIRST + int(time.time()) * 100_000

    def begin(self, count: int) -> None:
        """Seats for so many of them."""
        for which in range(count):
            self._number(which)

    def cookies(self, which: int, device: int = 0, epoch: int | None = None) -> dict[str, str]:
        """What the browser of a subscriber's first or second device holds."""
        a_pass = Pass(
            reader=self._first + which,
            device=self.device(which, device).id,
            label=LABELS[device],
            key=self.key(which),
            mode=Mode.ENFORCE,
            number=self._number(which),
            expires=time.time() + PASSES_LAST,
        )
        held = {DEVICE: _secret(which, device), PASS: self._seals.seal_pass(a_pass)}
        return held if epoch is None else held | {LEASE: str(epoch)}

    async def open(self, which: int, device: int = 0) -> int:
        """A story opened on a device without going by the paper; the lease's epoch."""
        number, who = self._number(which), self.device(which, device)
        told = await self._store.open(self.key(which), who, number)
        if not isinstance(told.answer, Granted):
            raise RuntimeError(f"seat {which} was not free: {told.answer}")
        return told.answer.epoch

    def token(self, which: int, device: int, epoch: int) -> str:
        """What the button *Read here* sends, pressed now on a device that met the other."""
        claim = Claim(self.key(which), self.device(which, device).id, epoch, time.time())
        return self._seals.seal_claim(claim)

    def key(self, which: int) -> str:
        """What the store knows a subscriber's seat by."""
        return f"seat:{self._first + which}"

    def device(self, which: int, device: int) -> Device:
        """A subscriber's first or second device."""
        return Device(device_key(_secret(which, device)), LABELS[device])

    def _number(self, which: int) -> int:
        if which not in self._numbers:
            self._numbers[which] = self._store.number(self.key(which))
        return self._numbers[which]


def store_of(folder: Path, valkey: str = "") -> SeatStore:
    """The seat store of a paper: its own file, or a Valkey server."""
    if valkey:
        return ValkeySeatStore(valkey, Timings(), PATIENCE)
    data = folder / str(_settings(folder)["data_dir"])
    return SqliteSeatStore(data / "seats.sqlite3", Timings(), PATIENCE)


def asks(
    port: int,
    path: str,
    cookies: Mapping[str, str],
    form: Mapping[str, str] | None = None,
    accept: str = "",
) -> bytes:
    """The bytes of a request as a browser sends it; with a form, a POST by the page's script."""
    heads = {"Host": f"{HOST}:{port}", **BROWSER, "Accept-Language": "en-US,en;q=0.5"}
    heads |= {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    heads |= {"Accept": accept} if accept else {}
    if form is None:
        return _head("GET", path, heads)
    body = urlencode(form)
    heads |= {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
        "Sec-Fetch-Site": "same-origin",
    }
    return _head("POST", path, heads) + body.encode()


def _head(method: str, path: str, heads: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in heads.items() if value)
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")


def _secret(which: int, device: int) -> str:
    return f"{which:040}-{device}"


def _keys(folder: Path) -> list[str]:
    return [str(key) for key in _settings(folder)["secret_keys"]]


def _settings(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "broadsheet.toml").read_text())
