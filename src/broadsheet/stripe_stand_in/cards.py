"""Stripe's test cards, and how each of them behaves."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Behaviour:
    """`now` refuses in the reader's presence and when attached, `later` when charged without
    them. `asks` is whether 3-D Secure is asked for: never, first, or always."""

    brand: str = "visa"
    now: str | None = None
    later: str | None = None
    asks: str = "never"


CARDS = {
    "4242424242424242": Behaviour(),
    "5555555555554444": Behaviour("mastercard"),
    "378282246310005": Behaviour("amex"),
    "4000000000000002": Behaviour(now="generic_decline"),
    "4000000000009995": Behaviour(now="insufficient_funds"),
    "4000000000000069": Behaviour(now="expired_card"),
    "4000000000000127": Behaviour(now="incorrect_cvc"),
    "4000000000000119": Behaviour(now="processing_error"),
    "4000000000000341": Behaviour(later="generic_decline"),
    "4000002500003155": Behaviour(asks="first"),
    "4000000000003220": Behaviour(asks="first"),
    "4000002760003184": Behaviour(asks="always"),
}

TEST_IDS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_threeDSecure2Required": "4000000000003220",
    "pm_card_authenticationRequired": "4000002760003184",
}

OFFERED = (
    "4242424242424242",
    "4000000000000002",
    "4000000000009995",
    "4000002500003155",
    "4000000000003220",
    "4000000000000341",
)
"""Numbers that the pages tell people of."""


def digits(number: str) -> str:
    """A number without spaces and dashes."""
    return re.sub(r"[\s-]", "", number)


def grouped(number: str) -> str:
    """A number as it stands on a card."""
    return " ".join(re.findall(r".{1,4}", number))


def luhn(number: str) -> bool:
    """Whether the check digit is right."""
    if not re.fullmatch(r"[0-9]{12,19}", number):
        return False
    doubled = [int(one) * (1 + at % 2) for at, one in enumerate(reversed(number))]
    return sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0


def expiry(text: str) -> tuple[int, int] | None:
    """Month and year of `MM/YY` or `MM/YYYY`; None if it is neither."""
    found = re.fullmatch(r"\s*(\d{1,2})\s*[/-]?\s*(\d{4}|\d{2})\s*", text)
    if not found:
        return None
    month, year = int(found[1]), int(found[2])
    if not 1 <= month <= 12:
        return None
    return month, year if year > 99 else 2000 + year


def expired(month: int, year: int, now: int) -> bool:
    """Whether the month is over."""
    at = datetime.fromtimestamp(now, UTC)
    return (year, month) < (at.year, at.month)
