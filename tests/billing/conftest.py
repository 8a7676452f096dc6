"""A till of the stand-in's, plans as they are shipped, and the cast who buy."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import stripe
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from broadsheet.billing import till as tills
from broadsheet.billing import webhooks
from broadsheet.billing.checkout import Order, begin
from broadsheet.billing.models import Agreement, Purchase, WebhookEvent
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.stripe_stand_in import StandIn
from broadsheet.subscriptions.models import Plan, Price
from tests import people

SECRET = "whsec_of-the-tests"
DOOR = "/-/stripe/webhook/"


class Till:
    """The stand-in, and what a test does at it."""

    def __init__(self, stand_in: StandIn) -> None:
        self.stripe = stand_in

    def sign(self, payload: bytes, secret: str = SECRET, at: int | None = None) -> str:
        """The header Stripe would send."""
        at = int(time.time()) if at is None else at
        signed = f"{at}.".encode() + payload
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        return f"t={at},v1={digest}"

    def send(self, event: dict[str, Any], **headers: str) -> HttpResponse:
        """One event comes to the paper's door."""
        body = json.dumps(event).encode()
        headers.setdefault("Stripe-Signature", self.sign(body))
        return Client().post(DOOR, body, content_type="application/json", headers=headers)

    def tell(self, events: Iterable[dict[str, Any]] | None = None) -> None:
        """Events come, each is answered, and all are worked through."""
        for event in self.stripe.events() if events is None else events:
            assert self.send(event).status_code == 200
        work_through_what_came()


def work_through_what_came() -> None:
    for event in WebhookEvent.objects.filter(done_at=None).order_by("pk"):
        webhooks.work_through.call(event.pk)


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    with StandIn(webhook_secret=SECRET, api_key="sk_test_tests") as running:
        monkeypatch.setattr(PAPER, "stripe_secret_key", "sk_test_tests")
        monkeypatch.setattr(PAPER, "stripe_webhook_secret", SECRET)
        monkeypatch.setattr(PAPER, "stripe_address", running.address)
        tills.client.cache_clear()
        yield Till(running)
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


def buy(
    till: Till, reader: Reader, of: Price, seats: int | None = None, card: str = "4242424242424242"
) -> Agreement:
    """The reader goes to the till, pays, and comes back."""
    begin(reader, Order(of, seats or of.plan.seats))
    purchase = Purchase.objects.get(customer__reader=reader, state=Purchase.States.OPEN)
    till.stripe.pay(purchase.session_id, card)
    till.tell()
    return Agreement.objects.get(customer__reader=reader, live=True)


def at_stripe(till: Till, agreement: Agreement) -> stripe.Subscription:
    return tills.client().v1.subscriptions.retrieve(agreement.stripe_id)
