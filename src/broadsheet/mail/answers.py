"""What a mail server or a provider answered: about this mail, or about nothing in particular."""

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

NO_SUCH_MAILBOX = ("5.1.1", "5.1.2", "5.1.10")
"""Enhanced codes (RFC 3463, section 3.2; RFC 7505) of addresses that do not exist."""
SHUTS_DOWN = 421
"""The server ends the conversation, whatever it was about (RFC 5321, section 4.2.1)."""
ABOUT_THE_MAIL = (400, 413, 422)
"""Of a provider's own interface (django-anymail's errors carry its status): others are about our
key, our account, or the provider."""

BROKE_OFF = {"ConnectionError", "ReadTimeout", "ChunkedEncodingError"}
"""What requests, by which django-anymail asks, raises of a conversation without an answer."""
NOT_BEGUN = {"ConnectTimeout", "NewConnectionError", "SSLError", "ProxyError"}
"""The same, and urllib3's behind it, of one that never began."""


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
        # By name: django-anymail need not be installed.
        refused = "AnymailRecipientsRefused" in _kinds(error)
        about = refused or getattr(error, "status_code", None) in ABOUT_THE_MAIL
        return Answer(final=True) if about else None
    if code == SHUTS_DOWN:
        return None
    return Answer(final=code >= 500, no_such_mailbox=_text(said).startswith(NO_SUCH_MAILBOX))


def in_doubt(error: Exception, backend: Any) -> bool:
    """Whether the mail may have been taken all the same."""
    kinds = {name for one in _causes(error) for name in _kinds(one)}
    silent = "RequestException" in kinds and kinds & BROKE_OFF and not kinds & NOT_BEGUN
    taken = 200 <= (getattr(error, "status_code", None) or 0) < 300  # and its answer is garbled
    return bool(silent or taken or getattr(backend, "in_doubt", False))


def in_words(error: Exception) -> str:
    """The answer as staff read it, 500 characters at most. It may name the reader: no log's."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return f"{code} {_text(said)}"[:500]
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"[:500]
    return f"{type(error).__name__}: {error}"[:500]


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _kinds(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def _text(said: Any) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
