"""Brings the paper up to date, one step after the other, in one process."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("the database", "migrate", {}),
    ("the table of rate limits", "createcachetable", {}),
    ("style, fonts and scripts", "collectstatic", {"interactive": False}),
    ("the plans", "ship_plans", {}),
    ("the terms", "ship_terms", {}),
    ("the roles of its staff", "ship_roles", {}),
    ("the search index", "update_index", {}),
)


class Command(BaseCommand):
    """`django-admin update_paper`."""

    help = "Bring database, static files, plans, terms, roles and index up to date; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is done, and do it."""
        for number, (what, command, given) in enumerate(STEPS, 1):
            self.stdout.write(f"[{number}/{len(STEPS)}] {what}")
            self.stdout.flush()
            call_command(command, verbosity=0, **given)
