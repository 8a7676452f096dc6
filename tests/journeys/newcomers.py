"""New readers for journeys, put into the database of a paper that is being served.

Journeys that contest a seat need one that nobody contested before.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tests.journeys import books
from tests.live import PASSWORD

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
        printed = books.write(self._folder, "newcomers_book", *wanted)
        for plan, subscriptions in json.loads(printed).items():
            self._waiting[plan] += [[Account(email) for email in one] for one in subscriptions]
