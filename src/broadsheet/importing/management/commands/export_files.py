"""Writes the paper as files a person can read."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from broadsheet.importing.paperfiles import writing


class Command(BaseCommand):
    """`django-admin export_files`."""

    help = "Write the paper's stories, pictures and pages into a new folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, and whether with readers' addresses."""
        parser.add_argument("directory", type=Path)
        parser.add_argument("--readers", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Everything, into a new folder."""
        folder: Path = options["directory"]
        try:
            stories = writing.export(folder, self._tell, readers=options["readers"])
        except writing.CannotExport as error:
            raise CommandError(str(error), returncode=2) from None
        self.stdout.write(f"{folder}: {stories} stories.")
        if options["readers"]:
            self.stdout.write(
                f"{folder / writing.READERS_FILE} holds readers’ addresses: keep it to yourself."
            )

    def _tell(self, what: str, done: int, total: int) -> None:
        if sys.stdout.isatty():
            end = "\n" if done == total else ""
            self.stdout.write(f"\r{what} {done}/{total}\x1b[K", ending=end)
        elif done == total or done % 500 == 0:
            self.stdout.write(f"{what} {done}/{total}")
