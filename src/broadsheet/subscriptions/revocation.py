"""When a right changes, the passes that carried it are old at the next request."""

import logging
import time
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.tasks import task
from django.utils import timezone

from broadsheet.access import Ending
from broadsheet.readers.models import Device, Reader, access_changed
from broadsheet.stores import StoreAway
from broadsheet.subscriptions.models import Plan, Seat, SharingCase, Subscription
from broadsheet.subscriptions.rights import keys_of, reader_key
from broadsheet.subscriptions.store import seat_store

logger = logging.getLogger(__name__)


def revoke(keys: Iterable[str], ending: frozenset[str] = frozenset()) -> None:
    """Make passes under `keys` old, and end leases of the devices `ending`.

    When the store is away, a background task tries again until it is back.
    """
    for key in keys:
        try:
            seat_store().revoke(key, ending)
        except StoreAway:
            logger.warning("%s could not be revoked, trying again in the background", key)
            revoke_again.enqueue(key, sorted(ending))


@task()
def revoke_again(key: str, ending: list[str]) -> None:
    """Revoke once the store is back. Tries for about a minute, then fails for staff to see."""
    for _ in range(60):
        try:
            seat_store().revoke(key, frozenset(ending))
        except StoreAway:
            time.sleep(1)
        else:
            return
    raise StoreAway(f"{key} could not be revoked")


@receiver(access_changed)
def reader_changed(
    sender: object, reader: int, ending: frozenset[str], why: Ending, **_: object
) -> None:
    """Sign-ins of a reader ended: so do their passes, leases, and the cases they were part of."""
    revoke(keys_of(reader), ending)
    for case in SharingCase.objects.filter(seat__reader_id=reader, ended_at=None):
        if ending & set(case.devices):
            end_case(case, why)


def end_case(case: SharingCase, why: Ending) -> None:
    """The sharing is over: the message is gone at both devices' next page."""
    case.ended_at = timezone.now()
    case.ending = why.value
    case.save(update_fields=["ended_at", "ending"])
    revoke([case.seat.key])


@receiver(post_save, sender=Reader)
def account_closed(sender: type[Reader], instance: Reader, **_: Any) -> None:
    """Staff have closed an account: its passes and leases are over."""
    if not instance.is_active:
        _end_all_of(instance)


@receiver(pre_delete, sender=Reader)
def account_deleted(sender: type[Reader], instance: Reader, **_: Any) -> None:
    """An account is being deleted. Asked before: afterwards its seats are nobody's."""
    _end_all_of(instance)


def _end_all_of(reader: Reader) -> None:
    keys = keys_of(reader.pk)
    ending = frozenset(reader.devices.values_list("key", flat=True))
    transaction.on_commit(partial(revoke, keys, ending))


@receiver(pre_save, sender=Seat)
def remember_reader(sender: type[Seat], instance: Seat, **_: Any) -> None:
    """Note whose the seat was, for after it is saved."""
    was = Seat.objects.filter(pk=instance.pk).values_list("reader_id", flat=True).first()
    instance._was = was  # type: ignore[attr-defined]


@receiver(post_save, sender=Seat)
@receiver(post_delete, sender=Seat)
def seat_changed(sender: type[Seat], instance: Seat, **_: Any) -> None:
    """A seat was given, taken back, or is gone."""
    was, now = getattr(instance, "_was", None), instance.reader_id
    keys = [instance.key, *(reader_key(reader) for reader in (was, now) if reader)]
    lost = Device.objects.filter(reader=was if was != now else now)
    ending = frozenset(lost.values_list("key", flat=True))
    transaction.on_commit(partial(revoke, keys, ending))


@receiver(post_save, sender=Subscription)
def subscription_changed(sender: type[Subscription], instance: Subscription, **_: Any) -> None:
    """A subscription has another plan, end or owner: passes under its seats are old."""
    transaction.on_commit(lambda: revoke([seat.key for seat in instance.seats.all()]))


@receiver(post_save, sender=Plan)
def plan_changed(sender: type[Plan], instance: Plan, **_: Any) -> None:
    """A plan has another mode: passes under all its seats are old."""
    seats = Seat.objects.filter(subscription__plan=instance)
    transaction.on_commit(lambda: revoke([seat.key for seat in seats]))
