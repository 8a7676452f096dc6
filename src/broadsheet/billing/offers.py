"""Codes that make it cheaper: who may use which, and for what."""

from datetime import datetime

from django.db.models import Q, QuerySet

from broadsheet.billing.models import Agreement, Customer, Offer, Purchase
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
    customer = Customer.objects.filter(reader=reader).first() if reader is not None else None
    if customer is not None and offer.taken.filter(customer=customer).exists():
        raise NoSuchOffer
    if _used_up(offer, customer):
        raise NoSuchOffer
    return offer


def _used_up(offer: Offer, customer: Customer | None) -> bool:
    """Whether others have all of it. Who stands at the till with it has it while that is open."""
    if offer.most_uses is None:
        return False
    at_the_till = Purchase.objects.filter(offer=offer, state=Purchase.States.OPEN)
    return offer.uses + at_the_till.exclude(customer=customer).count() >= offer.most_uses


def keep_one(offer: Offer, customer: Customer) -> None:
    """Called in the transaction in which somebody goes to the till: the last use of an offer is
    theirs while they stand there. Raises NoSuchOffer when others have it."""
    again = Offer.objects.select_for_update().get(pk=offer.pk)
    if _used_up(again, customer):
        raise NoSuchOffer


def for_leaving(agreement: Agreement, now: datetime) -> Offer | None:
    """What is offered to somebody who is about to cancel: once, and not in a trial."""
    if agreement.trial_ends_at is not None or agreement.subscription is None:
        return None
    customer: Customer = agreement.customer
    for offer in _current(now).filter(kind=Offer.Kinds.STAYING).order_by("-percent"):
        fits = offer.currency in ("", agreement.currency) and _for_plan(
            offer, agreement.subscription.plan_id
        )
        taken = offer.taken.filter(customer=customer).exists()
        if fits and not taken and not _used_up(offer, customer):
            return offer
    return None


def _current(now: datetime) -> QuerySet[Offer]:
    return Offer.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), active=True)


def _fits(offer: Offer, price: Price) -> bool:
    currency = offer.currency in ("", price.currency)
    return currency and _for_plan(offer, price.plan_id)


def _for_plan(offer: Offer, plan: int) -> bool:
    plans = {one.pk for one in offer.plans.all()}
    return not plans or plan in plans
