"""What a mail server or a provider answered: about this mail, or about nothing in particular."""

import smtplib
from dataclasses import dataclass
from typing import Any

NO_SUCH_MAILBOX = ("5.1.1", "5.1.2", "5.1.10")
"""Enhanced codes (RFC 3463, section 3.2; RFC 7505) of addresses that do not exist."""
SHUTS_DOWN = 421
"""The server ends the conversation, whatever it was about (RFC 5321, section 4.2.1)."""
ABOUT_THE_MAIL = (400, 413, 422)
"""Of a provider's own interface (django-anymail's errors carry its status): others are about our
key, our account, or the provider."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer about one mail."""

    final: bool
    """Another attempt would get the same."""
    no_such_mailbox: bool = False


def of_this_mail(error: Exception) -> Answer | None:
    """What was said of this mail; None: something else went wrong, and the mail was not dealt
    with, or nobody knows."""
    code: int
    said: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPDataError):
        code, said = error.smtp_code, error.smtp_error
    else:
        refused = getattr(error, "status_code", None) in ABOUT_THE_MAIL
        return Answer(final=True) if refused else None
    if code == SHUTS_DOWN:
        return None
    return Answer(final=code >= 500, no_such_mailbox=_text(said).startswith(NO_SUCH_MAILBOX))


def in_doubt(error: Exception, backend: Any) -> bool:
    """Whether the mail may have been taken all the same."""
    # requests' ReadTimeout, by way of django-anymail, which need not be installed.
    silent = any(kind.__name__ == "ReadTimeout" for kind in type(error).__mro__)
    return silent or bool(getattr(backend, "in_doubt", False))


def in_words(error: Exception) -> str:
    """The answer as staff read it, 500 characters at most. It may name the reader: no log's."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return f"{code} {_text(said)}"[:500]
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"[:500]
    return f"{type(error).__name__}: {error}"[:500]


def _text(said: Any) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
