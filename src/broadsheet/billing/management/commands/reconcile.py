"""Compares the paper with Stripe, and mends what was missed."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from broadsheet.billing import sweeping
from broadsheet.billing.till import TillAway, TillClosed


class Command(BaseCommand):
    """`django-admin reconcile`."""

    help = "Compare the paper with Stripe, and mend what was missed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How far back."""
        parser.add_argument(
            "--days", type=int, default=90, help="sessions and invoices of so many days"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Read everything; print each difference that was mended."""
        since = timezone.now() - timedelta(days=options["days"])
        try:
            mended = sweeping.reconcile(since)
        except TillClosed:
            raise CommandError("no key of Stripe's is set: there is nothing to compare") from None
        except TillAway:
            raise CommandError("Stripe does not answer; try again later") from None
        for line in mended:
            self.stdout.write(line)
        self.stdout.write(f"{len(mended)} differences")
