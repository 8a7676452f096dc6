"""Writing a letter: to whom, when it goes, and what keeps it from going."""

from typing import Any

import pytest
from django.core import mail
from django.db import transaction

from broadsheet.mail import kinds, post
from broadsheet.mail.delivery import sweep
from broadsheet.mail.models import Letter
from tests.mail.letters import HOSTILE, context


class Undone(Exception):
    """What was to be told did not happen."""


@pytest.mark.django_db
def test_a_letter_is_written_at_once_and_goes_later() -> None:
    letter = post.send("ended", "ana@example.com", "es-ES", context("ended"))
    assert letter.language == "es"
    assert letter.text
    assert letter.html
    assert mail.outbox == []
    sweep.call()
    [message] = mail.outbox
    assert message.to == ["ana@example.com"]
    assert message.subject == letter.subject


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_not_told() -> None:
    def fail() -> None:
        with transaction.atomic():
            post.send("ended", "ana@example.com", "en", context("ended"))
            raise Undone

    with pytest.raises(Undone):
        fail()
    sweep.call()
    assert mail.outbox == []
    assert not Letter.objects.exists()


@pytest.mark.django_db
def test_a_letter_is_queued_when_what_it_tells_is_committed(
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks() as waiting:
        post.send("ended", "ana@example.com", "en", context("ended"))
    assert len(waiting) == 1


@pytest.mark.django_db
def test_an_unknown_language_is_answered_in_the_papers_first() -> None:
    assert post.send("ended", "ana@example.com", "tlh", context("ended")).language == "en"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "to",
    [
        "",
        "nobody",
        "ana@example.com\nBcc: x@evil.example",
        "ana@example.com, x@evil.example",
        "Ana <ana@example.com>",
        "ñandú@example.com",
        "ana@" + "x" * 320 + ".com",
        "ana@exa mple.com",
    ],
)
def test_what_is_no_address_is_refused(to: str) -> None:
    with pytest.raises(post.BadAddress):
        post.send("ended", to, "en", context("ended"))
    with pytest.raises(post.BadAddress):
        post.send("ended", "ana@example.com", "en", context("ended"), reply_to=to or "x")
    assert not Letter.objects.exists()


@pytest.mark.django_db
def test_a_domain_in_another_script_is_written_as_mail_servers_want_it() -> None:
    letter = post.send("ended", "ana@español.example", "en", context("ended"))
    assert letter.to == "ana@xn--espaol-zwa.example"


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["invitation", "gift", "seat_given_up", "notice"])
def test_a_name_cannot_write_headers(kind: str) -> None:
    hostile = {
        name: HOSTILE if kinds.KINDS[kind].values[name] is kinds.Value.TEXT else value
        for name, value in context(kind).items()
    }
    post.send(kind, "ana@example.com", "en", hostile, reply_to="marta@example.com")
    sweep.call()
    message = mail.outbox[0].message()
    assert message["Bcc"] is None
    assert message["Reply-To"] == "marta@example.com"
    assert message["To"] == "ana@example.com"
    assert "\n" not in message["Subject"]


@pytest.mark.django_db
def test_a_wrong_letter_stores_nothing() -> None:
    with pytest.raises(kinds.UnknownKind):
        post.send("surprise", "ana@example.com", "en", {})
    with pytest.raises(kinds.WrongContext):
        post.send("ended", "ana@example.com", "en", {})
    assert not Letter.objects.exists()
