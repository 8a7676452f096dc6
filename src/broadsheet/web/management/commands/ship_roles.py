"""Puts the groups and the workflow a paper starts with in place; a paper keeps its own."""

from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.web import roles


class Command(BaseCommand):
    """`django-admin ship_roles`."""

    help = "Make the groups and the workflow a paper starts with, unless it has them already."

    def handle(self, *args: Any, **options: Any) -> None:
        """All at once, or nothing."""
        roles.ship()
