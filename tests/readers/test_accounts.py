"""Signing in and up: what is limited, what stays on the site, what devices are called."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from broadsheet.mail.delivery import sweep
from broadsheet.mail.models import Letter
from broadsheet.readers.labels import label_for
from broadsheet.readers.models import Reader
from broadsheet.readers.sign_ins import device_secret
from tests.people import PASSWORD, Cast

ANDROID = "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "language", "label"),
    [
        (ANDROID, "en", "Firefox on Android"),
        (ANDROID, "es", "Firefox en Android"),
        (IPHONE, "en", "Safari on iOS"),
        (MAC, "en", "Chrome on macOS"),
        ("", "en", "A browser"),
        ("\x00\xff" * 5000, "en", "A browser"),
        ("<script>", "en", "A browser"),
    ],
)
def test_a_device_is_called_by_its_browser_and_system(
    user_agent: str, language: str, label: str
) -> None:
    assert label_for(user_agent, language) == label


@pytest.mark.parametrize("cookie", ["", "short", "x" * 500, "é" * 30, "a b" * 10, "<>" * 20])
def test_a_device_secret_that_is_not_ours_is_replaced_by_144_random_bits(cookie: str) -> None:
    assert device_secret(cookie) != cookie
    assert len(device_secret(cookie)) == 24
    assert device_secret(device_secret(cookie)) != device_secret(cookie)


def test_a_device_keeps_its_secret() -> None:
    secret = device_secret("")
    assert device_secret(secret) == secret


@pytest.fixture
def limited(settings: Any, db: None) -> Iterator[None]:
    settings.ACCOUNT_RATE_LIMITS = {}
    cache.clear()
    yield
    cache.clear()


def test_signing_in_with_wrong_passwords_is_limited(limited: None, cast: Cast) -> None:
    client = Client()
    wrong = {"login": cast.ana.email, "password": "wrong"}
    answers = [client.post("/account/login/", wrong) for _ in range(12)]
    right = client.post("/account/login/", {"login": cast.ana.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert right.status_code in (200, 429)
    assert answers[0].status_code == 200


def test_asking_for_codes_by_mail_is_limited(limited: None, cast: Cast) -> None:
    for _ in range(30):
        Client().post("/account/login/code/", {"email": cast.ana.email})
    assert 0 < Letter.objects.filter(kind="sign_in_code").count() < 30


@pytest.mark.parametrize(
    "to", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_after_signing_in_nobody_is_sent_elsewhere(cast: Cast, to: str) -> None:
    answer = Client().post(
        "/account/login/", {"login": cast.ana.email, "password": PASSWORD, "next": to}
    )
    assert answer.status_code == 302
    assert answer.headers["location"] == "/account/"


def test_after_signing_in_a_reader_is_back_at_the_story(cast: Cast) -> None:
    story = "/us/world/a-story/"
    answer = Client().post(
        "/account/login/", {"login": cast.ana.email, "password": PASSWORD, "next": story}
    )
    assert answer.headers["location"] == story


@pytest.mark.django_db
def test_signing_up_asks_for_the_code_that_was_mailed() -> None:
    client = Client()
    client.post("/account/signup/", {"email": "New@Example.com", "password1": "a-fine-word-77"})
    assert "_auth_user_id" not in client.session
    assert Reader.objects.filter(email="new@example.com").exists()
    sweep.call()
    assert [message.to for message in mail.outbox] == [["new@example.com"]]


@pytest.mark.django_db
def test_signing_up_with_a_known_address_tells_nobody_that_it_is_known(cast: Cast) -> None:
    new, known = Client(), Client()
    fields = {"password1": "a-fine-word-77"}
    first = new.post("/account/signup/", {"email": "new@example.com", **fields})
    second = known.post("/account/signup/", {"email": cast.ana.email, **fields})
    assert (first.status_code, first.headers["location"]) == (
        second.status_code,
        second.headers["location"],
    )


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_with_words(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/account/login/", {"login": cast.ana.email, "password": PASSWORD})
    assert answer.status_code == 403
    assert "out of date" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/account/", "/account/devices/"])
def test_ones_own_pages_ask_for_a_sign_in_and_are_not_kept(cast: Cast, path: str) -> None:
    assert Client().get(path).status_code == 302
    client = Client()
    client.force_login(cast.ana)
    assert "no-store" in client.get(path).headers["cache-control"]


@pytest.mark.django_db
def test_the_strict_policy_is_on_every_page_but_the_editors(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.irene)
    assert "unsafe-inline" not in client.get("/account/").headers["content-security-policy"]
    assert "unsafe-inline" in client.get("/admin/").headers["content-security-policy"]


@pytest.mark.django_db
def test_the_language_is_the_readers_choice_and_the_way_back_stays_here() -> None:
    client = Client()
    chosen = client.get("/language/es/", {"next": "/us/"})
    assert chosen.headers["location"] == "/us/"
    assert client.get("/terms/").headers["content-language"] == "es"
    assert client.get("/language/es/", {"next": "//evil.example"}).headers["location"] == "/"
    assert client.get("/language/tlh/").status_code == 404


UNSENDABLE = "a@" + "ü" * 60 + ".example"
"""Looks like an address, but its domain is longer than any can be."""


@pytest.mark.parametrize("page", ["/account/password/reset/", "/account/login/code/"])
def test_an_address_that_no_mail_can_be_sent_to_is_answered(db: None, page: str) -> None:
    assert Client().post(page, {"email": UNSENDABLE}).status_code in (200, 302)
    assert not Letter.objects.exists()


def test_nobody_signs_up_with_an_address_that_no_mail_can_be_sent_to(db: None) -> None:
    sent = {"email": UNSENDABLE, "password1": "a-better-word-to-guess", "terms": "on"}
    answer = Client().post("/account/signup/", sent)
    assert answer.status_code == 200
    assert "This is not an e-mail address" in answer.content.decode()
    assert not Reader.objects.exists()


@pytest.mark.parametrize("page", ["/account/login/", "/plans/", "/gifts/redeem/"])
def test_a_form_in_an_encoding_we_do_not_read_is_a_bad_request(db: None, page: str) -> None:
    """Also where the form's token is looked for in it."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.get("/account/login/")
    kind = "application/x-www-form-urlencoded; charset=utf-7"
    answer = client.post(page, b"a=b", content_type=kind, headers={"Origin": "http://testserver"})
    assert answer.status_code == 400
    assert "We could not read that request" in answer.content.decode()


PERSONAL = ["", "email/", "devices/", "2fa/", "password/change/", "export/", "seats/", "invoices/"]


@pytest.mark.parametrize("page", PERSONAL)
def test_a_browser_keeps_nothing_of_a_readers_own_pages(cast: Cast, page: str) -> None:
    client = Client()
    client.post("/account/login/", {"login": cast.olga.email, "password": PASSWORD})
    answer = client.get(f"/account/{page}", follow=True)
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
