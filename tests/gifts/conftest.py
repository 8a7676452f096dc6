"""The small paper of the newsroom's tests, without seats left over from other tests."""

import pytest

from tests.leaks.conftest import house  # noqa: F401 (a fixture)
from tests.newsroom.conftest import Newsroom, newsroom  # noqa: F401 (fixtures)
from tests.people import Cast


@pytest.fixture
def path(newsroom: Newsroom, cast: Cast, house: None) -> str:  # noqa: F811 (they are asked for)
    """The address of a subscribers' story."""
    return str(newsroom.story("story", access="subscribers").get_url())
