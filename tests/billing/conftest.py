"""A till of the stand-in's, plans as they are shipped, and the cast who buy."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from stripe._http_client import HTTPClient

from broadsheet.billing import sweeping, undoing, webhooks
from broadsheet.billing import till as tills
from broadsheet.billing.checkout import Order, begin
from broadsheet.billing.models import Agreement, Purchase, Undoing, WebhookEvent
from broadsheet.mail.models import Letter
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.stripe_stand_in import StandIn
from broadsheet.stripe_stand_in.world import Terms
from broadsheet.subscriptions.models import Plan, Price, Subscription
from broadsheet.subscriptions.rights import seat_of
from tests import people

KEY, SECRET = "sk_test_tests", "whsec_of-the-tests"
DOOR = "/-/stripe/webhook/"
GOOD, DECLINED, FAILS_LATER = "4242424242424242", "4000000000000002", "4000000000000341"
HEARD = ("checkout.session.", "customer.subscription.", "invoice.", "charge.refunded", "refund.")
"""What docs/payments.md has Stripe send."""


class Till:
    """The stand-in, and what a test does at it. Its clock is the paper's clock too."""

    def __init__(self, stand_in: StandIn) -> None:
        self.stripe = stand_in
        self.ahead = timedelta()
        self._told: set[str] = set()

    def sign(self, payload: bytes, secret: str = SECRET, at: int | None = None) -> str:
        """The header Stripe would send."""
        at = int(time.time()) if at is None else at
        signed = f"{at}.".encode() + payload
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        return f"t={at},v1={digest}"

    def send(self, event: Any, **headers: str) -> HttpResponse:
        """One event comes to the paper's door."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers.setdefault("Stripe-Signature", self.sign(body))
        return Client().post(DOOR, body, content_type="application/json", headers=headers)

    def news(self) -> list[dict[str, Any]]:
        """Events that were not told yet."""
        return [one for one in self.stripe.events() if one["id"] not in self._told]

    def tell(self, events: Iterable[dict[str, Any]] | None = None) -> None:
        """Events come in, are kept, and are worked through: these, or, of everything that was not
        told yet, the last of each thing, since they are all read the same. (How they come by the
        door is test_webhooks' business; that every one of them may come is test_orders'.)"""
        for event in last_of_each(self.news()) if events is None else events:
            body = json.dumps(event).encode()
            webhooks.receive(body, self.sign(body))
        self.lose()
        work_through_what_came()

    def tell_again(self) -> None:
        """Everything that ever happened is told once more, the newest first."""
        WebhookEvent.objects.all().delete()
        self.tell(reversed(last_of_each(self.stripe.events())))

    def lose(self) -> None:
        """Webhooks that are under way never come."""
        self._told |= {one["id"] for one in self.stripe.events()}

    def advance(self, *, days: float = 0, seconds: int = 0) -> None:
        """Time goes by, here and at Stripe."""
        going = timedelta(days=days, seconds=seconds)
        self.ahead += going
        self.stripe.advance(int(going.total_seconds()))

    def advance_to_renewal(self, agreement: Agreement, *, less: int = 600) -> None:
        """Until so many seconds before what is paid is used up."""
        end = at_stripe(agreement)["items"]["data"][0]["current_period_end"]
        self.advance(seconds=end - less - self.stripe.now)

    def asked(self, method: str, path: str) -> list[dict[str, Any]]:
        """The parameters of requests that reached Stripe and were carried out."""
        return [
            one.params
            for one in self.stripe.orders
            if (one.method, one.status) == (method, 200) and one.path.startswith(path)
        ]

    def wipe(self) -> None:
        """As if it had just been opened."""
        desk = self.stripe._desk
        with desk.lock:
            for table in ("documents", "notes", "answers", "deliveries"):
                desk.world.store._base.execute(f"DELETE FROM {table}")
            desk.world.ahead, desk.world.terms = 0, Terms()
            desk.orders.clear()
            desk.failures.clear()


def last_of_each(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each object's events that the paper asks for, the last."""
    heard = [one for one in events if one["type"].startswith(HEARD)]
    return list({one["data"]["object"]["id"]: one for one in heard}.values())


def work_through_what_came() -> None:
    """What a webhook leaves for the background."""
    for event in WebhookEvent.objects.filter(done_at=None).order_by("pk"):
        webhooks.work_through.call(event.pk)


