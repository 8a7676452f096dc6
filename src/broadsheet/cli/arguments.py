"""What can be typed after `broadsheet`, and where it leads."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from broadsheet.cli import archive, carrying, check, demo, new, reconcile, serve, update, work
from broadsheet.cli.papers import Refusal


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; ends the process with its exit code."""
    options = _parser().parse_args(arguments)
    try:
        sys.exit(options.run(options))
    except Refusal as refusal:
        print(f"broadsheet: {refusal}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="broadsheet", description="A digital newspaper, with one seat to one device."
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    one = commands.add_parser("demo", help="build and serve a demonstration paper")
    one.add_argument("--port", type=_port, default=8000, help="port to serve on (default: 8000)")
    one.add_argument(
        "--data", type=Path, default=Path("demo-data"), help="its folder (default: demo-data)"
    )
    one.add_argument("--fresh", action="store_true", help="throw the folder away and build anew")
    one.add_argument("--json", action="store_true", help="when ready, print one line of JSON")
    one.set_defaults(run=demo.run)

    one = commands.add_parser("new", help="make a paper of your own in a folder")
    one.add_argument("directory", type=Path)
    one.set_defaults(run=new.run)

    one = commands.add_parser("update", help="bring the database and static files up to date")
    one.set_defaults(run=update.run)

    one = commands.add_parser("serve", help="serve the paper whose settings are in this folder")
    one.add_argument("--host", default="127.0.0.1", help="address to listen on")
    one.add_argument("--port", type=_port, default=8000)
    one.add_argument("--workers", type=_workers, default=1, help="processes (default: 1)")
    one.add_argument(
        "--drain",
        type=_seconds,
        default=0,
        metavar="SECONDS",
        help="after SIGTERM, serve on for so long while /-/ready says no (default: 0)",
    )
    one.add_argument(
        "--no-background",
        dest="background",
        action="store_false",
        help="leave letters, schedules and sweeps to other processes",
    )
    one.set_defaults(run=serve.run)

    one = commands.add_parser("work", help="do the background's work, and serve nobody")
    one.set_defaults(run=work.run)

    one = commands.add_parser("reconcile", help="compare with Stripe, and mend what was missed")
    one.add_argument("--days", type=int, default=90, help="how far back (default: 90)")
    one.set_defaults(run=reconcile.run)

    carrying.add_to(commands)
    archive.add_to(commands)

    one = commands.add_parser(
        "check",
        help="say in words what is wrong with a deployment",
        description="Ends with 1 when there is a fault, with 0 when there is only advice.",
    )
    one.add_argument("--json", action="store_true", help="print one JSON object")
    one.set_defaults(run=check.run)
    return parser


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is between 1 and 65535")
    return number


def _workers(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 64:
        raise argparse.ArgumentTypeError("between 1 and 64")
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 3600:
        raise argparse.ArgumentTypeError("seconds, between 0 and 3600")
    return number
