"""A subscription has the seats that it bought; readers are put on them, and leave them."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from django.tasks import task
from django.utils import timezone

from broadsheet.readers.models import Reader
from broadsheet.subscriptions import letters
from broadsheet.subscriptions.models import (
    Invitation,
    MineAnswer,
    Plan,
    Seat,
    SeatContest,
    SharingCase,
    Subscription,
)
from broadsheet.subscriptions.refusals import NoSeatLeft, OwnersSeat, SeatMoved

__all__ = ["NoSeatLeft"]


def managed_by(reader: Reader) -> QuerySet[Subscription]:
    """The subscriptions whose seats the reader hands out, as owner or administrator."""
    return (
        Subscription.objects.filter(Q(owner=reader) | Q(administrators=reader))
        .select_related("plan", "owner")
        .distinct()
        .order_by("pk")
    )


def locked(subscription: int) -> Subscription:
    """The subscription (an id), its seats nobody else's to change until this transaction ends.

    What takes, gives or promises a seat begins with this. Raises Subscription.DoesNotExist.
    """
    # First the row alone: joined to its plan and owner, PostgreSQL would not find it if it was
    # waited for while one of the two changed.
    Subscription.objects.select_for_update(no_key=True).get(pk=subscription)
    return Subscription.objects.select_related("plan", "owner").get(pk=subscription)


def free_seats(subscription: Subscription, now: datetime) -> int:
    """How many seats are nobody's at `now` and are not kept for anybody."""
    held = subscription.seats.exclude(reader=None).count()
    promised = Invitation.objects.good(now).filter(seat__subscription=subscription).count()
    return max(0, subscription.seat_count - held - promised)


def empty_seat(subscription: Subscription) -> Seat:
    """A seat of a locked subscription that is nobody's and not promised. Raises NoSeatLeft."""
    fit(subscription)
    promised = Invitation.objects.open().filter(subscription=subscription).exclude(seat=None)
    empty = subscription.seats.filter(reader=None).exclude(pk__in=promised.values("seat")).first()
    if empty is None:
        raise NoSeatLeft
    return empty


def seat(reader: Reader, subscription: Subscription) -> Seat:
    """Put the reader on an empty seat, or find them on theirs. Raises NoSeatLeft.

    A seat that is kept for somebody who is invited is not empty.
    """
    with transaction.atomic():
        alone = locked(subscription.pk)
        theirs = alone.seats.filter(reader=reader).first()
        if theirs is not None:
            return theirs
        empty = empty_seat(alone)
        empty.reader = reader
        empty.save()
    return empty


@transaction.atomic
def take_back(seat: int, reader: int, by: Reader) -> Seat:
    """Take the seat (an id) from the reader (an id) who was shown to be on it, and tell them.

    Their leases under it end at once; account and history stay theirs. Raises SeatMoved if it
    is not theirs any more, OwnersSeat if somebody else reaches for the owner's.
    """
    theirs, subscription = _held(seat, reader)
    if reader == subscription.owner_id != by.pk:
        raise OwnersSeat
    someone = theirs.reader
    assert someone is not None
    _empty(theirs, subscription)
    if someone != by:
        letters.taken_back(someone, subscription, by)
    return theirs


@transaction.atomic
def give_up(seat: int, reader: Reader) -> Seat:
    """The reader leaves their own seat (an id); its owner is told. Raises SeatMoved."""
    theirs, subscription = _held(seat, reader.pk)
    _empty(theirs, subscription)
    if subscription.owner != reader:
        letters.given_up(reader, subscription)
    return theirs


def fit(subscription: Subscription) -> None:
    """Add the seats that are missing; take away empty ones too many, promised ones last.

    A seat that somebody holds is never taken by a change of plan: that is for people to do.
    """
    seats = list(subscription.seats.all())
    missing = subscription.seat_count - len(seats)
    # An empty seat changes nobody's right, so nothing need be revoked and no signal is missed.
    Seat.objects.bulk_create(Seat(subscription=subscription) for _ in range(missing))
    spare = [one for one in seats if one.reader_id is None]
    promised = set(
        Invitation.objects.open().filter(seat__in=spare).values_list("seat_id", flat=True)
    )
    spare.sort(key=lambda one: one.pk in promised)
    for one in spare[: max(0, -missing)]:
        one.delete()


def _held(seat: int, reader: int) -> tuple[Seat, Subscription]:
    found = Seat.objects.filter(pk=seat, reader=reader).first()
    if found is None:
        raise SeatMoved
    subscription = locked(found.subscription_id)
    again = Seat.objects.select_related("reader").filter(pk=seat, reader=reader).first()
    if again is None:
        raise SeatMoved
    return again, subscription


def _empty(seat: Seat, subscription: Subscription) -> None:
    seat.reader = None
    seat.save()
    fit(subscription)  # after a smaller plan, a seat that is left is gone


@receiver(post_save, sender=Subscription)
def furnish(sender: type[Subscription], instance: Subscription, created: bool, **_: Any) -> None:
    """A subscription was bought or changed: it has its seats, the first the owner's."""
    if created and instance.seat_count:
        Seat.objects.create(subscription=instance, reader=instance.owner)
    with transaction.atomic():  # two that change it at once must not both add what is missing
        fit(locked(instance.pk))


@receiver(post_save, sender=Plan)
def plan_changed(sender: type[Plan], instance: Plan, created: bool, **_: Any) -> None:
    """Subscriptions that have as many seats as their plan gives follow it, in the background."""
    if not created:
        transaction.on_commit(lambda: furnish_all.enqueue(instance.pk))


@task()
def furnish_all(plan: int) -> None:
    """Give the subscriptions of a plan (an id) as many seats as it has now."""
    follow = Subscription.objects.filter(plan=plan, seats_bought=None)
    for pk in follow.values_list("pk", flat=True):
        with suppress(Subscription.DoesNotExist), transaction.atomic():
            fit(locked(pk))


@receiver(post_save, sender=Seat)
def seat_passed_on(sender: type[Seat], instance: Seat, **_: Any) -> None:
    """What was promised on a seat that somebody has now is over, and nothing of whoever had it
    before goes to the next reader."""
    if instance.reader_id is not None:
        _withdraw(instance, timezone.now())
    was = getattr(instance, "_was", None)  # noted by revocation, before it was saved
    if was is not None and was != instance.reader_id:
        for theirs in (SeatContest, SharingCase, MineAnswer):
            theirs.objects.filter(seat=instance).delete()


@receiver(pre_delete, sender=Seat)
def seat_gone(sender: type[Seat], instance: Seat, **_: Any) -> None:
    """A seat is being deleted: whoever it was promised to finds the invitation withdrawn."""
    _withdraw(instance, timezone.now())


def _withdraw(seat: Seat, now: datetime) -> None:
    Invitation.objects.open().filter(seat=seat).update(
        state=Invitation.States.TAKEN_BACK, answered_at=now
    )
