"""Staff have readers written to about a change, once."""

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.mail.models import Letter
from broadsheet.terms import telling
from broadsheet.terms.acceptance import accept
from broadsheet.terms.models import How, Terms
from tests.people import Cast
from tests.terms.conftest import Publish

BULK = "/admin/bulk/terms/terms/write_to_readers/"


@pytest.fixture
def changed(publish: Publish, cast: Cast) -> Terms:
    """Version 2; Ana, Nora and Luis accepted the first, and Nora the second already."""
    first = publish("en")
    publish("es")
    for reader in (cast.ana, cast.nora, cast.luis):
        accept(reader, first, How.SIGNUP, timezone.now())
    second = publish("en", what_changed="We say please.")
    publish("es", what_changed="Decimos por favor.")
    accept(cast.nora, second, How.AGAIN, timezone.now())
    return second


def test_those_who_owe_it_get_a_letter_in_their_language(
    changed: Terms, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "AT_ONCE", 1)
    cast.luis.speaks("es")
    telling.tell.call(changed.pk, 0)
    telling.tell.call(changed.pk, cast.ana.pk)
    telling.tell.call(changed.pk, cast.luis.pk)
    letters = {letter.to: letter for letter in Letter.objects.filter(kind="terms_changed")}
    assert letters.keys() == {cast.ana.email, cast.luis.email}
    assert "We say please." in letters[cast.ana.email].text
    assert "Decimos por favor." in letters[cast.luis.email].text
    assert f"/terms/{changed.pk}/" in letters[cast.ana.email].text


def test_it_is_done_once_whoever_asks_in_whatever_language(changed: Terms) -> None:
    assert telling.tell_readers(changed, timezone.now())
    assert not telling.tell_readers(changed, timezone.now())
    spanish = Terms.objects.get(language="es", version=2)
    assert not telling.tell_readers(spanish, timezone.now())


def test_drafts_and_first_versions_are_no_news(publish: Publish) -> None:
    first = publish("en", what_changed="")
    draft = publish("en", published_at=None)
    assert not telling.tell_readers(first, timezone.now())
    assert not telling.tell_readers(draft, timezone.now())


def test_staff_do_it_from_the_list(changed: Terms, cast: Cast) -> None:
    client = Client()
    client.force_login(cast.irene)
    page = client.get(BULK, {"id": changed.pk}).content.decode()
    assert "We say please." in page
    client.post(f"{BULK}?id={changed.pk}")
    changed.refresh_from_db()
    assert changed.told_at is not None
    assert "told already" in client.get(BULK, {"id": changed.pk}).content.decode()


def test_nobody_else_does(changed: Terms, cast: Cast) -> None:
    client = Client()
    client.force_login(cast.ana)
    client.post(f"{BULK}?id={changed.pk}")
    changed.refresh_from_db()
    assert changed.told_at is None
