"""A provider tells over HTTP what became of a mail, and others pretend to."""

import base64
import hashlib
import hmac
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import clear_url_caches
from pydantic import ValidationError

from broadsheet.newsletters.models import Delivery, Recipient
from broadsheet.settings import PaperSettings
from broadsheet.settings.django import PAPER
from broadsheet.web import urls

pytestmark = pytest.mark.django_db
SECRET = "postman:a-secret-that-is-long"
KEY = "a-key-that-signs"

type Tells = Callable[..., int]


@pytest.fixture
def provider() -> str:
    return "postmark"


@pytest.fixture
def told(provider: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tells]:
    """The paper whose provider this is; calls its webhook and gives the answer's status."""
    from broadsheet.newsletters import providers  # noqa: F401 (it listens)

    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": KEY}
    monkeypatch.setattr(PAPER, "mail_backend", f"anymail.backends.{provider}.EmailBackend")
    monkeypatch.setattr(PAPER, "mail_webhooks", settings.ANYMAIL)
    _mounted_anew()

    def tell(body: Any, secret: str = SECRET, to: str = "") -> int:
        basic = base64.b64encode(secret.encode()).decode()
        client = Client(raise_request_exception=False, enforce_csrf_checks=True)
        answer = client.post(
            f"/-/mail/{to or provider}/tracking/",
            body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Basic {basic}"} if secret else {},
        )
        return int(answer.status_code)

    yield tell
    monkeypatch.undo()
    _mounted_anew()


def _mounted_anew() -> None:
    sys.modules.pop("broadsheet.web.mail_urls", None)
    importlib.reload(urls)
    clear_url_caches()


def bounce(mail: Delivery) -> dict[str, Any]:
    """As Postmark writes one."""
    return {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 4323372036854775807,
        "MessageID": "00000000-0000-0000-0000-000000000000",
        "Email": "vera@example.com",
        "BouncedAt": "2026-11-29T08:00:00Z",
        "Metadata": {"mail": mail.key.hex},
    }


def complaint(mail: Delivery, key: str) -> dict[str, Any]:
    """As Mailgun writes and signs one."""
    stamp, token = "1764403200", "a-token"
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": stamp, "token": token, "signature": signature},
        "event-data": {
            "event": "complained",
            "timestamp": 1764403200.5,
            "recipient": "vera@example.com",
            "user-variables": {"mail": mail.key.hex},
        },
    }


def refused() -> str:
    return Recipient.objects.get().refused


def test_the_provider_s_word_is_taken_and_again_changes_nothing(
    told: Tells, mail: Delivery
) -> None:
    assert told(bounce(mail)) == 200
    mail.refresh_from_db()
    before = (mail.ended, refused(), Recipient.objects.get().refused_at)
    assert before[:2] == ("bounced", "bounced")
    assert told(bounce(mail)) == 200
    mail.refresh_from_db()
    assert (mail.ended, refused(), Recipient.objects.get().refused_at) == before


@pytest.mark.parametrize("secret", ["", "postman:another-that-is-long", "other:" + SECRET[8:]])
def test_whoever_has_not_the_secret_is_refused(told: Tells, mail: Delivery, secret: str) -> None:
    assert told(bounce(mail), secret) == 400
    assert told("no JSON", secret) == 400
    assert refused() == ""


@pytest.mark.parametrize("provider", ["mailgun"])
def test_a_forged_signature_is_refused(told: Tells, mail: Delivery) -> None:
    assert told(complaint(mail, "another-key")) == 400
    assert told({"event-data": complaint(mail, KEY)["event-data"]}) == 400
    assert refused() == ""
    assert told(complaint(mail, KEY)) == 200
    assert refused() == "complained"


def test_other_providers_addresses_are_none(told: Tells, mail: Delivery) -> None:
    for other in ("mailgun", "sendgrid", "nobody"):
        assert told(complaint(mail, KEY), to=other) in (403, 404)
    assert refused() == ""


@pytest.mark.parametrize("secret", ["", "short", "name:short", ":sixteen-letters-"])
def test_webhooks_without_a_secret_are_refused_when_the_paper_starts(secret: str) -> None:
    with pytest.raises(ValidationError, match="WEBHOOK_SECRET"):
        PaperSettings(mail_webhooks={"WEBHOOK_SECRET": secret})


def test_webhooks_of_no_provider_are_refused_when_the_paper_starts() -> None:
    with pytest.raises(ValidationError, match="mail_backend"):
        PaperSettings(mail_webhooks={"WEBHOOK_SECRET": SECRET})
