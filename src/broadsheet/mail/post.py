"""The letter box: whoever has something to tell a reader by mail calls `send`."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.encoding import punycode

from broadsheet.mail import kinds
from broadsheet.mail.delivery import deliver
from broadsheet.mail.models import Letter
from broadsheet.mail.rendering import render, spoken
from broadsheet.settings.django import PAPER

URGENT = 100
"""Priority of letters that somebody waits for, such as a code; others have 0."""


class BadAddress(ValueError):
    """Not an e-mail address that mail can be sent to."""


def send(
    kind: str, to: str, language: str, context: Mapping[str, Any], *, reply_to: str = ""
) -> Letter:
    """Write a letter now, and hand it over once the present transaction is committed.

    `kind` is one of kinds.KINDS, `context` has exactly its values, and `language` is an interface
    language's code; another one is answered in the paper's first. Outside a transaction the
    letter goes at once. Raises kinds.UnknownKind, kinds.WrongContext, and BadAddress for `to` or
    `reply_to`; then nothing was stored.
    """
    known = kinds.find(kind)
    known.check(context)
    to, reply_to = deliverable(to), deliverable(reply_to) if reply_to else ""
    language = spoken(language)
    words = render(kind, known, language, context)
    now = timezone.now()
    letter = Letter.objects.create(
        to=to,
        reply_to=reply_to,
        kind=kind,
        language=language,
        subject=words.subject,
        text=words.text,
        html=words.html,
        created_at=now,
        due_at=now,
    )
    # If the queue cannot be written to, the sweep finds the letter: the caller's work stands.
    transaction.on_commit(partial(_hand_over, letter.pk, urgent=known.urgent), robust=True)
    return letter


def address(path: str) -> str:
    """The absolute address of a path of this paper, as letters need it."""
    return PAPER.site_url + path


def deliverable(given: str) -> str:
    """An address as mail servers want it, its domain in ASCII (IDNA). Raises BadAddress."""
    try:
        validate_email(given)
        local, _, domain = given.rpartition("@")
        encoded = f"{local}@{punycode(domain)}"
        if not encoded.isascii():
            raise BadAddress(given)
    except (ValidationError, UnicodeError) as error:
        raise BadAddress(given) from error
    return encoded


def _hand_over(letter: int, *, urgent: bool) -> None:
    deliver.using(priority=URGENT if urgent else 0).enqueue(letter)
