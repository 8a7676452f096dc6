"""What a reader changes about what they pay: shown in money first, done at Stripe, read back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import stripe
from django.db import transaction
from django.utils import timezone

from broadsheet.billing import catalogue, mirror, undoing
from broadsheet.billing.models import Agreement, Offer, OfferUse, Undoing
from broadsheet.billing.standing import (
    BASE,
    PAID_UNTIL,
    PAUSED_UNTIL,
    is_unpaid,
    moment,
    paid_until,
)
from broadsheet.billing.till import Declined, TillAway, asking, plain, refusal
from broadsheet.subscriptions.models import Price

logger = logging.getLogger(__name__)

PREVIEW_AGE = timedelta(minutes=30)
"""How long a price that was shown is kept to."""
TRIES = 20
"""How often the same change may be declined, each time with another card."""
WITHDRAWAL = timedelta(days=14)
"""As the law of the European Union has it (directive 2011/83/EU, article 9)."""


class Stale(Exception):
    """What was shown is too old, or no longer true: it has to be shown again."""


class TooFew(Exception):
    """More people read than there would be seats."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would cost. Amounts are in minor units."""

    today: int
    """To pay now; below zero: credited against what comes."""
    currency: str
    at: datetime
    """The moment it is reckoned for; the change is made as of that moment."""
    lines: tuple[tuple[str, int], ...]


def preview(agreement: Agreement, price: Price, seats: int, at: datetime) -> Preview:
    """What it would cost to go over to `price` with so many seats. Raises Stale when the
    subscription is not what we thought it was, and TillAway."""
    with _as_it_is(agreement), asking("reckoning a change") as till:
        present = plain(till.v1.subscriptions.retrieve(agreement.stripe_id))
        if present["status"] == "trialing":
            # Nothing is charged before the free days are over; Stripe would show what is then.
            return Preview(0, agreement.currency, at, ())
        said = plain(
            till.v1.invoices.create_preview(
                {
                    "customer": agreement.customer.stripe_id,
                    "subscription": agreement.stripe_id,
                    "subscription_details": {
                        "items": _items(present, price, seats),
                        "proration_behavior": "always_invoice",
                        "proration_date": int(at.timestamp()),
                        "cancel_at_period_end": False,
                    },
                }  # type: ignore[arg-type]
            )
        )
    lines = tuple((line.get("description") or "", line["amount"]) for line in said["lines"]["data"])
    today = said["amount_due"] if said["total"] >= 0 else said["total"]
    return Preview(today, said["currency"].upper(), at, lines)


def change(agreement: Agreement, price: Price, seats: int, at: datetime, agreed: int) -> None:
    """Go over to `price` with so many seats, for the amount that was agreed to. A subscription
    that was about to end goes on. Raises TooFew, Stale, Declined, TillAway."""
    bought = agreement.subscription
    if bought is not None and bought.seats.exclude(reader=None).count() > seats:
        raise TooFew
    if not timedelta() <= timezone.now() - at <= PREVIEW_AGE or agreement.paused:
        raise Stale
    if preview(agreement, price, seats, at).today != agreed:
        raise Stale
    with _as_it_is(agreement), asking("making a change") as till:
        present = plain(till.v1.subscriptions.retrieve(agreement.stripe_id))
        params = {
            "items": _items(present, price, seats),
            "proration_behavior": "always_invoice",
            "proration_date": int(at.timestamp()),
            "payment_behavior": "error_if_incomplete",
            "cancel_at_period_end": False,
        }
        # Pressed twice, or sent again on a train: the same change is made once.
        key = f"change-{agreement.stripe_id}-{price.pk}-{seats}-{int(at.timestamp())}-{agreed}"
        mirror.owe_reading(agreement.stripe_id)
        _once(till, agreement.stripe_id, params, key)
    _read_back(agreement)


def _once(till: stripe.StripeClient, stripe_id: str, params: dict[str, Any], key: str) -> None:
    """Make a change that costs something, once, however often it is asked for."""
    for number in range(TRIES):
        try:
            till.v1.subscriptions.update(
                stripe_id,
                params,  # type: ignore[arg-type]
                {"idempotency_key": f"{key}-{number}"},
            )
        except stripe.CardError as error:
            # Stripe repeats its refusal under the same key. With another card since then, the
            # reader may well press the same button again.
            if (error.headers or {}).get("Idempotent-Replayed") != "true":
                raise
        except stripe.IdempotencyError as error:
            raise Stale from error  # it was made, or tried, from another state
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing" and error.param != "id":
                raise Declined(str(refusal())) from error  # there is no card to pay with
            raise
        else:
            return
    raise Declined(str(refusal()))


def cancel(agreement: Agreement, reason: str = "") -> None:
    """Let it end when what is paid is used up. Raises TillAway."""
    details = {"cancellation_details": {"comment": reason[:500]}} if reason else {}
    _update(agreement, {"cancel_at_period_end": True, **details})


def keep(agreement: Agreement) -> None:
    """Take a cancellation back. Raises Stale, TillAway."""
    _update(agreement, {"cancel_at_period_end": False})
    agreement.refresh_from_db()
    if agreement.cancel_at is not None:  # staff had written a day of their own at Stripe
        _update(agreement, {"cancel_at": ""})


