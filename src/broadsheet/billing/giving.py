"""Subscriptions as gifts: paid by one reader, redeemed by another."""

import logging
from datetime import datetime, timedelta, tzinfo
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override

from broadsheet.billing.models import Gift, Purchase
from broadsheet.billing.money import in_words
from broadsheet.mail import post
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Plan, Price, Subscription

logger = logging.getLogger(__name__)

KEPT_DETAILS = ("plan", "months", "amount", "currency", "offer")
"""Of a purchase's details: what is about no person."""


class RedeemedAlready(Exception):
    """Somebody has redeemed this gift before, or its giver has the money back."""


class GoesOn(Exception):
    """The reader has a subscription without an end: the gift can wait, or be passed on."""


def months_of(price: Price, periods: int) -> int:
    """How many months so many periods of a price are."""
    return periods * (12 if price.period == Price.Periods.YEAR else 1)


@transaction.atomic
def issue(purchase: Purchase) -> Gift | None:
    """Make the gift that was paid. Safe to repeat. None: its plan is no more."""
    purchase = Purchase.objects.select_for_update().get(pk=purchase.pk)
    # As it was bought, whatever has become of the price since.
    details = purchase.details
    plan = Plan.objects.filter(pk=details["plan"]).first()
    if plan is None:
        return None
    gift, created = Gift.objects.get_or_create(
        purchase=purchase,
        defaults={
            "plan": plan,
            "months": int(details["months"]),
            "giver": details["giver"],
            "receiver": details["receiver"],
            "receiver_email": details["receiver_email"],
            "message": details["message"],
            "language": details["language"],
            "deliver_at": datetime.fromisoformat(details["deliver_at"]),
        },
    )
    if created:
        purchase.state, purchase.settled_at = Purchase.States.PAID, timezone.now()
        if purchase.customer.reader_id is None:
            purchase.details = without_people(details)
        purchase.save(update_fields=["state", "settled_at", "details"])
        _thank(gift, int(details["amount"]), str(details["currency"]))
    return gift


def without_people(details: dict[str, Any]) -> dict[str, Any]:
    """What may be kept of a purchase's details when its buyer has gone."""
    return {name: details[name] for name in KEPT_DETAILS if name in details}


def give_back(token: str) -> None:
    """The whole price of a purchase went back: a gift that nobody has redeemed is over."""
    unredeemed = Gift.objects.filter(purchase__token=token, redeemed_at=None, given_back_at=None)
    unredeemed.update(given_back_at=timezone.now())


def deliver() -> None:
    """Send the gifts whose day has come."""
    due = Gift.objects.filter(delivered_at=None, deliver_at__lte=timezone.now())
    for gift in due.exclude(receiver_email="").filter(redeemed_at=None, given_back_at=None):
        try:
            _send(gift)
        except Exception:
            logger.exception("gift %s could not be sent", gift.pk)


@transaction.atomic
def redeem(gift: Gift, reader: Reader, now: datetime, zone: tzinfo) -> Subscription:
    """The reader's subscription for the gift's months: from now, or from the end of what they
    have. Months are counted in `zone`, and the 31st becomes a shorter month's last day.
    Raises RedeemedAlready and GoesOn.
    """
    # Two gifts redeemed at once come one after the other.
    Reader.objects.select_for_update(no_key=True).get(pk=reader.pk)
    gift = Gift.objects.select_for_update().get(pk=gift.pk)
    if gift.redeemed_at is not None or gift.given_back_at is not None:
        raise RedeemedAlready
    starts = _free_from(reader, now)
    ends = starts.astimezone(zone) + relativedelta(months=gift.months)
    gift.subscription = Subscription.objects.create(
        owner=reader,
        plan=gift.plan,
        seats_bought=gift.plan.seats,
        starts_at=starts,
        ends_at=ends,
    )
    gift.redeemed_at = now
    gift.save(update_fields=["subscription", "redeemed_at"])
    _tell_giver(gift)
    return gift.subscription


def lasting(gift: Gift) -> str:
    """Such as `3 months`, in the language in force."""
    return duration(gift.months)


def duration(months: int) -> str:
    """So many months in words, in the language in force."""
    if months % 12 == 0:
        years = months // 12
        return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}
    return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}


def _free_from(reader: Reader, now: datetime) -> datetime:
    theirs = Subscription.objects.filter(seats__reader=reader).filter(
        Q(ends_at=None) | Q(ends_at__gt=now)
    )
    ends = [one.ends_at for one in theirs]
    if None in ends:
        raise GoesOn
    return max([now, *(end for end in ends if end is not None)])


@transaction.atomic
def _send(gift: Gift) -> None:
    taken = Gift.objects.filter(pk=gift.pk, delivered_at=None).update(delivered_at=timezone.now())
    if not taken:
        return
    with override(gift.language):
        lasts = lasting(gift)
        # Nameless, when they have deleted their account meanwhile.
        giver = gift.giver or gettext("A reader of the paper")
    post.send(
        "gift",
        gift.receiver_email,
        gift.language,
        {
            "giver": giver,
            "message": gift.message,
            "plan": gift.plan.said(gift.language)[0],
            "duration": lasts,
            "redeem_url": post.address(f"/gifts/{gift.code}/"),
            "card_url": post.address(f"/gifts/{gift.code}/card/"),
        },
    )


def _thank(gift: Gift, amount: int, currency: str) -> None:
    giver = gift.purchase.customer.reader
    if giver is None:
        return
    with override(giver.language):
        lasts = lasting(gift)
    post.send(
        "gift_bought",
        giver.email,
        giver.language,
        {
            "receiver": gift.receiver,
            "plan": gift.plan.said(giver.language)[0],
            "duration": lasts,
            "price": in_words(amount, currency, giver.language),
            "sent_on": gift.deliver_at if gift.receiver_email else None,
            "card_url": post.address(f"/gifts/{gift.code}/card/"),
        },
    )


def _tell_giver(gift: Gift) -> None:
    giver = gift.purchase.customer.reader
    if giver is None:
        return
    post.send(
        "gift_redeemed",
        giver.email,
        giver.language,
        {
            "receiver": gift.receiver,
            "plan": gift.plan.said(giver.language)[0],
            "account_url": post.address("/gifts/"),
        },
    )


MOST_AHEAD = timedelta(days=366)
"""How far ahead a gift can be dated."""
