"""Numbers as a paper writes them."""

from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any

from django.utils import formats, translation


def write_number(value: Decimal | float) -> str:
    """A number as the active language writes it, with a true minus and no needless zeros."""
    plain = format(Decimal(str(value)).normalize(), "f")
    return formats.number_format(Decimal(plain), force_grouping=True).replace("-", "\N{MINUS SIGN}")


def in_language_of(edition: Any) -> AbstractContextManager[Any]:
    """Makes an edition's language the active one; without an edition all stays as it is."""
    language = edition.language.lower() if edition else translation.get_language()
    return translation.override(language)
