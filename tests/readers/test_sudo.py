"""Before what cannot be taken back, readers prove again who they are."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from broadsheet.mail.models import Letter
from broadsheet.readers.models import Export, Reader
from tests.people import PASSWORD, Cast
from tests.readers.conftest import SignIn

CODE = re.compile(r"^\s*((?:[A-Z0-9]{3,4}-?){2})\s*$", re.MULTILINE)
GUARDED = ("/account/delete/", "/account/export/1/", "/account/password/set/")
RECORDS = "account_authentication_methods"


def without_password(reader: Reader) -> Client:
    reader.set_unusable_password()
    reader.save()
    client = Client()
    client.force_login(reader)
    return client


def sent_code() -> str:
    letter = Letter.objects.first()
    text = letter.text if letter and letter.text else str(mail.outbox[-1].body)
    found = CODE.search(text)
    assert found, text
    return found[1]


@pytest.mark.parametrize("address", GUARDED)
def test_guarded_pages_ask_again_even_right_after_signing_in(
    cast: Cast, signed_in: SignIn, address: str
) -> None:
    answer = signed_in(cast.ana).get(address)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/account/reauthenticate/?next=")
    assert Client().get(address).headers["location"].startswith("/account/login/?next=")


def test_a_password_leads_back_to_where_the_reader_was(cast: Cast, signed_in: SignIn) -> None:
    client = signed_in(cast.ana)
    asked = client.get("/account/delete/").headers["location"]
    answer = client.post(asked, {"password": PASSWORD})
    assert answer.headers["location"] == "/account/delete/"
    assert client.get("/account/delete/").status_code == 200


def test_the_proof_goes_stale(cast: Cast, proven: SignIn) -> None:
    client = proven(cast.ana)
    session = client.session
    for record in session[RECORDS]:
        record["at"] = time.time() - 601
    session.save()
    assert client.get("/account/delete/").status_code == 302
    client.post("/account/delete/", {"address": cast.ana.email})
    assert Reader.objects.filter(pk=cast.ana.pk).exists()


def test_a_form_sent_without_proof_is_taken_up_again_afterwards(
    cast: Cast, signed_in: SignIn
) -> None:
    client = signed_in(cast.ana)
    asked = client.post("/account/export/").headers["location"]
    assert not Export.objects.exists()
    client.post(asked, {"password": PASSWORD, "next": "/account/export/"})
    assert Export.objects.get().reader == cast.ana


def test_the_proof_of_one_reader_is_not_anothers(cast: Cast, proven: SignIn) -> None:
    client = proven(cast.ana)
    client.force_login(cast.nora)
    assert client.get("/account/delete/").status_code == 302


def test_without_password_and_passkey_a_code_by_mail_is_the_proof(cast: Cast) -> None:
    client = without_password(cast.ana)
    asked = client.get("/account/delete/").headers["location"]
    assert asked == "/account/reauthenticate/code/?next=%2Faccount%2Fdelete%2F"
    assert Letter.objects.count() + len(mail.outbox) == 0
    sending = {"send": "1", "next": "/account/delete/"}
    with_code = client.post(asked, sending).headers["location"]
    assert with_code == asked
    answer = client.post(asked, {"code": sent_code(), "next": "/account/delete/"})
    assert answer.headers["location"] == "/account/delete/"
    assert client.get("/account/delete/").status_code == 200


def test_without_password_allauths_own_guarded_pages_ask_too(cast: Cast) -> None:
    client = without_password(cast.ana)
    for address in ("/account/2fa/totp/activate/", "/account/2fa/webauthn/add/"):
        assert "/account/reauthenticate/code/" in client.get(address).headers["location"]
    client.post("/account/email/", {"action_add": "", "email": "other@example.com"})
    assert not cast.ana.emailaddress_set.filter(email="other@example.com").exists()


def test_a_code_is_good_once_and_for_three_attempts(cast: Cast) -> None:
    client, address = without_password(cast.ana), "/account/reauthenticate/code/"
    assert client.post(address, {"code": "AAA-AAA"}).status_code == 200
    client.post(address, {"send": "1"})
    code = sent_code()
    for _ in range(3):
        client.post(address, {"code": "wrong"})
    client.post(address, {"code": code})
    assert client.get("/account/delete/").status_code == 302
    client.post(address, {"send": "1"})
    code = sent_code()
    assert client.post(address, {"code": code}).status_code == 302
    assert client.post(address, {"code": code}).status_code == 200


def test_the_way_back_from_a_code_stays_here(cast: Cast) -> None:
    client = without_password(cast.ana)
    answer = client.post(
        "/account/reauthenticate/code/", {"send": "1", "next": "https://evil.example/"}
    )
    assert "evil" not in answer.headers["location"]


def test_codes_by_mail_are_limited(cast: Cast, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {}
    client = without_password(cast.ana)
    for _ in range(8):
        client.post("/account/reauthenticate/code/", {"send": "1"})
    assert 0 < Letter.objects.count() + len(mail.outbox) <= 8
    assert Letter.objects.count() < 8


def test_whoever_set_up_a_second_step_proves_it_with_that(cast: Cast, signed_in: SignIn) -> None:
    Authenticator.objects.create(user=cast.ana, type="totp", data={"secret": "x"})
    client = Client()
    client.force_login(cast.ana)
    page = client.get("/account/reauthenticate/").content.decode()
    assert "/account/2fa/reauthenticate/" in page
    assert "/account/reauthenticate/code/" not in page
    assert client.get("/account/reauthenticate/code/").status_code == 302
