"""Amounts in minor units, rounded half away from zero as Stripe rounds."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

ZERO_DECIMALS = {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd"}


def rounded(amount: Fraction) -> int:
    """The nearest whole number, halves away from zero."""
    size = (abs(amount) * 2 + 1) // 2
    return int(size) if amount >= 0 else -int(size)


def part(amount: int, numerator: int, denominator: int) -> int:
    """A share of an amount: a proration to the second, for instance."""
    if denominator == 0:
        return 0
    return rounded(Fraction(amount * numerator, denominator))


def percentage(amount: int, percent: float) -> int:
    """So many percent of an amount."""
    return rounded(Fraction(amount) * Fraction(str(percent)) / 100)


def spread(amount: int, over: Sequence[int]) -> list[int]:
    """An amount divided in proportion; what rounding leaves goes to the last that is not nought."""
    whole = sum(over)
    shares = [part(amount, one, whole) for one in over]
    last = max((at for at, one in enumerate(over) if one), default=None)
    if last is not None:
        shares[last] += amount - sum(shares)
    return shares


def shown(amount: int, currency: str, locale: str = "en") -> str:
    """An amount as people read it: 9.00 USD, 9,00 EUR."""
    places = 0 if currency in ZERO_DECIMALS else 2
    value = (Decimal(abs(amount)) / 10**places).quantize(
        Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP
    )
    text = f"{value:,}"
    if locale == "es":
        text = text.replace(",", " ").replace(".", ",")
    sign = "−" if amount < 0 else ""
    return f"{sign}{text} {currency.upper()}"
