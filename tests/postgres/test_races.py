"""Two people, or two processes, at the same moment, in real transactions on PostgreSQL."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import clean_env
from tests.servers.postgres import Postgres

REPOSITORY = Path(__file__).resolve().parents[2]
OUTCOMES = {
    # Seats, as on SQLite
    "accepted twice": ["NotOpen", "done"],
    "last seat": ["NoSeatLeft", "done"],
    "same address": ["AlreadyInvited", "done"],
    "last use": ["NotOpen", "done"],
    # What one writer at a time took care of there
    "seat_taken_twice": ["done", "done", "done", "1 seats"],
    "subscription_changed_twice": ["done", "done", "done", "9 seats"],
    "contests_seen_by_two_hosts": ["done", "done", "8 counted", "2 cases"],
    "two_gifts_redeemed": ["done", "done", "one after the other"],
    "last_story_given": ["NotGiven", "done"],
    "published_by_two_hosts": ["done", "done", "1 times", "out"],
    "recommended_by_two_hosts": ["done", "done", "done", "something"],
    "tasks_done_by_three_hosts": ["done", "done", "done", "30 done", "1 at most"],
}

type Told = dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def told(server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What became of each race, in each of its turns."""
    folder = tmp_path_factory.mktemp("races")
    settings = {
        "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django",
        "BROADSHEET_CONFIG": str(folder / "none.toml"),
        "BROADSHEET_DATA_DIR": str(folder),
        "BROADSHEET_DATABASE_URL": server.database("races"),
        "BROADSHEET_SECRET_KEYS": '["a-key-for-tests-a-key-for-tests-a-key"]',
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.postgres.races"],
        check=False,
        cwd=REPOSITORY,
        env=clean_env(settings),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    outcomes: Told = json.loads(done.stdout)
    return outcomes


@pytest.mark.parametrize("race", OUTCOMES)
def test_who_comes_at_the_same_moment_is_served_one_after_the_other(told: Told, race: str) -> None:
    assert told[race] == [OUTCOMES[race]] * len(told[race])
