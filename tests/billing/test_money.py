"""Money as readers write it."""

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.billing.letters import per_period
from broadsheet.billing.money import in_words


@pytest.mark.parametrize(
    ("amount", "currency", "language", "words"),
    [
        (900, "USD", "en", "$9.00"),
        (900, "usd", "en-US", "$9.00"),
        (123456, "USD", "en", "$1,234.56"),
        (-250, "USD", "en", "-$2.50"),
        (0, "USD", "en", "$0.00"),
        (800, "EUR", "es", "8,00\xa0€"),
        (1234567, "EUR", "es", "12.345,67\xa0€"),
        (800, "EUR", "en", "€8.00"),
        (900, "USD", "es", "9,00\xa0US$"),
        (1500, "JPY", "en", "¥1,500"),
        (1500, "JPY", "es", "1.500\xa0JPY"),
        (12345, "KWD", "en", "KWD12.345"),
    ],
)
def test_each_currency_in_each_language(
    amount: int, currency: str, language: str, words: str
) -> None:
    assert in_words(amount, currency, language) == words


def test_without_a_language_it_is_the_one_in_force() -> None:
    with override("es"):
        assert in_words(800, "EUR") == "8,00\xa0€"
        assert per_period(800, "EUR", "month") == "8,00\xa0€ al mes"
        assert per_period(8000, "EUR", "year") == "80,00\xa0€ al año"
    with override(None):
        assert in_words(800, "EUR") == "€8.00"
    assert per_period(800, "EUR", "month", "en") == "€8.00 a month"


@given(st.integers(-(10**9), 10**9))
def test_no_cent_is_lost(amount: int) -> None:
    words = in_words(amount, "USD", "en")
    assert int("".join(one for one in words if one.isdigit() or one == "-")) == amount
