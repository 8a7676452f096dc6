"""A subscription has the seats that its plan gives; readers are put on them."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Seat, Subscription


class NoSeatLeft(Exception):
    """Every seat of the subscription is somebody's."""


def seat(reader: Reader, subscription: Subscription) -> Seat:
    """Put the reader on an empty seat, or find them on theirs. Raises NoSeatLeft."""
    theirs = subscription.seats.filter(reader=reader).first()
    if theirs is not None:
        return theirs
    empty = subscription.seats.select_for_update().filter(reader=None).first()
    if empty is None:
        raise NoSeatLeft
    empty.reader = reader
    empty.save()
    return empty


@receiver(post_save, sender=Subscription)
def furnish(sender: type[Subscription], instance: Subscription, created: bool, **_: Any) -> None:
    """Add the seats the plan gives, the first for the owner; take away empty ones too many.

    A seat that somebody holds is never taken by a change of plan: that is for people to do.
    """
    wanted, seats = instance.seat_count, list(instance.seats.all())
    for _number in range(wanted - len(seats)):
        owner = instance.owner if created and not instance.seats.exists() else None
        Seat.objects.create(subscription=instance, reader=owner)
    empty = [one for one in seats if one.reader_id is None]
    for one in empty[: max(0, len(seats) - wanted)]:
        one.delete()
