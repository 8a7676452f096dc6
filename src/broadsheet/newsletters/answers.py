"""What a mail server or a provider answered: about this mail, or about nothing in particular."""

import smtplib
from dataclasses import dataclass
from typing import Any

NO_SUCH_MAILBOX = ("5.1.1", "5.1.2", "5.1.10")
"""Enhanced codes (RFC 3463, section 3.2; RFC 7505) of addresses that do not exist."""
LATER = (408, 425, 429)
"""Of a provider's own interface: the answers below 500 that are not final."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer about one mail."""

    final: bool
    """Another attempt would get the same."""
    no_such_mailbox: bool = False


def of_this_mail(error: Exception) -> Answer | None:
    """What was said of this mail; None: something else went wrong, and the mail was not dealt
    with, or nobody knows."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _smtp(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPDataError) and error.smtp_code != 421:  # it shuts down
        return _smtp(error.smtp_code, error.smtp_error)
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and 400 <= status < 500 and status not in LATER:
        return Answer(final=True)  # django-anymail's errors carry the provider's status
    return None


def in_words(error: Exception) -> str:
    """The answer as staff read it, without the reader's address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return f"{code} {_text(said)}"[:500]
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"[:500]
    return f"{type(error).__name__}: {error}"[:500]


def _smtp(code: int, said: Any) -> Answer | None:
    if code == 421:
        return None
    return Answer(final=code >= 500, no_such_mailbox=_text(said).startswith(NO_SUCH_MAILBOX))


def _text(said: Any) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
