"""A PostgreSQL for the tests that are about it: the run's own if it has one, else one more."""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import settings
from tests.conftest import clean_env
from tests.servers.postgres import Postgres, postgres

REPOSITORY = Path(__file__).resolve().parents[2]
LASTING = (
    "newsroom_",
    "readers_",
    "account_",
    "wagtailcore_page",
    "wagtailcore_revision",
    "subscriptions_dailytotal",
    "subscriptions_seat",
    "subscriptions_subscription",
)
"""Tables that neither an update nor the background writes to by itself."""

type Told = dict[str, Any]
type Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    if settings.SERVER is not None:
        yield settings.SERVER
        return
    with postgres() as one:
        yield one


@pytest.fixture(scope="session")
def tables(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with a paper's tables and nothing in them, to make others like it: making them
    is what takes long."""
    environment = chosen(tmp_path_factory.mktemp("tables"), server.database("tables"))
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(command, env=environment, check=True, timeout=600)
    return "tables"


@pytest.fixture(scope="session")
def told(server: Postgres, tables: str, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What came of the races, and of the searches, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.postgres.races"],
        check=False,
        cwd=REPOSITORY,
        env=chosen(tmp_path_factory.mktemp("races"), server.database("races", tables)),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    outcomes: Told = json.loads(done.stdout)
    return outcomes


def chosen(folder: Path, database: str) -> dict[str, str]:
    """The environment of a process whose paper is in this folder and database."""
    return clean_env(
        {
            "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django",
            "BROADSHEET_CONFIG": str(folder / "none.toml"),
            "BROADSHEET_DATA_DIR": str(folder),
            "BROADSHEET_DATABASE_URL": database,
            "BROADSHEET_SECRET_KEYS": '["a-key-for-tests-a-key-for-tests-a-key"]',
        }
    )


def broadsheet(folder: Path, *typed: str, database: str = "", said: str = "") -> Done:
    """The command, typed in a paper's folder; `said` is what somebody types when asked."""
    other = {"BROADSHEET_DATABASE_URL": database} if database else {}
    return subprocess.run(
        [sys.executable, "-m", "broadsheet", *typed],
        cwd=folder,
        env={**clean_env(other), "PYTHONPATH": os.pathsep.join(sys.path)},
        input=said,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def manifest(path: Path) -> dict[str, Any]:
    """What a backup says of itself."""
    with tarfile.open(path) as tar:
        found = tar.extractfile("manifest.json")
        assert found is not None
        told: dict[str, Any] = json.loads(found.read())
    return told


def lasting(told: dict[str, Any]) -> dict[str, Any]:
    """Of that, what only people change: rows, digests and numbers given, by table."""
    return {name: one for name, one in told["tables"].items() if name.startswith(LASTING)}
