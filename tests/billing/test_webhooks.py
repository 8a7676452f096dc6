"""What Stripe tells comes in once, signed and fresh; everything else is sent away."""

import asyncio
import json
import time
from typing import Any

import pytest
from asgiref.typing import HTTPScope
from django.core.handlers.asgi import ASGIHandler
from django.test import Client

from broadsheet.billing import mirror, webhooks
from broadsheet.billing.models import WebhookEvent
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan
from tests import people
from tests.billing.conftest import (
    DOOR,
    Till,
    a_minute_passes,
    buy,
    go_to_the_till,
    letters_to,
    price,
    reads,
    sdk,
    signed_in,
    work_through_what_came,
)

pytestmark = pytest.mark.django_db


def event(**fields: Any) -> dict[str, Any]:
    return {
        "id": "evt_1",
        "object": "event",
        "type": "customer.subscription.updated",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": "sub_unknown", "object": "subscription"}},
        **fields,
    }


def test_an_event_is_kept_once_however_often_it_comes(till: Till) -> None:
    for _ in range(3):
        assert till.send(event()).status_code == 200
    assert WebhookEvent.objects.count() == 1


def test_what_nobody_signed_is_sent_away(till: Till) -> None:
    body = json.dumps(event()).encode()
    wrong = [
        "",
        "nonsense",
        "t=,v1=",
        f"t={int(time.time())},v1=00",
        till.sign(body, "whsec_another"),
        till.sign(b"{}"),
        till.sign(body).replace("v1=", "v0="),
    ]
    for signature in wrong:
        answer = Client().post(
            DOOR, body, content_type="application/json", headers={"Stripe-Signature": signature}
        )
        assert answer.status_code == 400, signature
    assert Client().post(DOOR, body, content_type="application/json").status_code == 400
    assert not WebhookEvent.objects.exists()


def test_a_signature_is_good_for_five_minutes(till: Till) -> None:
    body = json.dumps(event()).encode()
    now = int(time.time())
    assert till.send(body, **{"Stripe-Signature": till.sign(body, at=now - 301)}).status_code == 400
    assert till.send(body, **{"Stripe-Signature": till.sign(body, at=now - 290)}).status_code == 200


@pytest.mark.parametrize("mode", [True, None, "false", 0])
def test_the_other_mode_s_events_are_not_ours(till: Till, mode: Any) -> None:
    assert till.send(event(livemode=mode)).status_code == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"[1, 2]",
        b"null",
        b"7",
        b'"event"',
        b"{}",
        b'{"object": "event"}',
        b'{"object": "event", "livemode": false}',
        b'{"object": "event", "livemode": false, "id": "e", "type": "t", "created": "soon"}',
        b'{"object": "event", "livemode": false, "id": "e", "type": "t", "created": 1e99}',
        b'{"object": "event", "livemode": false, "id": "e", "type": "t", "created": 1, "data": 1}',
        b'{"object":"event","livemode":false,"id":"e","type":"t","created":1,"data":{"object":1}}',
        b'{"detail": [1]}',
        b'{"specversion": "1", "data": "x"}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_signed_and_is_no_event_is_sent_away(till: Till, body: bytes) -> None:
    assert till.send(body).status_code == 400
    assert not WebhookEvent.objects.exists()


def test_what_is_larger_than_any_event_is_not_read(till: Till) -> None:
    body = b'{"padding": "' + b"x" * 10_000_000 + b'"}'
    assert till.send(body).status_code == 413
    assert till.send(body, **{"Content-Length": "12"}).status_code in (400, 413)


def test_what_is_larger_than_any_event_is_not_read_without_a_length_either(till: Till) -> None:
    assert asyncio.run(_posted_in_pieces(b"x" * 10_000_000)) == 413


async def _posted_in_pieces(body: bytes) -> int:
    scope: HTTPScope = {  # type: ignore[typeddict-item]
        "type": "http",
        "method": "POST",
        "path": DOOR,
        "headers": [(b"host", b"localhost"), (b"transfer-encoding", b"chunked")],
        "query_string": b"",
    }
    pieces = [body[at : at + 65536] for at in range(0, len(body), 65536)]
    statuses: list[int] = []

    async def receive() -> Any:
        if not pieces:  # the client waits for its answer
            await asyncio.Event().wait()
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    await ASGIHandler()(scope, receive, send)  # type: ignore[arg-type]
    return statuses[0]


