"""Subscriptions as gifts: paid by one reader, redeemed by another."""

from datetime import datetime, timedelta, tzinfo

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import ngettext, override

from broadsheet.billing.models import Gift, Purchase
from broadsheet.billing.money import in_words
from broadsheet.mail import post
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Price, Subscription


class RedeemedAlready(Exception):
    """Somebody has redeemed this gift before."""


class GoesOn(Exception):
    """The reader has a subscription without an end: the gift can wait, or be passed on."""


def months_of(price: Price, periods: int) -> int:
    """How many months so many periods of a price are."""
    return periods * (12 if price.period == Price.Periods.YEAR else 1)


@transaction.atomic
def issue(purchase: Purchase) -> Gift | None:
    """Make the gift that was paid. Safe to repeat. None: its price is no more."""
    Purchase.objects.select_for_update().get(pk=purchase.pk)
    price, details = purchase.price, purchase.details
    if price is None:
        return None
    gift, created = Gift.objects.get_or_create(
        purchase=purchase,
        defaults={
            "plan": price.plan,
            "months": months_of(price, int(details["periods"])),
            "giver": details["giver"],
            "receiver": details["receiver"],
            "receiver_email": details["receiver_email"],
            "message": details["message"],
            "language": details["language"],
            "deliver_at": datetime.fromisoformat(details["deliver_at"]),
        },
    )
    if created:
        Purchase.objects.filter(pk=purchase.pk).update(
            state=Purchase.States.PAID, settled_at=timezone.now()
        )
        _thank(gift)
    return gift


def deliver() -> None:
    """Send the gifts whose day has come."""
    due = Gift.objects.filter(delivered_at=None, deliver_at__lte=timezone.now())
    for gift in due.exclude(receiver_email="").filter(redeemed_at=None):
        _send(gift)


@transaction.atomic
def redeem(gift: Gift, reader: Reader, now: datetime, zone: tzinfo) -> Subscription:
    """The reader's subscription for the gift's months: from now, or from the end of what they
    have. Months are counted in `zone`, and the 31st becomes a shorter month's last day.
    Raises RedeemedAlready and GoesOn.
    """
    gift = Gift.objects.select_for_update().get(pk=gift.pk)
    if gift.redeemed_at is not None:
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
    post.send(
        "gift",
        gift.receiver_email,
        gift.language,
        {
            "giver": gift.giver,
            "message": gift.message,
            "plan": gift.plan.said(gift.language)[0],
            "duration": lasts,
            "redeem_url": post.address(f"/gifts/{gift.code}/"),
            "card_url": post.address(f"/gifts/{gift.code}/card/"),
        },
    )


def _thank(gift: Gift) -> None:
    giver = gift.purchase.customer.reader
    price = gift.purchase.price
    if giver is None or price is None:
        return
    with override(giver.language):
        lasts = lasting(gift)
    amount = price.amount * int(gift.purchase.details["periods"])
    post.send(
        "gift_bought",
        giver.email,
        giver.language,
        {
            "receiver": gift.receiver,
            "plan": gift.plan.said(giver.language)[0],
            "duration": lasts,
            "price": in_words(amount, price.currency, giver.language),
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
