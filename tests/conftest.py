"""Fixtures that any test may ask for: the cast, and a real paper served by its own command."""

from collections.abc import Iterator

import pytest

from tests import people
from tests.live import SHORT, LivePaper, clean_env, free_port, serve_demo

__all__ = ["SHORT", "LivePaper", "clean_env", "free_port", "serve_demo"]


@pytest.fixture
def cast(db: None) -> people.Cast:
    return people.assemble()


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePaper]:
    """One demonstration paper for the whole run, built and served by `broadsheet demo`."""
    yield from serve_demo(tmp_path_factory.mktemp("demo") / "paper", SHORT)
