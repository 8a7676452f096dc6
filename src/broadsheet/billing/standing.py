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
PAID_UNTIL, PAUSED_UNTIL = "broadsheet_paid_until", "broadsheet_paused_until"
"""Keys of the metadata that is written when a reader pauses."""


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
    # A subscription that somebody made at Stripe may have other items than ours, or none.
    price: Mapping[str, Any] = (base or next(iter(items), {"price": {}}))["price"]
    meta = price.get("metadata", {}) if base else {}
    status = subscription["status"]
    due = _due_since(subscription, items, due_since)
    return Standing(
        status=status,
        live=status in LIVE,
        begun=status in RIGHTS,
        plan=meta.get("broadsheet_plan", ""),
        seats=int(meta.get("seats", 1)) + _further(items),
        currency=subscription["currency"].upper(),
        period=(price.get("recurring") or {}).get("interval", ""),
        amount=sum(_amount(item) for item in items),
        starts_at=datetime.fromtimestamp(subscription["start_date"], UTC),
        renews_at=moment(_period(items, "end")),
        trial_ends_at=moment(subscription.get("trial_end")) if status == "trialing" else None,
        cancel_at=_cancel_at(subscription, items),
        paused=bool(subscription.get("pause_collection")),
        paused_until=_paused_until(subscription),
        due_since=due,
        ends_at=_ends_at(subscription, items, due, grace),
    )


def moment(seconds: int | None) -> datetime | None:
    """Stripe's Unix time as ours."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _role(item: Mapping[str, Any]) -> str:
    return str(item["price"].get("metadata", {}).get("broadsheet_role", ""))


def _amount(item: Mapping[str, Any]) -> int:
    unit, quantity = item["price"].get("unit_amount"), item.get("quantity")
    return int((unit or 0) * (1 if quantity is None else quantity))


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
    # Usually a renewal failed, when its period began. What was changed at Stripe in the middle
    # of a year may fail as well: then grace begins with that invoice, not with the year.
    unpaid = subscription.get("latest_invoice")
    begun = _period(items, "start")
    if isinstance(unpaid, Mapping) and unpaid.get("status") == "open":
        begun = max(begun or 0, unpaid["created"])
    return known or moment(begun)


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
    cancelled = _cancel_at(subscription, items)
    paid = moment(paid_until(subscription)) if subscription.get("pause_collection") else None
    return min((end for end in (cancelled, paid) if end is not None), default=None)


def paid_until(subscription: Mapping[str, Any]) -> int | None:
    """Until when was paid when the reader paused, in Unix time; None: they did not. A pause that
    was made at Stripe takes nothing from readers."""
    return _written(subscription, PAID_UNTIL)


def is_unpaid(subscription: Mapping[str, Any]) -> bool:
    """Whether its reader paused, and the period it is in now was therefore not paid."""
    paid, begun = paid_until(subscription), _period(subscription["items"]["data"], "start")
    return paid is not None and begun is not None and begun >= paid


def _paused_until(subscription: Mapping[str, Any]) -> datetime | None:
    pause = subscription.get("pause_collection")
    if not pause:
        return None
    return moment(pause.get("resumes_at") or _written(subscription, PAUSED_UNTIL))


def _written(subscription: Mapping[str, Any], name: str) -> int | None:
    written = subscription.get("metadata", {}).get(name, "")
    return int(written) if written.isdecimal() else None
