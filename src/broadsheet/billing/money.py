"""Money in words: integer minor units and a currency, as a reader writes them."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language


def in_words(amount: int, currency: str, language: str = "") -> str:
    """Such as `$9.00` or `9,00 €`; `amount` is in minor units of `currency` (ISO 4217)."""
    code = currency.upper()
    value = Decimal(amount).scaleb(-get_currency_precision(code))
    locale = (language or get_language() or "en").replace("-", "_").partition("_")[0]
    return str(format_currency(value, code, locale=locale))
