"""When the next thing happens to an object by itself."""

from typing import Any

from broadsheet.stripe_stand_in.times import DAY, HOUR

type Doc = dict[str, Any]

INCOMPLETE_FOR = 23 * HOUR
"""A first payment that is not made within this ends the subscription."""
WARNED_BEFORE = 3 * DAY
"""A trial's end is announced so long before."""


def period_end(subscription: Doc) -> int:
    """When the subscription's current period ends."""
    return min(item["current_period_end"] for item in subscription["items"]["data"])


def due(doc: Doc) -> int | None:
    """The moment, or None if nothing will happen by itself."""
    found = DUES.get(doc["object"])
    return found(doc) if found else None


def _subscription(doc: Doc) -> int | None:
    status = doc["status"]
    if status in {"canceled", "incomplete_expired"}:
        return None
    moments = []
    if status == "incomplete":
        moments.append(doc["created"] + INCOMPLETE_FOR)
    else:
        moments.append(period_end(doc))
    if status == "trialing" and not doc.get("_warned"):
        moments.append(doc["trial_end"] - WARNED_BEFORE)
    if doc["cancel_at"]:
        moments.append(doc["cancel_at"])
    if doc["pause_collection"] and doc["pause_collection"]["resumes_at"]:
        moments.append(doc["pause_collection"]["resumes_at"])
    if doc["pending_update"]:
        moments.append(doc["pending_update"]["expires_at"])
    return min(moments)


def _invoice(doc: Doc) -> int | None:
    if not doc["auto_advance"]:
        return None
    if doc["status"] == "draft":
        return doc["automatically_finalizes_at"]
    if doc["status"] == "open":
        return doc["next_payment_attempt"]
    return None


def _session(doc: Doc) -> int | None:
    return doc["expires_at"] if doc["status"] == "open" else None


def _discount(doc: Doc) -> int | None:
    return doc["end"] if doc["subscription"] and not doc.get("_over") else None


DUES = {
    "subscription": _subscription,
    "invoice": _invoice,
    "checkout.session": _session,
    "discount": _discount,
}