def may_withdraw(agreement: Agreement, now: datetime) -> bool:
    """Whether the days to think better of it are not over: then all that was paid goes back.

    By the button once; whoever subscribes again and withdraws again writes to the paper, or the
    paper could be read for nothing for good.
    """
    bought = agreement.subscription
    theirs = agreement.customer.agreements.values("stripe_id")
    before = Undoing.objects.filter(kind=Undoing.Kinds.WITHDRAWN, stripe_id__in=theirs).exists()
    in_time = bought is not None and now - bought.starts_at < WITHDRAWAL
    return in_time and not before and agreement.amount > 0


def withdraw(agreement: Agreement) -> None:
    """End it now, and give back all that was paid for it, by the card it was paid with."""
    with transaction.atomic():
        undoing.withdraw_later(agreement.stripe_id)


def pause(agreement: Agreement, until: datetime) -> None:
    """Ask for no money until a day; readers read on until what is paid is used up. Raises Stale
    when it is paused already, and TillAway.

    It is resumed by `resume` alone, never by Stripe: of a year that begins in a pause Stripe
    would drop the invoice, and ask for nothing until the year is over.
    """
    if agreement.paused or agreement.renews_at is None:
        raise Stale
    written = {
        PAID_UNTIL: str(int(agreement.renews_at.timestamp())),
        PAUSED_UNTIL: str(int(until.timestamp())),
    }
    _update(agreement, {"pause_collection": {"behavior": "void"}, "metadata": written})


def resume(agreement: Agreement, *, patient: bool = False) -> None:
    """End a pause now. When what was paid before is used up, a new period begins today, and is
    paid today. Raises Declined, unless `patient`: then the payment is due like any other that
    fails. Raises Stale, TillAway."""
    with asking("reading what is paused") as till:
        said = plain(till.v1.subscriptions.retrieve(agreement.stripe_id))
    goes_on: dict[str, Any] = {
        "pause_collection": "",
        "metadata": {PAID_UNTIL: "", PAUSED_UNTIL: ""},
    }
    if not is_unpaid(said):
        _update(agreement, goes_on)
        return
    goes_on |= {
        "billing_cycle_anchor": "now",
        "proration_behavior": "none",
        "payment_behavior": "allow_incomplete" if patient else "error_if_incomplete",
    }
    with _as_it_is(agreement), asking("ending a pause") as till:
        mirror.owe_reading(agreement.stripe_id)
        period = said["items"]["data"][0]["current_period_start"]
        key = f"resume-{agreement.stripe_id}-{paid_until(said)}-{period}-{int(patient)}"
        _once(till, agreement.stripe_id, goes_on, key)
    _read_back(agreement)


def resume_what_is_due(now: datetime) -> None:
    """End the pauses whose day has come. Raises TillAway."""
    due = Agreement.objects.filter(live=True, paused=True, paused_until__lte=now, cancel_at=None)
    for agreement in due.exclude(subscription=None):
        with suppress(Stale, Declined):  # declined: there is no card at all; it rests on
            resume(agreement, patient=True)


def stay(agreement: Agreement, offer: Offer) -> None:
    """Take up an offer instead of leaving. Raises TillAway."""
    coupon = catalogue.coupon(offer)
    _update(agreement, {"discounts": [{"coupon": coupon}], "cancel_at_period_end": False})
    OfferUse.objects.get_or_create(
        offer=offer, customer=agreement.customer, defaults={"at": timezone.now()}
    )


def renewal(agreement: Agreement) -> tuple[int, datetime | None]:
    """What is paid next, offers and tax included, in minor units, and when. Raises Stale,
    TillAway."""
    with _as_it_is(agreement), asking("reckoning the next payment") as till:
        said = plain(
            till.v1.invoices.create_preview(
                {
                    "customer": agreement.customer.stripe_id or "",
                    "subscription": agreement.stripe_id,
                }
            )
        )
    return said["amount_due"], moment(said.get("next_payment_attempt") or said.get("period_end"))


def _update(agreement: Agreement, params: dict[str, Any]) -> None:
    with _as_it_is(agreement), asking("changing a subscription") as till:
        mirror.owe_reading(agreement.stripe_id)
        till.v1.subscriptions.update(agreement.stripe_id, params)  # type: ignore[arg-type]
    _read_back(agreement)


def _read_back(agreement: Agreement) -> None:
    # It is changed. When Stripe goes away in this moment, the sweep reads what is owed.
    with suppress(TillAway):
        mirror.subscription(agreement.stripe_id)


@contextmanager
def _as_it_is(agreement: Agreement) -> Iterator[None]:
    """What Stripe refuses was asked of a subscription that has changed since we read it, or that
    is over: read it again. Raises Stale instead."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        logger.warning("%s: %s", agreement.stripe_id, error)
        with suppress(stripe.InvalidRequestError):
            mirror.subscription(agreement.stripe_id)
        raise Stale from error


def _items(present: dict[str, Any], price: Price, seats: int) -> list[dict[str, Any]]:
    """Stripe's own words for: these items instead of those there are."""
    wanted = catalogue.items(price, seats)
    roles = {
        item["price"]["metadata"].get("broadsheet_role", BASE): item["id"]
        for item in present["items"]["data"]
    }
    base, *further = wanted
    items: list[dict[str, Any]] = [{**base, **_known(roles.pop(BASE, None))}]
    seat = next(iter(roles.values()), None)
    if further:
        items.append({**further[0], **_known(seat)})
    elif seat:
        items.append({"id": seat, "deleted": True})
    return items


def _known(item: str | None) -> dict[str, str]:
    return {"id": item} if item else {}
