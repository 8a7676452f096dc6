"""Nobody who asks a store stays on after the test."""

from collections.abc import Iterator

import pytest

from tests.seats.keeper import KEEPERS


@pytest.fixture(autouse=True)
def nobody_stays() -> Iterator[None]:
    yield
    while KEEPERS:
        KEEPERS.pop().close()
