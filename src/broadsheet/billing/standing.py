"""What a subscription at Stripe means for its readers. Values in, values out: no clock, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

LIVE = frozenset({"trialing", "active", "past_due", "unpaid", "paused", "incomplete"})
"""Statuses in which a subscription may still ask for money."""
RIGHTS = frozenset({"trialing", "active", "past_due", "unpaid", "paused", "canceled"})
"""Statuses that only a subscription has that was begun: its first payment went through."""
BASE, SEAT = "base", "seat"
"""Roles of a subscription's items: the plan itself, and seats added to it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One reading of a subscription. Times are UTC; amounts are in minor units."""

    status: str
    live: bool
    begun: bool
    plan: str
    """The plan's code; empty: it is not one of this paper's."""
    seats: int
    currency: str
    period: str
    amount: int
    """What a whole period costs, before offers and tax."""
    starts_at: datetime
    renews_at: datetime | None
    trial_ends_at: datetime | None
    cancel_at: datetime | None
    """Set when it was cancelled for a day to come."""
    paused: bool
    paused_until: datetime | None
    due_since: datetime | None
    ends_at: datetime | None
    """When its readers' right ends as things stand; None: it goes on."""


def read(subscription: Mapping[str, Any], due_since: datetime | None, grace: timedelta) -> Standing:
    """What Stripe's subscription object says. `due_since`: when a payment first failed, if it
    is known from before; `grace`: how long readers read on after that."""
    items = subscription["items"]["data"]
    base = next((item for item in items if _role(item) == BASE), None)
    meta = base["price"]["metadata"] if base else {}
    recurring = (base or items[0])["price"]["recurring"]
    status = subscription["status"]
    due = _due_since(subscription, items, due_since)
    return Standing(
        status=status,
        live=status in LIVE,
        begun=status in RIGHTS,
        plan=meta.get("broadsheet_plan", ""),
        seats=int(meta.get("seats", 1)) + _further(items),
        currency=subscription["currency"].upper(),
        period=recurring["interval"],
        amount=sum(item["price"]["unit_amount"] * item.get("quantity", 1) for item in items),
        starts_at=datetime.fromtimestamp(subscription["start_date"], UTC),
        renews_at=moment(_period(items, "end")),
        trial_ends_at=moment(subscription.get("trial_end")) if status == "trialing" else None,
        cancel_at=_cancel_at(subscription, items),
        paused=bool(subscription.get("pause_collection")),
        paused_until=moment((subscription.get("pause_collection") or {}).get("resumes_at")),
        due_since=due,
        ends_at=_ends_at(subscription, items, due, grace),
    )


def moment(seconds: int | None) -> datetime | None:
    """Stripe's Unix time as ours."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _role(item: Mapping[str, Any]) -> str:
    return str(item["price"].get("metadata", {}).get("broadsheet_role", ""))


def _further(items: list[dict[str, Any]]) -> int:
    return sum(item.get("quantity", 0) for item in items if _role(item) == SEAT)


def _period(items: list[dict[str, Any]], edge: str) -> int | None:
    # The period stands on the items, which share one in the paper's subscriptions.
    edges = [item[f"current_period_{edge}"] for item in items]
    return max(edges) if edges else None


def _due_since(
    subscription: Mapping[str, Any], items: list[dict[str, Any]], known: datetime | None
) -> datetime | None:
    if subscription["status"] not in ("past_due", "unpaid"):
        return None
    return known or moment(_period(items, "start"))


def _cancel_at(subscription: Mapping[str, Any], items: list[dict[str, Any]]) -> datetime | None:
    if subscription["status"] not in LIVE:
        return None
    if subscription.get("cancel_at"):
        return moment(subscription["cancel_at"])
    return moment(_period(items, "end")) if subscription.get("cancel_at_period_end") else None


def _ends_at(
    subscription: Mapping[str, Any],
    items: list[dict[str, Any]],
    due: datetime | None,
    grace: timedelta,
) -> datetime | None:
    status = subscription["status"]
    if status not in LIVE:
        return moment(subscription.get("ended_at") or subscription.get("canceled_at"))
    if due is not None:
        return due + grace
    if status == "paused":  # a trial ended without a card
        return moment(subscription.get("trial_end"))
    if subscription.get("pause_collection"):
        return moment(_paid_until(subscription))
    return _cancel_at(subscription, items)


def _paid_until(subscription: Mapping[str, Any]) -> int | None:
    # Written there when the reader paused; a pause made at Stripe takes nothing from readers.
    written = subscription.get("metadata", {}).get("broadsheet_paid_until", "")
    return int(written) if written.isdecimal() else None