@pytest.mark.parametrize("method", ["get", "put", "delete", "head", "options"])
def test_the_door_takes_posts_alone(till: Till, method: str) -> None:
    assert getattr(Client(), method)(DOOR).status_code == 405


def test_without_a_secret_there_is_no_door(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet.settings.django import PAPER

    monkeypatch.setattr(PAPER, "stripe_webhook_secret", "")
    assert till.send(event()).status_code == 404


# What they are about


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("customer.subscription.updated", {"id": "sub_unknown"}),
        ("checkout.session.completed", {"id": "cs_unknown"}),
        ("invoice.paid", {"id": "in_unknown"}),
        ("invoice.upcoming", {"customer": "cus_1"}),
        ("charge.refunded", {"id": "ch_1", "payment_intent": "pi_unknown"}),
        ("refund.created", {"id": "re_1"}),
        ("charge.dispute.created", {"id": "dp_1", "payment_intent": None}),
        ("customer.deleted", {"id": "cus_unknown"}),
        ("something.invented.tomorrow", {"id": "new_1"}),
    ],
)
def test_what_is_about_nothing_of_ours_is_done_with(
    till: Till, kind: str, about: dict[str, Any]
) -> None:
    assert till.send(event(type=kind, data={"object": about})).status_code == 200
    work_through_what_came()
    assert WebhookEvent.objects.get().done_at is not None


def test_an_outage_of_an_hour_loses_no_event(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    purchase = go_to_the_till(nora, price(plans["basic"]))
    till.stripe.pay(purchase.session_id)
    told = till.news()[-1:]
    till.stripe.fail_next(times=1000)
    till.tell(told)
    for _ in range(30):
        a_minute_passes(till)
    assert not reads(nora)
    till.stripe.be_well()
    work_through_what_came()
    a_minute_passes(till)
    assert reads(nora)


def test_an_event_that_fails_is_tried_again_but_not_for_ever(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(_: str) -> None:
        raise RuntimeError("a fault of ours")

    till.send(event())
    monkeypatch.setattr(mirror, "subscription", breaks)
    for _ in range(webhooks.ATTEMPTS):
        work_through_what_came()
    row = WebhookEvent.objects.get()
    assert (row.attempts, row.done_at) == (webhooks.ATTEMPTS, None)
    assert "a fault of ours" in row.outcome


def test_staff_replay_what_failed(
    till: Till, plans: dict[str, Plan], nora: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    purchase = go_to_the_till(nora, price(plans["basic"]))
    till.stripe.pay(purchase.session_id)
    with monkeypatch.context() as broken:
        broken.setattr(mirror, "_create", None)
        till.tell()
    WebhookEvent.objects.update(attempts=webhooks.ATTEMPTS)
    assert not reads(nora)
    irene = people.reader("irene@example.com", is_staff=True, is_superuser=True)
    left = WebhookEvent.objects.filter(done_at=None)
    ids = "&".join(f"id={one.pk}" for one in left)
    address = f"/admin/bulk/billing/webhookevent/replay/?next=/admin/&{ids}"
    answer = signed_in(irene).post(address)
    assert answer.status_code == 302, answer.content
    work_through_what_came()
    assert reads(nora)
    assert sorted(letters_to(nora)) == ["receipt", "welcome"]


def test_events_that_are_done_are_forgotten_after_a_season(till: Till) -> None:
    till.send(event())
    work_through_what_came()
    till.advance(days=91)
    a_minute_passes(till)
    assert not WebhookEvent.objects.exists()


def test_an_event_of_somebody_else_s_subscription_changes_nothing(
    till: Till, plans: dict[str, Plan], nora: Reader
) -> None:
    buy(till, nora, price(plans["basic"]))
    other = sdk().v1.customers.create({"email": "other@example.com"})
    method = sdk().v1.payment_methods.attach("pm_card_visa", {"customer": other.id})
    product = sdk().v1.products.create({"name": "Something else"})
    sold = sdk().v1.prices.create(
        {
            "product": product.id,
            "currency": "usd",
            "unit_amount": 100,
            "recurring": {"interval": "week"},
        }
    )
    sdk().v1.subscriptions.create(
        {"customer": other.id, "items": [{"price": sold.id}], "default_payment_method": method.id}
    )
    till.tell()
    assert not WebhookEvent.objects.filter(done_at=None).exists()
    assert len(letters_to(nora)) == 2
