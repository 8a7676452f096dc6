"""Imports files of other papers, or a folder of this one's own."""

import csv
import logging
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from broadsheet.access import Level
from broadsheet.importing import runs
from broadsheet.importing.models import ImportRun, ReportLine
from broadsheet.importing.pieces import FileRefused
from broadsheet.subscriptions.address_lists import neutral

COLUMNS = ("file", "kind", "id", "title", "what", "why")
EVERY = 500
"""Items between two lines about the progress, where no line can be rewritten."""
INCOMPLETE = 1
INTERRUPTED = 130


class Command(BaseCommand):
    """`django-admin import_files`."""

    help = "Import exports of WordPress and Ghost, or a folder that export_files has written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What, where to, and how."""
        parser.add_argument("files", nargs="+", type=Path)
        parser.add_argument("--edition", default="")
        parser.add_argument("--section", default="")
        levels = [level.value for level in Level]
        parser.add_argument("--access", default=Level.FREE.value, choices=levels)
        parser.add_argument("--category", action="append", default=[], metavar="OLD=SECTION")
        parser.add_argument("--media", type=Path)
        parser.add_argument("--fetch-images", action="store_true")
        parser.add_argument("--site", default="")
        parser.add_argument("--comped-plan", default="")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--report", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """File after file. Ends with 1 when something of them could not be imported."""
        chosen = _chosen(options)
        # A line for every page would hide how far it is.
        logging.getLogger("wagtail").setLevel(logging.WARNING)
        whole = True
        with ExitStack() as stack:
            report = _Report(options["report"], stack) if options["report"] else None
            for path in options["files"]:
                whole &= self._one(path, chosen, report, dry=options["dry_run"])
        if not whole:
            sys.exit(INCOMPLETE)

    def _one(
        self, path: Path, chosen: runs.Options, report: "_Report | None", *, dry: bool
    ) -> bool:
        progress = _Progress(self.stdout.write)
        written = 0

        def sink(line: ReportLine) -> None:
            nonlocal written
            written += 1
            if report is not None:
                report.write(line)

        try:
            if dry:
                run = runs.dry_run(path, chosen, progress.show, sink)
            else:
                run = runs.begin(path, chosen)
                runs.carry_out(run, path, chosen, watcher=progress.show)
        except FileRefused as refused:
            raise CommandError(f"{path}: {refused}", returncode=2) from None
        except KeyboardInterrupt:
            progress.end()
            self.stdout.write("Stopped. The same command again goes on from here.")
            sys.exit(INTERRUPTED)
        progress.end()
        if not dry:
            for line in run.lines.iterator(chunk_size=1000):
                sink(line)
        self._tell(run, written, report, dry=dry)
        return not run.failed

    def _tell(self, run: ImportRun, lines: int, report: "_Report | None", *, dry: bool) -> None:
        would = "would be " if dry else ""
        self.stdout.write(
            f"{run.name}: {run.made} {would}made, {run.changed} {would}brought up to date, "
            f"{run.same} there already or left out, {run.kept} left as they are here, "
            f"{run.failed} not imported."
        )
        if lines and report is not None:
            self.stdout.write(f"{lines} things are not carried over, or not as they were.")
        elif lines:
            where = "" if dry else ", or look in the newsroom under Import"
            self.stdout.write(
                f"{lines} things are not carried over, or not as they were: "
                f"--report FILE lists them{where}."
            )


class _Report:
    """The list of what is not carried over, as a CSV file."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        try:
            path.touch(mode=0o600)  # members' addresses may stand in it
            file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}", returncode=2) from None
        self._writer = csv.writer(file)
        self._writer.writerow(COLUMNS)

    def write(self, line: ReportLine) -> None:
        """One line more; every cell is safe in a spreadsheet."""
        cells = (line.file, line.kind, line.foreign_id, line.title, line.what, line.why)
        self._writer.writerow([neutral(cell) for cell in cells])


class _Progress:
    """A line that is rewritten on a terminal; elsewhere a line now and then."""

    def __init__(self, write: Callable[..., Any]) -> None:
        self._write = write
        self._live = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._shown = False

    def show(self, run: ImportRun) -> None:
        """How far the run is."""
        if self._live:
            self._write(f"\r{run.progress} {run.name[:60]}\x1b[K", ending="")
            self._shown = True
        elif run.handled % EVERY == 0:
            self._write(f"{run.progress} {run.name}")

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            self._write("")
            self._shown = False


def _chosen(options: dict[str, Any]) -> runs.Options:
    categories = {}
    for pair in options["category"]:
        old, equals, section = pair.partition("=")
        if not equals or not old.strip():
            raise CommandError(f"--category {pair}: write OLD=SECTION", returncode=2)
        categories[old.strip()] = section.strip()
    return runs.Options(
        edition=options["edition"],
        section=options["section"],
        access=options["access"],
        categories=categories,
        media=str(options["media"].resolve()) if options["media"] else "",
        fetch_images=options["fetch_images"],
        site=options["site"],
        comped_plan=options["comped_plan"],
    )
