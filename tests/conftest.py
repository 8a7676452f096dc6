"""Fixtures that any test may ask for: the cast, and a real paper served by its own command."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_django
from django.db import connection
from hypothesis import settings

from tests import people
from tests.live import SHORT, LivePaper, clean_env, copy_built, free_port, serve_demo
from tests.tables import Tables

__all__ = ["SHORT", "LivePaper", "clean_env", "free_port", "serve_demo"]

# Timings never decide a test.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def kept_tables(pytestconfig: pytest.Config) -> Tables:
    return Tables(pytestconfig.cache.mkdir("tables"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, kept_tables: Tables) -> None:
    """Fills the run's database before it is made, where that is SQLite."""
    if connection.vendor == "sqlite":
        kept_tables.fill()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_blocker: pytest_django.DjangoDbBlocker,
    kept_tables: Tables,
    new_database: Path,
) -> None:
    """Keeps a copy of the run's database as it was made, where that is SQLite."""
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock():
            connection.ensure_connection()
            made = connection.connection.serialize()
        new_database.write_bytes(made)
        kept_tables.keep(made)


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where that copy is, for other processes of the run."""
    return tmp_path_factory.mktemp("new") / "paper.sqlite3"


@pytest.fixture
def cast(db: None) -> people.Cast:
    return people.assemble()


@pytest.fixture(scope="session")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePaper]:
    """One demonstration paper for the whole run, built and served by `broadsheet demo`."""
    folder = tmp_path_factory.mktemp("demo") / "paper"
    copy_built(folder)
    yield from serve_demo(folder, SHORT)
