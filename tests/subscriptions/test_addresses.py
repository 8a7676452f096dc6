"""When two spellings are one address, and how little of one is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.subscriptions.addresses import (
    PUBLIC_PROVIDERS,
    NotAnAddress,
    domain_key,
    email_key,
    masked,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana@Example.com", "ana@example.com"),
        (" ana@example.com ", "ana@example.com"),
        ("ana@ÑANDÚ.es", "ana@xn--and-6ma2c.es"),
        ("ana@\u00f1andu.es", "ana@n\u0303andu.es"),
    ],
)
def test_one_address_has_one_key_however_it_is_written(one: str, other: str) -> None:
    assert email_key(one) == email_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ana+x@example.com", "ana@example.com"),
        ("a.na@gmail.com", "ana@gmail.com"),
        ("ana@straße.de", "ana@strasse.de"),
        ("ana@example.com", "ana@example.org"),
    ],
)
def test_other_addresses_have_other_keys(one: str, other: str) -> None:
    assert email_key(one) != email_key(other)


@pytest.mark.parametrize(
    "bad",
    ["", "ana", "ana@", "@example.com", "a b@example.com", "ana@exa mple.com", "ana@-x-.com",
     "ana@example.com\nBcc: x@example.com", "x" * 300 + "@example.com", "ana@[127.0.0.1]"],
)  # fmt: skip
def test_what_is_not_an_address_is_refused(bad: str) -> None:
    with pytest.raises(NotAnAddress):
        email_key(bad)


@given(st.text(max_size=40))
def test_no_text_is_too_strange_to_be_looked_at(text: str) -> None:
    try:
        key = email_key(text)
    except NotAnAddress:
        return
    assert email_key(key) == key


@given(st.emails())
def test_a_key_is_its_own_key(address: str) -> None:
    try:
        key = email_key(address)
    except NotAnAddress:
        return
    assert email_key(key) == key


def test_a_masked_address_shows_one_letter_and_the_domain() -> None:
    assert masked("luisa@example.com") == "l…@example.com"


def test_public_providers_are_written_as_domains_are_kept() -> None:
    assert all(domain_key(name) == name for name in PUBLIC_PROVIDERS)
