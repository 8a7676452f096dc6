"""Every kind of letter, and the values its templates need.

docs/mail.md says the same to people. Values are plain: text, days, moments, absolute addresses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any
from urllib.parse import urlsplit


class UnknownKind(LookupError):
    """There is no such kind of letter."""


class WrongContext(TypeError):
    """A value is missing, is not known, or is not what the kind needs; the text names it."""


class Value(Enum):
    """What a value of a context is."""

    TEXT = "text"
    """One line: a name, a label, an amount of money as it is shown."""
    MESSAGE = "message"
    """Somebody's own words, of several lines perhaps."""
    DAY = "day"
    """A date or a datetime, shown as a day."""
    MOMENT = "moment"
    """An aware datetime, shown with its time (UTC)."""
    URL = "url"
    """An absolute http or https address; `post.address` makes one from a path."""
    LINES = "lines"
    """A list of {"text": …, "amount": …}, both shown as they are."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter. `optional` values must be named too, but may be None or empty.
    `urgent` letters are waited for, and go before all others."""

    values: Mapping[str, Value]
    optional: frozenset[str] = field(default_factory=frozenset)
    urgent: bool = False

    def check(self, context: Mapping[str, Any]) -> None:
        """Raises WrongContext unless the context has exactly these values."""
        missing, strange = self.values.keys() - context.keys(), context.keys() - self.values.keys()
        if missing:
            raise WrongContext(f"missing: {', '.join(sorted(missing))}")
        if strange:
            raise WrongContext(f"not known: {', '.join(sorted(strange))}")
        for name, value in self.values.items():
            given = context[name]
            empty = given is None or given in ("", [])
            if not (empty and name in self.optional) and not _fits(value, given):
                raise WrongContext(f"{name}: expected {value.value}, got {given!r}")


def find(name: str) -> Kind:
    """The kind of this name. Raises UnknownKind."""
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownKind(name) from None


def _fits(value: Value, given: object) -> bool:
    match value:
        case Value.TEXT | Value.MESSAGE:
            return isinstance(given, str) and bool(given.strip())
        case Value.DAY:
            return isinstance(given, date)
        case Value.MOMENT:
            return isinstance(given, datetime) and given.tzinfo is not None
        case Value.URL:
            return isinstance(given, str) and _is_address(given)
        case Value.LINES:
            return isinstance(given, list) and all(_is_line(line) for line in given)


def _is_address(given: str) -> bool:
    parts = urlsplit(given)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and given.split() == [given]


def _is_line(given: object) -> bool:
    return (
        isinstance(given, Mapping)
        and given.keys() == {"text", "amount"}
        and all(isinstance(part, str) for part in given.values())
    )


def _kind(*optional: str, urgent: bool = False, **values: Value) -> Kind:
    return Kind(values, frozenset(optional), urgent)


KINDS: Mapping[str, Kind] = {
    # A subscription's life
    "welcome": _kind(
        "next_payment_on",
        plan=Value.TEXT,
        price=Value.TEXT,
        next_payment_on=Value.DAY,
        account_url=Value.URL,
    ),
    "plan_changed": _kind(
        old_plan=Value.TEXT,
        new_plan=Value.TEXT,
        price=Value.TEXT,
        changes_on=Value.DAY,
        account_url=Value.URL,
    ),
    "ending": _kind(plan=Value.TEXT, ends_on=Value.DAY, keep_url=Value.URL),
    "ended": _kind(plan=Value.TEXT, plans_url=Value.URL),
    "paused": _kind(
        "resumes_on",
        plan=Value.TEXT,
        paused_from=Value.DAY,
        resumes_on=Value.DAY,
        resume_url=Value.URL,
    ),
    "terms_changed": _kind(valid_from=Value.DAY, summary=Value.MESSAGE, terms_url=Value.URL),
    # Newsletters
    "newsletter_confirm": _kind(names=Value.TEXT, confirm_url=Value.URL, urgent=True),
    # Seats
    "invitation": _kind(
        inviter=Value.TEXT,
        plan=Value.TEXT,
        accept_url=Value.URL,
        decline_url=Value.URL,
        expires_at=Value.DAY,
    ),
    "seat_taken_back": _kind(owner=Value.TEXT, plan=Value.TEXT, plans_url=Value.URL),
    "seat_given_up": _kind(reader=Value.TEXT, plan=Value.TEXT, seats_url=Value.URL),
    "ownership_offer": _kind(
        owner=Value.TEXT,
        plan=Value.TEXT,
        price=Value.TEXT,
        accept_url=Value.URL,
        decline_url=Value.URL,
        expires_at=Value.DAY,
    ),
    # Money
    "receipt": _kind(
        "tax",
        "period_start",
        "period_end",
        number=Value.TEXT,
        lines=Value.LINES,
        tax=Value.TEXT,
        total=Value.TEXT,
        period_start=Value.DAY,
        period_end=Value.DAY,
        invoice_url=Value.URL,
    ),
    "payment_failed": _kind(
        "retry_on",
        plan=Value.TEXT,
        amount=Value.TEXT,
        retry_on=Value.DAY,
        reading_until=Value.DAY,
        card_url=Value.URL,
    ),
    "refund": _kind(amount=Value.TEXT, number=Value.TEXT, account_url=Value.URL),
    "paid_twice": _kind(plan=Value.TEXT, amount=Value.TEXT, account_url=Value.URL),
    # Gifts
    "gift": _kind(
        "message",
        giver=Value.TEXT,
        message=Value.MESSAGE,
        plan=Value.TEXT,
        duration=Value.TEXT,
        redeem_url=Value.URL,
        card_url=Value.URL,
    ),
    "gift_bought": _kind(
        "sent_on",
        receiver=Value.TEXT,
        plan=Value.TEXT,
        duration=Value.TEXT,
        price=Value.TEXT,
        sent_on=Value.DAY,
        card_url=Value.URL,
    ),
    "gift_redeemed": _kind(receiver=Value.TEXT, plan=Value.TEXT, account_url=Value.URL),
    # An account's life
    "password_changed": _kind(
        "device",
        device=Value.TEXT,
        changed_at=Value.MOMENT,
        devices_url=Value.URL,
        reset_url=Value.URL,
    ),
    "new_device": _kind(
        device=Value.TEXT,
        signed_in_at=Value.MOMENT,
        devices_url=Value.URL,
        password_url=Value.URL,
    ),
    "account_deleted": _kind(address=Value.TEXT, deleted_at=Value.MOMENT),
    "export_ready": _kind(download_url=Value.URL, expires_at=Value.DAY),
    # Signing in and up
    "confirm_address": _kind(code=Value.TEXT, urgent=True),
    "sign_in_code": _kind(code=Value.TEXT, urgent=True),
    "reset_password": _kind(reset_url=Value.URL, urgent=True),
    "reset_code": _kind(code=Value.TEXT, urgent=True),
    "account_exists": _kind(sign_in_url=Value.URL, reset_url=Value.URL, urgent=True),
    "no_account": _kind(address=Value.TEXT, signup_url=Value.URL, urgent=True),
    "address_changed": _kind(old_address=Value.TEXT, new_address=Value.TEXT, account_url=Value.URL),
    "account_changed": _kind(title=Value.TEXT, text=Value.MESSAGE, account_url=Value.URL),
    # Whatever has no kind of its own; `account_url` is the page where it is dealt with
    "notice": _kind(title=Value.TEXT, text=Value.MESSAGE, account_url=Value.URL),
}
