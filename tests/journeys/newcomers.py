"""New readers for journeys, put into the database of a paper that is being served.

Journeys that contest a seat need one that nobody contested before.
"""

import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tests.live import PASSWORD, clean_env

REPOSITORY = Path(__file__).resolve().parents[2]
AT_ONCE = {"basic": 100, "premium": 2, "free": 2}


@dataclass(frozen=True)
class Account:
    """Somebody to sign in as."""

    email: str
    password: str = PASSWORD


class Newcomers:
    """Readers of a paper, none of whom has ever come in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[str, list[list[Account]]] = defaultdict(list)

    def subscribe(self, plan: str) -> list[Account]:
        """A new subscription to a plan: the readers of its seats, its owner first."""
        if not self._waiting[plan]:
            self._make()
        return self._waiting[plan].pop()

    def _make(self) -> None:
        wanted = [str(part) for pair in AT_ONCE.items() for part in pair]
        done = subprocess.run(
            [sys.executable, "-m", "tests.journeys.newcomers_book", *wanted],
            check=False,
            cwd=REPOSITORY,
            env=clean_env(
                {
                    "BROADSHEET_CONFIG": str(self._folder / "broadsheet.toml"),
                    "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django",
                }
            ),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        for plan, subscriptions in json.loads(done.stdout).items():
            self._waiting[plan] += [[Account(email) for email in one] for one in subscriptions]
