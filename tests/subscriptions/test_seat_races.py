"""Two people at once, each in a thread with a connection of its own, on a database in a file."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import clean_env

REPOSITORY = Path(__file__).resolve().parents[2]

type Told = dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def told(
    django_db_setup: None, new_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Told:
    """What became of each race, in each of its turns."""
    folder = tmp_path_factory.mktemp("races")
    if new_database.exists():
        shutil.copy(new_database, folder)
    settings = {
        "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django",
        "BROADSHEET_CONFIG": str(folder / "none.toml"),
        "BROADSHEET_DATA_DIR": str(folder),
        "BROADSHEET_SECRET_KEYS": '["a-key-for-tests-a-key-for-tests-a-key"]',
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.subscriptions.races"],
        check=False,
        cwd=REPOSITORY,
        env=clean_env(settings),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    outcomes: Told = json.loads(done.stdout)
    return outcomes


def test_an_invitation_that_is_accepted_twice_at_once_gives_one_seat(told: Told) -> None:
    assert all(said == ["NotOpen", "done"] for said in told["accepted twice"])


def test_the_last_seat_is_promised_to_one_of_two(told: Told) -> None:
    assert all(said == ["NoSeatLeft", "done"] for said in told["last seat"])


def test_an_address_that_is_invited_twice_at_once_has_one_invitation(told: Told) -> None:
    assert all(said == ["AlreadyInvited", "done"] for said in told["same address"])


def test_the_last_use_of_a_link_is_one_readers(told: Told) -> None:
    assert all(said == ["NotOpen", "done"] for said in told["last use"])


def test_a_subscription_that_changes_hands_is_waited_for_and_found(told: Told) -> None:
    assert all(said == ["done", "done"] for said in told["changing hands"])
