"""The small paper of the newsroom's tests, and readers who are signed in."""

from collections.abc import Callable

import pytest
from django.test import Client

from broadsheet.newsroom.models import Article
from broadsheet.readers.models import Reader
from tests.newsroom.conftest import Newsroom, _own_files, newsroom  # noqa: F401 (fixtures)
from tests.people import reader

type SignIn = Callable[[Reader], Client]


def signed_in(someone: Reader) -> Client:
    client = Client()
    client.force_login(someone, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def ana(db: None) -> Reader:
    return reader("ana@example.com")


@pytest.fixture
def browser(ana: Reader) -> Client:
    """Ana's."""
    return signed_in(ana)


@pytest.fixture
def story(newsroom: Newsroom) -> Article:  # noqa: F811 (it is asked for)
    return newsroom.story("a-bridge-opens")
