"""A PostgreSQL for the tests that are about it: the run's own if it has one, else one more."""

from collections.abc import Callable, Iterator

import pytest

from tests import settings
from tests.servers.postgres import Postgres, postgres


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    if settings.SERVER is not None:
        yield settings.SERVER
        return
    with postgres() as one:
        yield one


@pytest.fixture
def empty_database(server: Postgres) -> Callable[[str], str]:
    """Makes an empty database of a name, and gives its address."""
    return server.database
