"""Clients that are signed in, and that have proven again who they are."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from broadsheet.readers.models import Reader
from tests.people import PASSWORD

type SignIn = Callable[..., Client]


@pytest.fixture
def signed_in(db: None) -> SignIn:
    """A browser in which a reader signed in with their password."""

    def sign_in(reader: Reader, **options: bool) -> Client:
        client = Client(**options)
        client.post("/account/login/", {"login": reader.email, "password": PASSWORD})
        return client

    return sign_in


@pytest.fixture
def proven(signed_in: SignIn) -> SignIn:
    """The same, and the reader has just shown again that it is them."""

    def prove(reader: Reader, **options: bool) -> Client:
        client = signed_in(reader, **options)
        client.post("/account/reauthenticate/", {"password": PASSWORD})
        return client

    return prove


@pytest.fixture(autouse=True)
def empty_cache(db: None) -> None:
    cache.clear()
