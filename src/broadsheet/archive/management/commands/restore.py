"""Makes a file's paper this one."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from broadsheet.archive import restoring
from broadsheet.archive.file import NotAnArchive


class Command(BaseCommand):
    """`django-admin restore FILE`."""

    help = "Make the paper in FILE this one, which must be new, and prove that it is the same."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file; without one, only look whether this paper is new."""
        parser.add_argument("file", type=Path, nargs="?")
        parser.add_argument("--without-files", action="store_true", help="the database alone")
        parser.add_argument("--unfinished", action="store_true", help="until --finish is called")
        parser.add_argument("--finish", action="store_true", help="what was restored stays")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is done, and do it."""
        with_files = not options["without_files"]
        try:
            if options["finish"]:
                restoring.finish()
            elif options["file"] is None:
                restoring.must_be_new(with_files=with_files)
            else:
                restoring.restore(
                    options["file"],
                    self._say,
                    with_files=with_files,
                    unfinished=options["unfinished"],
                )
        except NotAnArchive as fault:
            raise CommandError(f"{options['file']} cannot be restored: {fault}.") from None
        except restoring.NotEmpty as fault:
            raise CommandError(f"Nothing was done: {fault}.") from None
        except restoring.NotTheSame as fault:
            raise CommandError(f"Nothing was kept, it is not what was backed up: {fault}") from None
        except DatabaseError as fault:
            raise CommandError(f"Nothing was kept, the database refuses it: {fault}") from None

    def _say(self, text: str) -> None:
        self.stdout.write(f"      {text}")
        self.stdout.flush()