def undo_what_is_left() -> None:
    """What is to be undone at Stripe is undone, if it can be."""
    for row in Undoing.objects.filter(done_at=None):
        undoing.undo.call(row.pk)


def a_minute_passes(till: Till) -> None:
    """The sweep, and what it puts into the queue."""
    till.advance(seconds=180)
    sweeping.sweep.call()
    work_through_what_came()
    undo_what_is_left()


@pytest.fixture(scope="session")
def opened() -> Iterator[StandIn]:
    """One stand-in for all tests."""
    with StandIn(webhook_secret=SECRET, api_key=KEY) as running:
        yield running


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch, opened: StandIn) -> Iterator[Till]:
    standing = Till(opened)
    standing.wipe()
    real_time = time.time
    monkeypatch.setattr(time, "time", lambda: real_time() + standing.ahead.total_seconds())
    monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + standing.ahead)
    monkeypatch.setattr(HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    monkeypatch.setattr(PAPER, "stripe_secret_key", KEY)
    monkeypatch.setattr(PAPER, "stripe_webhook_secret", SECRET)
    monkeypatch.setattr(PAPER, "stripe_address", opened.address)
    tills.client.cache_clear()
    yield standing
    tills.client.cache_clear()


@pytest.fixture
def plans(db: None) -> dict[str, Plan]:
    call_command("ship_plans")
    return {plan.code: plan for plan in Plan.objects.all()}


@pytest.fixture
def nora(db: None) -> Reader:
    return people.reader("nora@example.com")


@pytest.fixture
def luis(db: None) -> Reader:
    return people.reader("luis@example.com")


def price(plan: Plan, period: str = "month", currency: str = "USD") -> Price:
    return plan.prices.get(period=period, currency=currency)


def at_the_till(reader: Reader) -> Purchase:
    """The purchase for which a reader stands at the till."""
    return Purchase.objects.get(customer__reader=reader, state=Purchase.States.OPEN)


def go_to_the_till(reader: Reader, of: Price, seats: int | None = None, **order: Any) -> Purchase:
    begin(reader, Order(of, seats or of.plan.seats, **order))
    return at_the_till(reader)


def buy(
    till: Till, reader: Reader, of: Price, seats: int | None = None, card: str = GOOD, **order: Any
) -> Agreement:
    """The reader goes to the till, pays, and comes back."""
    purchase = go_to_the_till(reader, of, seats, **order)
    till.stripe.pay(purchase.session_id, card)
    till.tell()
    return agreement_of(reader)


def agreement_of(reader: Reader) -> Agreement:
    """What a reader pays for, as the paper knows it now."""
    return Agreement.objects.get(customer__reader=reader, live=True)


def subscription_of(reader: Reader) -> Subscription:
    return Subscription.objects.get(owner=reader)


def reads(reader: Reader) -> bool:
    """Whether subscribers' stories are open to a reader. (Stripe's clock has whole seconds: what
    ends now has ended in two.)"""
    return seat_of(reader, timezone.now() + timedelta(seconds=2)) is not None


def at_stripe(agreement: Agreement) -> dict[str, Any]:
    """Stripe's own word on a subscription."""
    return tills.plain(sdk().v1.subscriptions.retrieve(agreement.stripe_id))


def sdk() -> stripe.StripeClient:
    """Stripe's own client, as staff use it in the dashboard."""
    return tills.client()


def paid_at_stripe() -> int:
    """Minor units that Stripe keeps: all that was charged, less all that went back."""
    charges = sdk().v1.charges.list({"limit": 100})
    return sum(one.amount - one.amount_refunded for one in charges if one.paid)


def letters_to(reader: Reader | str) -> list[str]:
    """Kinds of the letters that went to a reader, oldest first."""
    to = reader if isinstance(reader, str) else reader.email
    return list(Letter.objects.filter(to=to).order_by("pk").values_list("kind", flat=True))


def signed_in(reader: Reader, **more: Any) -> Client:
    client = Client(**more)
    client.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
    return client


def new_card(agreement: Agreement, card: str = "pm_card_visa") -> None:
    """The reader changes the card in the portal."""
    customer = agreement.customer.stripe_id or ""
    method = sdk().v1.payment_methods.attach(card, {"customer": customer})
    sdk().v1.customers.update(customer, {"invoice_settings": {"default_payment_method": method.id}})
    sdk().v1.subscriptions.update(agreement.stripe_id, {"default_payment_method": method.id})
