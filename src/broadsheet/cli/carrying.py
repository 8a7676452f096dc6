"""`broadsheet import` and `broadsheet export`: other papers' files come in, this one's go out."""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from broadsheet.cli.papers import settings

LEVELS = ("free", "registered", "subscribers")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Both commands, and what can be typed after them."""
    one = commands.add_parser(
        "import",
        help="import files of WordPress or Ghost, or a folder made by export",
        description="Ends with 0 when everything is there, 1 when something could not be "
        "imported (it is listed), 2 when nothing was, 130 when it was stopped. "
        "The same command again changes nothing that is there, and goes on where it stopped.",
    )
    one.add_argument("files", nargs="+", metavar="FILE", help="XML, JSON, CSV, or a folder")
    one.add_argument("--edition", help="into which edition, as in: us")
    one.add_argument("--section", help="where stories go that have no section of their own")
    one.add_argument("--access", choices=LEVELS, help="of WordPress's posts (default: free)")
    one.add_argument(
        "--category", action="append", metavar="OLD=SECTION", help="a category that is a section"
    )
    one.add_argument("--media", metavar="PATH", help="folder or ZIP archive of the old pictures")
    one.add_argument(
        "--fetch-images", action="store_true", help="fetch pictures that are not beside the file"
    )
    one.add_argument("--site", help="the old site, as in: https://old.example")
    one.add_argument("--comped-plan", metavar="CODE", help="the plan of who reads for nothing")
    one.add_argument("--dry-run", action="store_true", help="only say what would happen")
    one.add_argument("--report", metavar="FILE", help="write what is not carried over, as CSV")
    one.set_defaults(run=run_import)

    one = commands.add_parser(
        "newsletters",
        help="bring a newsletter's readers in, or write them out, as CSV",
        description="CSV files of this paper, of Mailchimp and of Ghost. Rows without the time of "
        "a consent, and readers who left here, are refused and listed; then it ends with 1.",
    )
    one.add_argument("what", choices=("import", "export"))
    one.add_argument("file", metavar="FILE", help="a CSV file")
    one.add_argument("--list", required=True, metavar="EDITION/NAME", help="as in: us/weekly")
    one.add_argument("--source", default="", help="where they agreed, for the record")
    one.add_argument("--dry-run", action="store_true", help="only say what would happen")
    one.set_defaults(run=run_newsletters)

    one = commands.add_parser("export", help="write the paper as files a person can read")
    one.add_argument("directory", metavar="DIR", help="a new folder")
    one.add_argument(
        "--readers", action="store_true", help="also readers' addresses: personal data"
    )
    one.set_defaults(run=run_export)


def run_import(options: argparse.Namespace) -> int:
    """Import; the exit code is the command's own."""
    command = ["import_files", *(str(Path(name).absolute()) for name in options.files)]
    for name in ("edition", "section", "access", "site", "comped_plan"):
        value = getattr(options, name)
        if value:
            command += ["--" + name.replace("_", "-"), value]
    for name in ("media", "report"):
        if getattr(options, name):
            command += [f"--{name}", str(Path(getattr(options, name)).absolute())]
    for pair in options.category or ():
        command += ["--category", pair]
    if options.fetch_images:
        command.append("--fetch-images")
    if options.dry_run:
        command.append("--dry-run")
    return _django(command)


def run_export(options: argparse.Namespace) -> int:
    """Export; the exit code is the command's own."""
    readers = ["--readers"] if options.readers else []
    return _django(["export_files", str(Path(options.directory).absolute()), *readers])


def run_newsletters(options: argparse.Namespace) -> int:
    """Bring readers in or write them out; the exit code is the command's own."""
    command = ["newsletter_readers", options.what, str(Path(options.file).absolute()), options.list]
    command += ["--source", options.source] if options.source else []
    return _django([*command, *(["--dry-run"] if options.dry_run else [])])


def _django(command: list[str]) -> int:
    """Run one of Django's commands on this terminal. Ctrl-C is the command's to answer."""
    settings()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django"}
    with subprocess.Popen(
        [sys.executable, "-m", "django", *command], env=environment, stdout=sys.stderr
    ) as process:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return process.wait()
        finally:
            signal.signal(signal.SIGINT, before)
