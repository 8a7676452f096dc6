"""Puts the plans a paper starts with in place; those that exist are left as they are."""

from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.translation import gettext_noop

from broadsheet.access import Mode
from broadsheet.subscriptions.models import Plan, Price

MONTH, YEAR = Price.Periods.MONTH, Price.Periods.YEAR


@dataclass(frozen=True, slots=True)
class Shipped:
    """One plan, and its prices: (currency, period) to Price's fields."""

    code: str
    name: str
    promise: str
    seats: int
    fields: dict[str, Any] = field(default_factory=dict)
    prices: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)


PLANS = (
    Shipped(
        "free",
        gettext_noop("Free account"),
        gettext_noop("A first look at the paper."),
        0,
        {"most_seats": 0, "gifts_per_month": 0},
    ),
    Shipped(
        "basic",
        gettext_noop("Basic"),
        gettext_noop("The whole paper, for you."),
        1,
        {},
        {
            ("USD", MONTH): {"amount": 900, "intro_amount": 100, "intro_periods": 1},
            ("USD", YEAR): {"amount": 9000},
            ("EUR", MONTH): {"amount": 800, "intro_amount": 100, "intro_periods": 1},
            ("EUR", YEAR): {"amount": 8000},
        },
    ),
    Shipped(
        "premium",
        gettext_noop("Premium"),
        gettext_noop("The whole paper, for you and one more."),
        2,
        {"most_seats": 5},
        {
            ("USD", MONTH): {"amount": 1400, "seat_amount": 500, "trial_days": 14},
            ("USD", YEAR): {"amount": 14000, "seat_amount": 5000},
            ("EUR", MONTH): {"amount": 1300, "seat_amount": 450, "trial_days": 14},
            ("EUR", YEAR): {"amount": 13000, "seat_amount": 4500},
        },
    ),
    Shipped(
        "group",
        gettext_noop("Group"),
        gettext_noop("The whole paper, for a class, an office or a club."),
        5,
        {"most_seats": 500},
        {
            ("USD", MONTH): {"amount": 3500, "seat_amount": 600},
            ("USD", YEAR): {"amount": 35000, "seat_amount": 6000},
            ("EUR", MONTH): {"amount": 3200, "seat_amount": 550},
            ("EUR", YEAR): {"amount": 32000, "seat_amount": 5500},
        },
    ),
    Shipped(
        "staff",
        gettext_noop("Staff"),
        gettext_noop("For those who make the paper."),
        1,
        {"mode": Mode.OFF.value, "on_offer": False, "gifts_per_month": 100},
    ),
)


class Command(BaseCommand):
    """`django-admin ship_plans`."""

    help = "Put the plans a paper starts with in place."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing."""
        for position, shipped in enumerate(PLANS):
            if not Plan.objects.filter(code=shipped.code).exists():
                _create(shipped, position)


@transaction.atomic
def _create(shipped: Shipped, position: int) -> None:
    plan = Plan.objects.create(
        code=shipped.code,
        name=shipped.name,
        promise=shipped.promise,
        seats=shipped.seats,
        position=position,
        **shipped.fields,
    )
    for (currency, period), amounts in shipped.prices.items():
        Price.objects.create(plan=plan, currency=currency, period=period, **amounts)
