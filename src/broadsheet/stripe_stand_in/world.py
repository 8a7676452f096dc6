"""The stand-in's world: its objects, its clock, and the events that each change makes."""

import secrets
import string
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from broadsheet.stripe_stand_in import errors, schedule
from broadsheet.stripe_stand_in.store import Store
from broadsheet.stripe_stand_in.times import HOUR

type Doc = dict[str, Any]

API_VERSION = "2026-10-28.endive"
"""The version whose shapes are answered, the one that the SDK's 16.1 asks for."""
LETTERS = string.ascii_letters + string.digits
NOUNS = {"checkout.session": "checkout session", "billing_portal.session": "portal session"}


@dataclass
class Terms:
    """What an account's owner sets in Stripe's dashboard."""

    retry_after_days: tuple[int, ...] = (3, 5, 7)
    """Days from each failed attempt to the next."""
    after_retries: str = "canceled"
    """Status of a subscription when no attempt succeeded: canceled, unpaid or past_due."""
    draft_for: int = HOUR
    """Seconds that a renewal's invoice stays a draft before it is finalised and charged."""


@dataclass
class Rehearsal:
    """Whether what was rehearsed stays."""

    keep: bool = False


class _Undone(Exception):
    """Ends a rehearsal."""


@dataclass
class World:
    """Objects, clock and events. Whoever calls holds `Desk`'s lock."""

    store: Store
    address: str = ""
    terms: Terms = field(default_factory=Terms)
    webhook: bool = False
    request: Doc = field(default_factory=lambda: {"id": None, "idempotency_key": None})
    told: list[str] = field(default_factory=list)
    """Events of the transaction under way."""
    real: Callable[[], float] = time.time
    frozen: int | None = None
    ahead: int = 0

    def __post_init__(self) -> None:
        self.ahead = self.store.note("ahead") or 0

    # the clock

    def now(self) -> int:
        """Seconds since 1970, put forward as far as the test wanted."""
        return self.frozen if self.frozen is not None else int(self.real()) + self.ahead

    def put_forward(self, seconds: int) -> None:
        """Moves the clock; what is due meanwhile is `life.catch_up`'s business."""
        self.ahead += seconds
        self.store.keep_note("ahead", self.ahead)

    @contextmanager
    def at(self, moment: int) -> Iterator[None]:
        """A moment at which the clock stands still."""
        before, self.frozen = self.frozen, moment
        try:
            yield
        finally:
            self.frozen = before

    @contextmanager
    def rehearsal(self) -> Iterator[Rehearsal]:
        """Undoes what is done inside at its end, unless it is told to keep it."""
        rehearsal, told = Rehearsal(), len(self.told)
        try:
            with self.store.together():
                yield rehearsal
                if not rehearsal.keep:
                    raise _Undone
        except _Undone:
            del self.told[told:]

    # objects

    def new_id(self, prefix: str, length: int = 14) -> str:
        """A new id as Stripe's: the prefix and letters without a meaning."""
        return f"{prefix}_{''.join(secrets.choice(LETTERS) for _ in range(length))}"

    def find(self, ident: str | None) -> Doc | None:
        """The object with this id, if there is one."""
        return self.store.get(ident) if ident else None

    def get(self, kind: str, ident: str, param: str | None = None) -> Doc:
        """The object; `param` is the parameter that named it, None if the address did."""
        doc = self.store.get(ident)
        if doc is None or doc["object"] != kind or (param and doc.get("deleted")):
            noun = NOUNS.get(kind, kind.replace(".", " ").replace("_", " "))
            noun = {"payment method": "PaymentMethod"}.get(noun, noun)
            raise errors.missing(noun, ident, param or "id", status=400 if param else 404)
        return doc

    def every(self, kind: str, owner: str | None = None) -> list[Doc]:
        """All objects of a kind, newest first, without deleted ones."""
        return [doc for doc in self.store.every(kind, owner) if not doc.get("deleted")]

    def save(self, doc: Doc) -> None:
        """Writes an object without an event."""
        self.store.put(doc, schedule.due(doc))

    def add(self, doc: Doc, event: str | None = None) -> Doc:
        """Writes a new object and tells of it."""
        self.save(doc)
        if event:
            self.tell(event, doc)
        return doc

    def change(self, doc: Doc, event: str | None = None) -> Doc:
        """Writes a changed object, and tells of it if what can be seen has changed."""
        before = self.store.get(doc["id"])
        self.save(doc)
        if event:
            previous = difference(public(before or {}), public(doc))
            if previous:
                self.tell(event, doc, previous)
        return doc

    def tell(self, event: str, doc: Doc, previous: Doc | None = None) -> None:
        """Makes an event, to be delivered when the transaction is done."""
        data: Doc = {"object": public(doc)}
        if previous is not None:
            data["previous_attributes"] = previous
        made: Doc = {
            "id": self.new_id("evt", 24),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 1 if self.webhook else 0,
            "request": dict(self.request),
            "type": event,
        }
        self.save(made)
        self.told.append(made["id"])


def public(doc: Doc) -> Doc:
    """An object as others see it: what begins with an underscore is the stand-in's own."""
    return {name: _shown(value) for name, value in doc.items() if not name.startswith("_")}


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return public(value)
    if isinstance(value, list):
        return [_shown(one) for one in value]
    return value


def difference(before: Doc, after: Doc) -> Doc:
    """What an event calls previous attributes: old values of what has changed."""
    changed: Doc = {}
    for name in {*before, *after}:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict) and old.get("object") != "list":
            changed[name] = difference(old, new)
        else:
            changed[name] = deepcopy(old)
    return changed
