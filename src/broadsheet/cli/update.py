"""`broadsheet update`: database and static files as this version wants them."""

import argparse
import os
import subprocess
import sys

from broadsheet.cli.papers import Refusal, settings


def run(options: argparse.Namespace) -> int:
    """Bring the paper up to date; safe to repeat."""
    bring_up_to_date()
    return 0


def bring_up_to_date() -> None:
    """Database, cache table, static files, plans, terms, step by step as it tells.

    Raises Refusal when a step fails.
    """
    settings()
    django_admin(["update_paper"])


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
