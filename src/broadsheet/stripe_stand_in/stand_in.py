"""The stand-in itself: started, stopped, and under a test's hand."""

import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from broadsheet.stripe_stand_in import browser, control
from broadsheet.stripe_stand_in.desk import Desk, Failure, Order
from broadsheet.stripe_stand_in.server import Server
from broadsheet.stripe_stand_in.site import Site
from broadsheet.stripe_stand_in.store import Store
from broadsheet.stripe_stand_in.times import DAY
from broadsheet.stripe_stand_in.webhooks import Webhooks
from broadsheet.stripe_stand_in.world import Terms, World

type Doc = dict[str, Any]

TICK = 0.5
"""Seconds between two looks at what is due as real time goes on."""


class StandIn:
    """A Stripe that moves no money, on 127.0.0.1, for the unmodified SDK and for browsers.

    `state` is an SQLite file with which a restart goes on; None keeps all in memory. Without
    `webhook_url` events are made but not delivered. `port` 0 takes a free one. `terms` are what
    an account sets in Stripe's dashboard: retries, and how long a renewal's invoice is a draft.
    """

    def __init__(
        self,
        state: Path | None = None,
        webhook_url: str | None = None,
        webhook_secret: str = "whsec_demonstration",  # noqa: S107 - not a secret
        api_key: str = "sk_test_demonstration",
        port: int = 0,
        terms: Terms | None = None,
    ) -> None:
        self.api_key = api_key
        self.webhook_secret = webhook_secret
        self._store = Store(state)
        self._store.keep_note("webhook_secret", webhook_secret)
        world = World(self._store, terms=terms or Terms(), webhook=bool(webhook_url))
        self._desk = Desk(world, api_key)
        self._webhooks = Webhooks(self._desk, webhook_url, webhook_secret)
        self._server = Server(port, Site(self._desk, self._webhooks))
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        world.address = self.address
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._server.serve_forever, args=(0.05,), daemon=True, name="till-server"
            ),
            threading.Thread(target=self._tick, daemon=True, name="till-clock"),
        ]

    def start(self) -> Self:
        """Begins to listen and to deliver."""
        self._webhooks.start()
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Ends; what is in the file stays."""
        self._ended.set()
        self._server.shutdown()
        self._webhooks.stop()
        for thread in self._threads:
            thread.join()
        self._server.server_close()
        with self._desk.lock:
            self._store.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _tick(self) -> None:
        while not self._ended.wait(TICK):
            with self._desk.lock:
                due = self._store.first_due(self._desk.world.now())
                if due:
                    with self._desk.working():
                        pass

    # the clock

    @property
    def now(self) -> int:
        """The stand-in's time, in seconds since 1970."""
        with self._desk.lock:
            return self._desk.world.now()

    def advance(self, seconds: int = 0, days: float = 0) -> int:
        """Puts the clock forward and lets everything due happen in order; the new time."""
        return control.advance(self._desk, int(seconds + days * DAY))

    def advance_to(self, moment: int) -> int:
        """Puts the clock forward to a moment; the new time."""
        return self.advance(max(moment - self.now, 0))

    @property
    def terms(self) -> Terms:
        """Retries and drafts; may be changed while it runs."""
        return self._desk.world.terms

    # webhooks

    @property
    def webhook_url(self) -> str | None:
        """Where events are delivered; may be set while it runs."""
        return self._webhooks.url

    @webhook_url.setter
    def webhook_url(self, url: str | None) -> None:
        self._webhooks.url = url
        self._desk.world.webhook = bool(url)

    def hold(self) -> None:
        """Holds all events from now on."""
        self._webhooks.hold()

    def held(self) -> list[Doc]:
        """Events that are held, oldest first, as they would be delivered."""
        return self._webhooks.held()

    def deliver(self, ids: Iterable[str] | None = None) -> list[int]:
        """Delivers events now, in this order; all that are held if none are named.

        An id may be named twice, and an event that was delivered already may be named again.
        Returns the statuses that were answered, 0 for no answer.
        """
        return self._webhooks.deliver(
            [one["id"] for one in self.held()] if ids is None else list(ids)
        )

    def let_go(self) -> list[int]:
        """Holds no longer, and delivers what was held; the statuses that were answered."""
        self._webhooks.hold(False)
        return self.deliver()

    def drop(self, ids: Iterable[str] | None = None) -> None:
        """Throws events away that are held, all of them if none are named."""
        self._webhooks.drop([one["id"] for one in self.held()] if ids is None else list(ids))

    def settle(self, within: float = 10) -> bool:
        """Waits until nothing waits to be delivered in the background; False if it still does."""
        return self._webhooks.settled(within)

    def events(self, kind: str | None = None) -> list[Doc]:
        """Events that happened, oldest first, of one type or of all."""
        with self._desk.lock:
            found = self._store.every("event")
        return [one for one in reversed(found) if kind in (None, one["type"])]

    # requests

    @property
    def orders(self) -> list[Order]:
        """Requests that came to the API since it started, oldest first."""
        with self._desk.lock:
            return list(self._desk.orders)

    def fail_next(
        self,
        times: int = 1,
        *,
        status: int = 500,
        lost: bool = False,
        method: str | None = None,
        path: str = "/v1/",
    ) -> None:
        """Fails the next requests whose path begins so.

        They are answered with `status` and not carried out; with `lost` they are carried out
        and the connection is closed without an answer.
        """
        with self._desk.lock:
            self._desk.failures.append(Failure(method, path, status, lost, times))

    def be_well(self) -> None:
        """Takes failures back that did not happen yet."""
        with self._desk.lock:
            self._desk.failures.clear()

    # what browsers do

    def pay(
        self,
        session_id: str,
        card: str = "4242424242424242",
        *,
        email: str = "reader@example.com",
        name: str = "A. Reader",
        expiry: str = "12/40",
        cvc: str = "123",
        code: str | None = None,
        authenticate: bool = True,
    ) -> str:
        """Pays a checkout session on its page; the address to which the page leads then.

        `code` is a promotion code to type first; `authenticate` is what is answered to 3-D
        Secure. Raises NotPaid with what the page says.
        """
        typed = {"email": email, "name": name, "number": card, "expiry": expiry, "cvc": cvc}
        return browser.pay(self.address, session_id, typed, code=code, authenticate=authenticate)

    def change_card(self, portal_session_id: str, card: str = "4242424242424242") -> str:
        """Changes the card on the portal's page; the address to which the page leads then."""
        return browser.change_card(self.address, portal_session_id, card)
