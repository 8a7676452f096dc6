"""Puts the plans a paper starts with in place; those that exist are left as they are."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext_noop

from broadsheet.subscriptions.models import Plan

PLANS = (
    ("free", gettext_noop("Free account"), gettext_noop("A first look at the paper."), 0),
    ("basic", gettext_noop("Basic"), gettext_noop("The whole paper, for you."), 1),
    ("premium", gettext_noop("Premium"), gettext_noop("The whole paper, for you and one more."), 2),
)


class Command(BaseCommand):
    """`django-admin ship_plans`."""

    help = "Put the plans a paper starts with in place."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing."""
        for position, (code, name, promise, seats) in enumerate(PLANS):
            Plan.objects.get_or_create(
                code=code,
                defaults={"name": name, "promise": promise, "seats": seats, "position": position},
            )
