"""What readers are written about their accounts, and in which language."""

import re
from typing import Any

import pytest
from django.test import Client

from broadsheet.mail.models import Letter
from broadsheet.readers import letters
from broadsheet.readers.models import Reader
from tests.people import PASSWORD, Cast

MAC = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)
ADDRESS = re.compile(r"https?://\S+")
pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("kind", flat=True))


def signs_in(reader: Reader, **headers: str) -> Client:
    client = Client(headers=headers)
    client.post("/account/login/", {"login": reader.email, "password": PASSWORD})
    assert client.get("/account/").status_code == 200
    return client


def test_signing_up_brings_a_code_in_the_language_of_the_page() -> None:
    client = Client(headers={"Accept-Language": "es"})
    client.post("/account/signup/", {"email": "new@example.com", "password1": "a-fine-word-77"})
    [letter] = Letter.objects.all()
    assert (letter.kind, letter.language) == ("confirm_address", "es")
    assert Reader.objects.get(email="new@example.com").language == "es"


def test_a_code_for_signing_in_is_in_the_readers_language_not_the_browsers(cast: Cast) -> None:
    Reader.objects.filter(pk=cast.ana.pk).update(language="es")
    client = Client(headers={"Accept-Language": "en"})
    client.post("/account/login/code/", {"email": cast.ana.email})
    [letter] = Letter.objects.all()
    assert (letter.kind, letter.to, letter.language) == ("sign_in_code", cast.ana.email, "es")


def test_signing_up_again_and_signing_in_unknown_are_answered_by_mail(cast: Cast) -> None:
    fields = {"password1": "a-fine-word-77"}
    Client().post("/account/signup/", {"email": cast.ana.email, **fields})
    Client().post("/account/login/code/", {"email": "nobody@example.com"})
    assert kinds() == ["account_exists", "no_account"]


def test_a_forgotten_password_is_set_anew_by_a_link_to_this_paper(cast: Cast) -> None:
    client = Client(headers={"Host": "localhost"})
    client.post("/account/password/reset/", {"email": cast.ana.email})
    [letter] = Letter.objects.all()
    link = next(one for one in ADDRESS.findall(letter.text) if "/reset/key/" in one)
    assert link.startswith("http://127.0.0.1:8000/")
    page = Client().get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    assert page.status_code == 200
    assert b"password1" in page.content


def test_a_new_password_is_told(cast: Cast) -> None:
    client = signs_in(cast.ana, **{"User-Agent": MAC})
    fields = {"oldpassword": PASSWORD, "password1": "another-fine-1", "password2": "another-fine-1"}
    assert client.post("/account/password/change/", fields).status_code == 302
    [letter] = Letter.objects.all()
    assert letter.kind == "password_changed"
    assert "Chrome on macOS" in letter.text


def test_the_first_device_is_no_news_and_the_second_is(cast: Cast) -> None:
    signs_in(cast.ana)
    assert kinds() == []
    signs_in(cast.ana, **{"User-Agent": MAC})
    [letter] = Letter.objects.all()
    assert (letter.kind, letter.to) == ("new_device", cast.ana.email)
    assert "Chrome on macOS" in letter.subject
    assert "/account/devices/" in letter.text


def test_a_device_that_is_known_is_no_news(cast: Cast) -> None:
    signs_in(cast.ana)
    client = signs_in(cast.ana)
    client.post("/account/logout/")
    client.post("/account/login/", {"login": cast.ana.email, "password": PASSWORD})
    client.get("/account/")
    assert kinds() == ["new_device"]


def test_who_cannot_be_written_to_can_still_sign_in(cast: Cast) -> None:
    signs_in(cast.ana)
    Reader.objects.filter(pk=cast.ana.pk).update(email="ana@intranet")
    cast.ana.email = "ana@intranet"
    client = Client()
    client.force_login(cast.ana, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/account/").status_code == 200
    assert kinds() == []


def test_a_reader_who_chooses_a_language_is_written_to_in_it(cast: Cast) -> None:
    client = signs_in(cast.ana)
    client.get("/language/es/")
    assert Reader.objects.get(pk=cast.ana.pk).language == "es"
    signs_in(cast.ana)
    assert Letter.objects.get().language == "es"


def test_the_first_sign_in_says_what_language_somebody_speaks(cast: Cast) -> None:
    signs_in(cast.ana, **{"Accept-Language": "es"})
    signs_in(cast.ana, **{"Accept-Language": "en"})
    assert Reader.objects.get(pk=cast.ana.pk).language == "es"


OTHERS = [
    ("account/email/email_deleted", {"deleted_email": "old@example.com"}),
    ("account/email/email_confirm", {}),
    ("mfa/email/totp_activated", {}),
    ("mfa/email/totp_deactivated", {}),
    ("mfa/email/webauthn_added", {}),
    ("mfa/email/webauthn_removed", {}),
    ("mfa/email/recovery_codes_generated", {}),
]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("prefix", "values"), OTHERS)
def test_other_changes_are_told_in_allauths_words(
    cast: Cast, language: str, prefix: str, values: dict[str, Any]
) -> None:
    cast.ana.language = language
    given = {"user": cast.ana, "ip": "192.0.2.77", "user_agent": MAC, **values}
    letters.from_allauth(prefix, cast.ana.email, given)
    [letter] = Letter.objects.all()
    assert (letter.kind, letter.language) == ("account_changed", language)
    assert "192.0.2.77" not in letter.text
    assert all(value in letter.text for value in values.values())


@pytest.mark.parametrize("prefix", [*letters.OURS])
def test_every_letter_of_allauths_that_has_a_template_of_ours(cast: Cast, prefix: str) -> None:
    given = {
        "user": cast.ana,
        "code": "ABC-DEF",
        "password_reset_url": "http://127.0.0.1:8000/x/",
        "user_agent": MAC,
        "timestamp": cast.ana.date_joined,
        "from_email": "old@example.com",
        "to_email": "new@example.com",
    }
    letters.from_allauth(prefix, cast.ana.email, given)
    assert kinds() == [letters.OURS[prefix][0]]
