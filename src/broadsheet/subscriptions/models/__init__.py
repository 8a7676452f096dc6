"""Plans, what somebody pays for, who reads under it, and what happens on contested seats."""

from broadsheet.subscriptions.models.handover import OwnershipOffer
from broadsheet.subscriptions.models.imports import SeatImport, SeatImportRow
from broadsheet.subscriptions.models.invitations import Invitation
from broadsheet.subscriptions.models.joining import JoinDomain, JoinLink
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
    "Invitation",
    "JoinDomain",
    "JoinLink",
    "MineAnswer",
    "OwnershipOffer",
    "Plan",
    "PlanWords",
    "Price",
    "Seat",
    "SeatContest",
    "SeatImport",
    "SeatImportRow",
    "SharingCase",
    "Subscription",
]
