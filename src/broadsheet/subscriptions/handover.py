"""A subscription passes from its owner to one of its readers, who has to want it."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions import letters, refusals
from broadsheet.subscriptions.models import OwnershipOffer, Subscription
from broadsheet.subscriptions.seating import locked

OPEN = OwnershipOffer.States.OPEN


class NeedsPayment(Exception):
    """The new owner must pay with a card of their own before `offer` can be carried out."""

    def __init__(self, offer: OwnershipOffer) -> None:
        super().__init__(offer.pk)
        self.offer = offer


def is_paid(subscription: Subscription) -> bool:
    """Whether somebody pays for it at Stripe."""
    agreement = getattr(subscription, "agreement", None)
    return agreement is not None and agreement.live


def offer(
    subscription: Subscription, to: Reader, by: Reader, now: datetime, price: str = ""
) -> OwnershipOffer:
    """Offer the subscription to one of its readers, and write to them. `by` is its owner;
    `price` is what the new owner would pay, in words for them; empty: nothing.

    Raises NotAReader, OfferOpen, or NotYours when `by` is not the owner any more.
    """
    try:
        with transaction.atomic():
            return _offer(locked(subscription.pk), to, by, now, price)
    except IntegrityError:  # two offers at once where rows cannot be locked
        raise refusals.OfferOpen from None


def for_reader(reader: Reader, now: datetime) -> QuerySet[OwnershipOffer]:
    """Open offers to the reader."""
    found = OwnershipOffer.objects.filter(to=reader, state=OPEN, expires_at__gt=now)
    return found.select_related("subscription__plan", "subscription__owner", "offered_by")


def open_for(subscription: Subscription, now: datetime) -> OwnershipOffer | None:
    """The offer of a subscription that waits for its answer."""
    found = subscription.ownership_offers.filter(state=OPEN, expires_at__gt=now)
    return found.select_related("to").first()


def accept(offer: OwnershipOffer, now: datetime) -> Subscription:
    """The reader it was made to becomes the owner.

    Raises NotOpen, NotAReader if they have left meanwhile, and NeedsPayment for a subscription
    that is paid: then nothing was changed, and whoever takes the payment calls `transfer`.
    """
    with transaction.atomic():
        subscription, again = _standing(offer, now)
        if is_paid(subscription):
            raise NeedsPayment(again)
        return _transfer(subscription, again, now)


@transaction.atomic
def transfer(offer: OwnershipOffer, now: datetime) -> Subscription:
    """Carry an accepted offer out, whoever pays: payment is settled. Raises as `accept` does."""
    subscription, again = _standing(offer, now)
    return _transfer(subscription, again, now)


@transaction.atomic
def decline(offer: OwnershipOffer, now: datetime) -> None:
    """The reader says no. Raises NotOpen."""
    _open(offer, now)[1].close(OwnershipOffer.States.DECLINED, now)


@transaction.atomic
def take_back(offer: OwnershipOffer, now: datetime) -> None:
    """The owner has thought better of it. Raises NotOpen."""
    _open(offer, now)[1].close(OwnershipOffer.States.TAKEN_BACK, now)


def _offer(
    subscription: Subscription, to: Reader, by: Reader, now: datetime, price: str
) -> OwnershipOffer:
    if subscription.owner != by:
        raise refusals.NotYours
    if to == by or not subscription.seats.filter(reader=to).exists():
        raise refusals.NotAReader
    waiting = subscription.ownership_offers.filter(state=OPEN)
    waiting.filter(expires_at__lte=now).update(state=OwnershipOffer.States.EXPIRED, answered_at=now)
    if waiting.exists():
        raise refusals.OfferOpen
    made = OwnershipOffer.objects.create(
        subscription=subscription,
        to=to,
        offered_by=by,
        created_at=now,
        expires_at=now + timedelta(days=PAPER.invitation_days),
    )
    letters.offered(made, by, price)
    return made


def _open(offer: OwnershipOffer, now: datetime) -> tuple[Subscription, OwnershipOffer]:
    subscription = locked(offer.subscription_id)
    again = OwnershipOffer.objects.select_for_update().filter(pk=offer.pk).first()
    if again is None or again.state != OPEN or again.expires_at <= now:
        raise refusals.NotOpen
    return subscription, again


def _standing(offer: OwnershipOffer, now: datetime) -> tuple[Subscription, OwnershipOffer]:
    subscription, again = _open(offer, now)
    if again.offered_by_id != subscription.owner_id:
        raise refusals.NotOpen  # it was given to somebody else meanwhile
    if not subscription.seats.filter(reader=again.to_id).exists():
        raise refusals.NotAReader
    return subscription, again


def _transfer(subscription: Subscription, offer: OwnershipOffer, now: datetime) -> Subscription:
    offer.close(OwnershipOffer.States.ACCEPTED, now)
    subscription.owner = offer.to
    subscription.save(update_fields=["owner"])
    subscription.administrators.remove(offer.to)
    return subscription
