"""Deliveries of events: signed, in the background, repeated until they are taken; or held."""

import hashlib
import hmac
import http.client
import json
import threading
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from broadsheet.stripe_stand_in.desk import Desk

type Doc = dict[str, Any]

WAITS = (0.2, 0.5, 1, 2, 4, 8, 15, 30, 60)
"""Seconds before a delivery that was not taken is made again."""
ANSWERED_WITHIN = 20


def signature(payload: bytes, secret: str, moment: int) -> str:
    """The `Stripe-Signature` header: when, and the HMAC of when and what."""
    signed = hmac.new(secret.encode(), b"%d." % moment + payload, hashlib.sha256)
    return f"t={moment},v1={signed.hexdigest()}"


class Webhooks:
    """Delivers a desk's events to one address. Without an address nothing is delivered."""

    def __init__(self, desk: Desk, url: str | None, secret: str) -> None:
        self.desk = desk
        self.url = url
        self.secret = secret
        self.holding = False
        self._changed = threading.Condition()
        self._ending = False
        self._under_way = 0
        self._next_try: dict[str, tuple[int, float]] = {}
        self._thread = threading.Thread(target=self._run, daemon=True, name="till-webhooks")

    def start(self) -> None:
        """Begins, with what was waiting before a restart."""
        self.holding = bool(self.desk.world.store.note("holding"))
        self.desk.on_events.append(self._told)
        self._thread.start()

    def stop(self) -> None:
        """Ends; what is waiting is delivered after the next start."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        self._thread.join(timeout=ANSWERED_WITHIN)

    def _told(self, events: list[str]) -> None:
        with self.desk.lock:
            if self.holding or not self.url:
                for event in events:
                    self.desk.world.store.keep_delivery(event, "held" if self.holding else None)
        with self._changed:
            self._changed.notify_all()

    # the test's hand

    def hold(self, whether: bool = True) -> None:
        """Holds events from now on, also those that are waiting to be repeated."""
        with self.desk.lock:
            self.holding = whether
            store = self.desk.world.store
            store.keep_note("holding", whether)
            for event in store.deliveries("waiting") if whether else []:
                store.keep_delivery(event, "held")

    def held(self) -> list[Doc]:
        """Events that are held, in the order in which they happened."""
        with self.desk.lock:
            store = self.desk.world.store
            return [doc for one in store.deliveries("held") if (doc := store.get(one))]

    def deliver(self, events: Iterable[str]) -> list[int]:
        """Delivers these events now, in this order; the statuses that were answered.

        0 stands for no answer. An event that was not taken stays held.
        """
        statuses = []
        for event in events:
            status = self._post(event)
            statuses.append(status)
            if 200 <= status < 300:
                with self.desk.lock:
                    self.desk.world.store.keep_delivery(event, None)
        return statuses

    def drop(self, events: Iterable[str]) -> None:
        """Throws held events away."""
        with self.desk.lock:
            for event in events:
                self.desk.world.store.keep_delivery(event, None)

    def settled(self, within: float) -> bool:
        """Waits until nothing is waiting to be delivered; False if that did not come about."""
        until = time.monotonic() + within
        with self._changed:
            while self._busy():
                if time.monotonic() >= until:
                    return False
                self._changed.wait(timeout=0.05)
        return True

    def _busy(self) -> bool:
        with self.desk.lock:
            return bool(self._under_way or self.desk.world.store.deliveries("waiting"))

    # the background

    def _run(self) -> None:
        while True:
            event, wait = self._due()
            if event:
                self._try(event)
                continue
            with self._changed:
                if self._ending:
                    return
                self._changed.wait(timeout=wait)
                if self._ending:
                    return

    def _due(self) -> tuple[str | None, float]:
        """The first event that may be delivered now, or how long to wait."""
        if self._ending:
            return None, 0
        now, wait = time.monotonic(), 0.5
        with self.desk.lock:
            for event in self.desk.world.store.deliveries("waiting"):
                at = self._next_try.get(event, (0, now))[1]
                if at <= now:
                    self._under_way += 1
                    return event, 0
                wait = min(wait, at - now)
        return None, wait

    def _try(self, event: str) -> None:
        status = self._post(event)
        with self.desk.lock:
            self._under_way -= 1
            store = self.desk.world.store
            tries = self._next_try.pop(event, (0, 0.0))[0]
            if 200 <= status < 300 or tries >= len(WAITS):
                if event in store.deliveries("waiting") or event in store.deliveries("held"):
                    store.keep_delivery(event, None)
            else:
                self._next_try[event] = (tries + 1, time.monotonic() + WAITS[tries])
        with self._changed:
            self._changed.notify_all()

    def _post(self, event: str) -> int:
        with self.desk.lock:
            doc = self.desk.world.store.get(event)
        if doc is None or not self.url:
            return 0
        payload = json.dumps(doc, indent=2).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(payload, self.secret, int(time.time())),
        }
        return post(self.url, payload, headers)


def post(url: str, payload: bytes, headers: dict[str, str]) -> int:
    """Posts, and returns the status; 0 if there was no answer."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=ANSWERED_WITHIN)
    try:
        path = parts.path or "/"
        connection.request(
            "POST", f"{path}?{parts.query}" if parts.query else path, payload, headers
        )
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
