"""Codes that make it cheaper: who may use which, and for what."""

from datetime import datetime

from django.db.models import Q, QuerySet

from broadsheet.billing.models import Agreement, Customer, Offer
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Price


class NoSuchOffer(Exception):
    """The code is unknown, over, used up, used before by this reader, or for something else.

    One answer for all, so that nobody learns by trying which codes there are.
    """


def find(code: str, price: Price, reader: Reader | None, now: datetime) -> Offer:
    """The offer of a code, for this price and reader. Raises NoSuchOffer."""
    offer = _current(now).filter(code=code.strip().upper()[:40]).first()
    if offer is None or offer.kind == Offer.Kinds.STAYING or not _fits(offer, price):
        raise NoSuchOffer
    if reader is not None and offer.taken.filter(customer__reader=reader).exists():
        raise NoSuchOffer
    return offer


def for_leaving(agreement: Agreement, now: datetime) -> Offer | None:
    """What is offered to somebody who is about to cancel: once, and not in a trial."""
    if agreement.trial_ends_at is not None or agreement.subscription is None:
        return None
    customer: Customer = agreement.customer
    for offer in _current(now).filter(kind=Offer.Kinds.STAYING).order_by("-percent"):
        for_plan = _for_plan(offer, agreement.subscription.plan_id)
        if for_plan and not offer.taken.filter(customer=customer).exists():
            return offer
    return None


def _current(now: datetime) -> QuerySet[Offer]:
    return Offer.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), active=True)


def _fits(offer: Offer, price: Price) -> bool:
    left = offer.most_uses is None or offer.uses < offer.most_uses
    currency = offer.currency in ("", price.currency)
    return left and currency and _for_plan(offer, price.plan_id)


def _for_plan(offer: Offer, plan: int) -> bool:
    plans = {one.pk for one in offer.plans.all()}
    return not plans or plan in plans
