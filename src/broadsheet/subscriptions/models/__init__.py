"""Plans, what somebody pays for, who reads under it, and what happens on contested seats."""

from broadsheet.subscriptions.models.plans import Plan, PlanWords, Price
from broadsheet.subscriptions.models.seats import Seat, Subscription
from broadsheet.subscriptions.models.sharing import (
    DailyTotal,
    MineAnswer,
    SeatContest,
    SharingCase,
)

__all__ = [
    "DailyTotal",
    "MineAnswer",
    "Plan",
    "PlanWords",
    "Price",
    "Seat",
    "SeatContest",
    "SharingCase",
    "Subscription",
]
