"""Brings a newsletter's readers in from a CSV file, or writes them to one."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from broadsheet.newsletters.carrying import NoList, bring_in, take_out
from broadsheet.newsletters.models import Newsletter


class Command(BaseCommand):
    """`django-admin newsletter_readers import|export FILE EDITION/NAME`."""

    help = "Bring a newsletter's readers in from a CSV file, or write them to one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What, which file, which list."""
        parser.add_argument("what", choices=("import", "export"))
        parser.add_argument("file", type=Path)
        parser.add_argument("list")
        parser.add_argument("--source", default="")
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say what was refused."""
        edition, _, slug = options["list"].partition("/")
        newsletter = Newsletter.objects.filter(edition__slug=edition, slug=slug).first()
        if newsletter is None:
            known = ", ".join(
                f"{each.edition.slug}/{each.slug}"
                for each in Newsletter.objects.select_related("edition")
            )
            raise CommandError(f"There is no list {options['list']}. There are: {known or 'none'}.")
        try:
            if options["what"] == "export":
                self._export(newsletter, options["file"])
            else:
                self._import(newsletter, options)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error

    def _export(self, newsletter: Newsletter, file: Path) -> None:
        with file.open("x", encoding="utf-8", newline="") as target:
            count = take_out(newsletter, target)
        self.stdout.write(f"{count} readers in {file}: personal data, keep it as such.")

    def _import(self, newsletter: Newsletter, options: dict[str, Any]) -> None:
        file, dry = options["file"], options["dry_run"]
        try:
            with file.open(encoding="utf-8-sig", newline="") as source:
                outcome = bring_in(
                    source, newsletter, source=options["source"] or file.name, dry=dry
                )
        except NoList as error:
            raise CommandError(f"{file}: {error}") from error
        for refused in outcome.refused:
            self.stdout.write(f"line {refused.line}: {refused.email[:80]}: {refused.why}")
        begin = "Would join" if dry else "Joined"
        self.stdout.write(
            f"{begin}: {outcome.joined}. Known already: {outcome.known}. "
            f"Refused: {len(outcome.refused)}."
        )
        if outcome.refused:
            sys.exit(1)
