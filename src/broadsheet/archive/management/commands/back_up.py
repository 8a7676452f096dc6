"""Writes the paper to a file, or says whether a file would restore."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from broadsheet.archive.backing_up import back_up


class Command(BaseCommand):
    """`django-admin back_up FILE`."""

    help = "Write the paper to FILE, while it is being served."
    requires_system_checks = ()  # one of them would write, and wait for whoever is moving

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--without-files", action="store_true", help="the database alone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is written, and write it."""
        back_up(options["file"], self._say, with_files=not options["without_files"])

    def _say(self, text: str) -> None:
        self.stdout.write(f"      {text}")
        self.stdout.flush()
