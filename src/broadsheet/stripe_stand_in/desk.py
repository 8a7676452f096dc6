"""The API's desk: keys, idempotency, outages, and one request at a time."""

import hashlib
import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from broadsheet.stripe_stand_in import api, errors, expand, forms, life
from broadsheet.stripe_stand_in.world import World

type Doc = dict[str, Any]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """A request that came to the API, and the status that it was answered with.

    `status` is 0 if the connection was closed without an answer.
    """

    method: str
    path: str
    params: Doc
    idempotency_key: str | None
    status: int


@dataclass
class Failure:
    """An outage to come: which requests it meets, and how often."""

    method: str | None
    path: str
    status: int
    lost: bool
    times: int


@dataclass(frozen=True)
class Answer:
    """What is sent back; `lost` means that it is not sent at all."""

    status: int
    body: Doc
    request: str
    replayed: bool = False
    lost: bool = False


class Desk:
    """Takes requests one at a time. `lock` guards the world."""

    def __init__(self, world: World, key: str) -> None:
        self.world = world
        self.key = key
        self.lock = threading.RLock()
        self.orders: list[Order] = []
        self.failures: list[Failure] = []
        self.on_events: list[Any] = []

    @contextmanager
    def working(self) -> Iterator[World]:
        """The world, up to date, in one transaction; its events go out when it is done."""
        with self.lock:
            try:
                with self.world.store.together():
                    life.catch_up(self.world, self.world.now())
                    yield self.world
                    told = list(self.world.told)
                    for event in told:
                        self.world.store.keep_delivery(event, "waiting")
            finally:
                self.world.told.clear()
            for tell in self.on_events:
                tell(told)

    def take(self, method: str, path: str, encoded: str, headers: dict[str, str]) -> Answer:
        """Carries a request out."""
        with self.lock:
            request = self.world.new_id("req")
            params: Doc = {}
            failure = None
            try:
                self._check_key(headers.get("authorization", ""))
                params = forms.read(encoded)
                failure = self._outage(method, path)
                if failure and not failure.lost:
                    raise errors.outage(failure.status)
                answer = self._once(method, path, encoded, headers.get("idempotency-key"), request)
            except errors.Refused as refused:
                answer = Answer(refused.status, _error(refused, request), request)
            except Exception:
                logger.exception("The stand-in could not carry out %s %s", method, path)
                answer = Answer(500, _error(errors.outage(500), request), request)
            lost = bool(failure and failure.lost)
            status = 0 if lost else answer.status
            key = headers.get("idempotency-key")
            self.orders.append(Order(method, path, params, key, status))
        return Answer(answer.status, answer.body, answer.request, answer.replayed, lost)

    def _check_key(self, authorization: str) -> None:
        key = forms.bearer(authorization)
        if key != self.key:
            raise errors.bad_key(key)

    def _outage(self, method: str, path: str) -> Failure | None:
        for failure in self.failures:
            if failure.method in (None, method) and path.startswith(failure.path):
                failure.times -= 1
                if failure.times <= 0:
                    self.failures.remove(failure)
                return failure
        return None

    def _once(self, method: str, path: str, encoded: str, key: str | None, request: str) -> Answer:
        if key is None or method != "POST":
            return self._carry_out(method, path, encoded, key, request)
        asked = hashlib.sha256(f"{method} {path}\n{encoded}".encode()).hexdigest()
        kept = self.world.store.answer(key)
        if kept and kept[0] != asked:
            raise errors.other_params(key)
        if kept:
            return Answer(kept[1], json.loads(kept[2]), request, replayed=True)
        answer = self._carry_out(method, path, encoded, key, request)
        if answer.status in {200, 402}:
            self.world.store.keep_answer(key, asked, answer.status, json.dumps(answer.body))
        return answer

    def _carry_out(
        self, method: str, path: str, encoded: str, key: str | None, request: str
    ) -> Answer:
        refusal = None
        with self.working() as world:
            world.request = {"id": request, "idempotency_key": key}
            try:
                body = self._answer(method, path, encoded)
            except errors.Refused as refused:
                if not refused.keep:
                    raise
                refusal = refused
            finally:
                world.request = {"id": None, "idempotency_key": None}
        if refusal:
            return Answer(refusal.status, _error(refusal, request), request)
        return Answer(200, body, request)

    def _answer(self, method: str, path: str, encoded: str) -> Doc:
        params = forms.Params(forms.read(encoded))
        found = api.answer(self.world, method, path, params)
        for one in params.texts("expand"):
            expand.expand(self.world, found, one)
        return found


def _error(refused: errors.Refused, request: str) -> Doc:
    shown = {
        **refused.error,
        "request_log_url": f"https://dashboard.stripe.com/test/logs/{request}",
    }
    return {"error": shown}
