"""What a reader who deletes their account leaves on seats and meters goes with them."""

import logging
import time
from functools import partial

from django.db import transaction
from django.dispatch import receiver
from django.tasks import task

from broadsheet.readers.models import Reader, account_deleting
from broadsheet.readers.own_data import addresses_of
from broadsheet.stores import StoreAway
from broadsheet.subscriptions.addresses import keys_of_addresses
from broadsheet.subscriptions.models import (
    Invitation,
    MineAnswer,
    SeatContest,
    SeatImportRow,
    SharingCase,
    Subscription,
)
from broadsheet.subscriptions.store import meter_store

logger = logging.getLogger(__name__)


@receiver(account_deleting)
def settle(sender: type[Reader], reader: Reader, **_: object) -> None:
    """Their seats under others' subscriptions stay, empty; what their devices did there does not.
    Subscriptions they own go with the account, and with those every seat."""
    # Held, so that none changes hands now and is deleted under its new owner.
    list(Subscription.objects.select_for_update().filter(owner=reader).order_by("pk"))
    for kept in (SeatContest, SharingCase, MineAnswer):
        kept.objects.filter(seat__reader=reader).delete()
    # What others wrote down of the reader: their address.
    addresses = addresses_of(reader)
    Invitation.objects.filter(email_key__in=keys_of_addresses(addresses)).delete()
    for address in addresses:
        SeatImportRow.objects.filter(email__iexact=address).delete()
    transaction.on_commit(partial(forget_meter, reader.pk))


def forget_meter(reader: int) -> None:
    """Drop the meter of a reader (an id); in the background when the store is away."""
    try:
        meter_store().forget(reader)
    except StoreAway:
        logger.warning("a meter could not be dropped, trying again in the background")
        forget_meter_again.enqueue(reader)


@task()
def forget_meter_again(reader: int) -> None:
    """Drop it once the store is back. Tries for about a minute, then fails for staff to see."""
    for _ in range(60):
        try:
            meter_store().forget(reader)
        except StoreAway:
            time.sleep(1)
        else:
            return
    raise StoreAway("a meter could not be dropped")
