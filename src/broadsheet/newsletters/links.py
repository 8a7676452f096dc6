"""Links that work without signing in, because we signed them; each kind opens one thing."""

from dataclasses import dataclass
from uuid import UUID

from django.core import signing

CONFIRMED_WITHIN = 7 * 86400
"""Seconds in which a sign-up is confirmed."""
ASKED = "broadsheet.newsletters.asked"
MAIL = "broadsheet.newsletters.mail"
LONGEST = 4_000
"""Characters of a token that are looked at: one that names hundreds of lists."""


class BadLink(Exception):
    """Not one of ours, or cut off on its way."""


class OldLink(Exception):
    """Ours, but too old."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asked for these lists at this address."""

    recipient: UUID
    newsletters: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail we sent: to whom, of which list and issue (0: no issue's)."""

    recipient: UUID
    newsletter: int
    issue: int = 0


def seal_asked(asked: Asked) -> str:
    """A token for the address that confirms it."""
    return signing.dumps([asked.recipient.hex, *asked.newsletters], salt=ASKED)


def read_asked(token: str) -> Asked:
    """What is confirmed. Raises BadLink and OldLink."""
    try:
        recipient, *newsletters = signing.loads(
            token[:LONGEST], salt=ASKED, max_age=CONFIRMED_WITHIN
        )
        return Asked(UUID(recipient), tuple(map(int, newsletters)))
    except signing.SignatureExpired as error:
        raise OldLink from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise BadLink from error


_mail = signing.Signer(salt=MAIL)


def seal_mail(mail: Mail) -> str:
    """A token for the links of one mail. It does not run out: whoever wants to leave a list may
    do so by the oldest of its mails."""
    return _mail.sign(f"{mail.recipient.hex}.{mail.newsletter}.{mail.issue}")


def read_mail(token: str) -> Mail:
    """Which mail a link is from. Raises BadLink."""
    try:
        recipient, newsletter, issue = _mail.unsign(token[:LONGEST]).split(".")
        return Mail(UUID(recipient), int(newsletter), int(issue))
    except (signing.BadSignature, ValueError) as error:
        raise BadLink from error
