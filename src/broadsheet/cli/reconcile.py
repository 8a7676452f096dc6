"""`broadsheet reconcile`: what Stripe knows and the paper missed."""

import argparse

from broadsheet.cli.papers import settings
from broadsheet.cli.update import django_admin


def run(options: argparse.Namespace) -> int:
    """Compare, mend, and say what was mended."""
    settings()
    django_admin(["reconcile", "--days", str(options.days)])
    return 0
