"""The terms as readers meet them: on their page, at sign-up, and when they change."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.readers.models import Reader
from broadsheet.terms.acceptance import accept
from broadsheet.terms.models import Acceptance, How
from tests.people import Cast
from tests.terms.conftest import Publish

NEWCOMER = {"email": "new@example.com", "password1": "a-fine-word-77"}


def signed_in(reader: Reader, **options: bool) -> Client:
    client = Client(**options)
    client.force_login(reader)
    return client


@pytest.mark.django_db
def test_a_paper_without_terms_says_so() -> None:
    assert "not been published yet" in Client().get("/terms/").content.decode()


def test_the_page_shows_the_terms_in_the_readers_language_and_every_version(
    publish: Publish,
) -> None:
    old = publish("en", text="<p>Old words.</p>")
    publish("es", text="<p>Palabras viejas.</p>")
    new = publish("en", text="<p>New words.</p>")
    publish("es", text="<p>Palabras nuevas.</p>")
    page = Client().get("/terms/", headers={"accept-language": "es"}).content.decode()
    assert "Palabras nuevas." in page
    assert f'href="/terms/{old.pk}/"' in page
    assert f'href="/terms/{new.pk}/"' in page
    before = Client().get(f"/terms/{old.pk}/").content.decode()
    assert "Old words." in before
    assert "no longer in force" in before


def test_drafts_are_for_nobody(publish: Publish, cast: Cast) -> None:
    draft = publish("en", published_at=None)
    assert Client().get(f"/terms/{draft.pk}/").status_code == 404
    assert signed_in(cast.irene).post(f"/terms/{draft.pk}/accept/").status_code == 404


@pytest.mark.parametrize("address", ["/account/signup/", "/account/signup/passkey/"])
def test_the_form_names_the_version_and_signing_up_accepts_it(
    publish: Publish, address: str
) -> None:
    terms, client = publish("en"), Client()
    page = client.get(address).content.decode()
    assert f'<a href="/terms/{terms.pk}/">the terms (version 1)</a>' in page
    client.post(address, {**NEWCOMER, "terms": str(terms.pk)})
    kept = Acceptance.objects.get(reader__email=NEWCOMER["email"])
    assert (kept.terms, kept.how) == (terms, "signup")


def test_what_counts_is_the_version_that_stood_on_the_form(publish: Publish) -> None:
    shown = publish("en")
    publish("en")
    Client().post("/account/signup/", {**NEWCOMER, "terms": str(shown.pk)})
    assert Acceptance.objects.get().terms == shown


@pytest.mark.parametrize("forged", ["", "99999", "-1", "1e3", "²", "9" * 40, "<b>"])
def test_a_forged_version_is_the_one_in_force(publish: Publish, forged: str) -> None:
    terms = publish("en")
    publish("en", published_at=timezone.now() + timedelta(days=1))
    Client().post("/account/signup/", {**NEWCOMER, "terms": forged})
    assert Acceptance.objects.get().terms == terms


def test_when_terms_change_the_account_says_what_and_asks(publish: Publish, cast: Cast) -> None:
    old = publish("en")
    accept(cast.ana, old, How.SIGNUP, timezone.now())
    client = signed_in(cast.ana)
    assert "I accept" not in client.get("/account/devices/").content.decode()
    new = publish("en", what_changed="Gifts <b>cost</b> less.")
    page = client.get("/account/devices/").content.decode()
    assert "Gifts &lt;b&gt;cost&lt;/b&gt; less." in page
    assert f'href="/terms/{old.pk}/"' in page
    assert f'href="/terms/{new.pk}/"' in page
    answer = client.post(f"/terms/{new.pk}/accept/", {"next": "/account/devices/"})
    assert answer.headers["location"] == "/account/devices/"
    assert "I accept" not in client.get("/account/devices/").content.decode()
    assert cast.ana.acceptances.get(terms=new).how == "again"


def test_only_the_version_in_force_can_be_accepted_by_the_button(
    publish: Publish, cast: Cast
) -> None:
    old = publish("en")
    publish("en")
    assert signed_in(cast.ana).post(f"/terms/{old.pk}/accept/").status_code == 404


def test_accepting_takes_a_form_of_ours_and_a_sign_in_and_stays_here(
    publish: Publish, cast: Cast
) -> None:
    terms = publish("en")
    address = f"/terms/{terms.pk}/accept/"
    assert signed_in(cast.ana).get(address).status_code == 405
    assert signed_in(cast.ana, enforce_csrf_checks=True).post(address).status_code == 403
    assert Client().post(address).headers["location"].startswith("/account/login/")
    assert not Acceptance.objects.exists()
    answer = signed_in(cast.ana).post(address, {"next": "//evil.example/"})
    assert answer.headers["location"] == "/"


def test_staff_see_that_published_terms_cannot_be_changed(publish: Publish, cast: Cast) -> None:
    terms, client = publish("en"), signed_in(cast.irene)
    fields = {"edition": "", "language": "en", "text": "null", "what_changed": "x"}
    answer = client.post(f"/admin/snippets/terms/terms/edit/{terms.pk}/", fields)
    assert "Make a new version" in answer.content.decode()
    assert client.get(f"/admin/snippets/terms/terms/delete/{terms.pk}/").status_code != 200
    assert client.get("/admin/snippets/terms/acceptance/add/").status_code != 200
    assert client.get("/admin/snippets/terms/acceptance/").status_code == 200
