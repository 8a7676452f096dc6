"""Puts the terms a paper starts with in place; a paper that has terms keeps its own."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from broadsheet.settings.django import PAPER
from broadsheet.terms.models import Terms

WITHDRAWAL_DAYS = 14
"""The law's own number in the European Union; the paper gives it to everybody."""


class Command(BaseCommand):
    """`django-admin ship_terms`."""

    help = "Publish the terms a paper starts with, unless it has terms already."

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish version 1 in every language of the interface, with this paper's numbers."""
        with transaction.atomic():
            if Terms.objects.of_line(None).exists():
                return
            for code, _ in settings.INTERFACE_LANGUAGES:
                Terms.objects.create(
                    language=code,
                    text=render_to_string(f"terms/version_1.{code}.html", _numbers()).strip(),
                    published_at=timezone.now(),
                )


def _numbers() -> dict[str, int]:
    return {
        "beat_seconds": round(PAPER.beat_seconds),
        "lease_seconds": round(PAPER.lease_seconds),
        "sharing_quiet_days": PAPER.sharing_quiet_days,
        "mine_quiet_days": PAPER.mine_quiet_days,
        "events_keep_days": PAPER.events_keep_days,
        "invoices_keep_years": PAPER.invoices_keep_years,
        "withdrawal_days": WITHDRAWAL_DAYS,
        "grace_days": PAPER.grace_days,
    }
