"""`broadsheet update`: database and static files as this version wants them."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable

from broadsheet.cli.papers import Refusal, say, settings


def run(options: argparse.Namespace) -> int:
    """Bring the paper up to date; safe to repeat."""
    bring_up_to_date(say)
    return 0


def bring_up_to_date(report: Callable[[str], None]) -> None:
    """Database, cache table, plans, terms, static files. Raises Refusal when a step fails."""
    settings()
    steps = [
        ("the database", ["migrate", "--verbosity", "0"]),
        ("the table of rate limits", ["createcachetable"]),
        ("style, fonts and scripts", ["collectstatic", "--noinput", "--verbosity", "0"]),
        ("the plans", ["ship_plans"]),
        ("the terms", ["ship_terms"]),
    ]
    for number, (what, command) in enumerate(steps, 1):
        report(f"[{number}/{len(steps)}] {what}")
        django_admin(command)


def django_admin(command: list[str]) -> None:
    """Run one of Django's commands in a process of its own, so that its memory is given back.

    Raises Refusal with what it printed when it fails.
    """
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "broadsheet.settings.django"}
    done = subprocess.run(
        [sys.executable, "-m", "django", *command],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=sys.stderr,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refusal(f"`{' '.join(command)}` failed:\n{done.stderr.strip()}")
