"""New readers for journeys, put into the database of a paper that is being served.

Journeys that contest a seat need one that nobody contested before. Run with the paper's
settings chosen: `python -m tests.journeys.newcomers basic 30`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django

REPOSITORY = Path(__file__).resolve().parents[2]
PASSWORD = "one-seat-one-device"
BATCH = 40


@dataclass(frozen=True)
class Account:
    """Somebody to sign in as."""

    email: str
    password: str = PASSWORD


def make(folder: Path, plan: str, number: int) -> list[list[Account]]:
    """So many new subscriptions to a plan; of each, the readers of its seats."""
    chosen = {
        "BROADSHEET_CONFIG": str(folder / "broadsheet.toml"),
        "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django",
    }
    command = [sys.executable, "-m", "tests.journeys.newcomers", plan, str(number)]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=_environment(chosen), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return [[Account(email) for email in seats] for seats in json.loads(done.stdout)]


def queue(folder: Path, plan: str, batch: int = BATCH) -> Iterator[list[Account]]:
    """New subscriptions to a plan, without end."""
    while True:
        yield from make(folder, plan, batch)


def _environment(chosen: dict[str, str]) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BROADSHEET_", "DJANGO_"))
    }
    return {**inherited, **chosen}


def _subscriptions(code: str, number: int) -> list[list[str]]:
    # Imported here: models can be only once the settings are chosen.
    from django.contrib.auth.hashers import make_password
    from django.db import transaction

    from broadsheet.readers.models import Reader
    from broadsheet.subscriptions.models import Plan
    from tests import people

    secret = make_password(PASSWORD)  # once for all of them: it is slow on purpose
    plan = Plan.objects.get(code=code)
    first = Reader.objects.count()
    made = []
    with transaction.atomic():
        for each in range(number):
            seats = [
                _reader(f"{code}-{first + each}-{seat}@example.com", secret)
                for seat in range(max(1, plan.seats))
            ]
            if plan.seats:
                people.subscribe(seats[0], plan, *seats[1:])
            made.append([reader.email for reader in seats])
    return made


def _reader(email: str, secret: str) -> "object":
    from allauth.account.models import EmailAddress

    from broadsheet.readers.models import Reader

    reader = Reader.objects.create(email=email, password=secret)
    EmailAddress.objects.create(user=reader, email=email, verified=True, primary=True)
    return reader


if __name__ == "__main__":
    django.setup()
    print(json.dumps(_subscriptions(sys.argv[1], int(sys.argv[2]))))
