"""Addresses on their way to a mail server: faster than Django's parser, and no less careful."""

import pytest
from django.core.mail.backends.smtp import EmailBackend as Django
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.mail.smtp import EmailBackend

OURS, DJANGOS = (kind(alias="default", host="localhost") for kind in (EmailBackend, Django))


@given(st.emails())
def test_an_address_is_prepared_as_django_would(address: str) -> None:
    assert OURS.prep_address(address) == DJANGOS.prep_address(address)


@pytest.mark.parametrize(
    "address", ["Broadsheet <paper@localhost>", '"a b"@example.com', "vera@bücher.example"]
)
def test_what_is_no_plain_address_is_read_by_django(address: str) -> None:
    for _ in range(2):
        assert OURS.prep_address(address) == DJANGOS.prep_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "vera@example.com\r\nBcc: all@example.com",
        "vera@example.com\n",
        "vera@example.com, mal@example.com",
        "vera..x@example.com",
        "véra@example.com",
        "<>",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    for backend in (OURS, DJANGOS):
        with pytest.raises(ValueError, match="Invalid address"):
            backend.prep_address(address)
