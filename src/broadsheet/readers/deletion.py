"""The end of an account: everything of its reader goes, at once and for good."""

import re
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from wagtail.models import ModelLogEntry, PageLogEntry

from broadsheet.mail import post
from broadsheet.mail.models import Letter
from broadsheet.readers.models import Reader, account_deleting
from broadsheet.readers.own_data import addresses_of

NOBODY = "–"
"""What stands in the editors' log in place of an address."""


class LastSuperuser(Exception):
    """Without this account nobody could look after the paper any more."""


def delete_account(reader: Reader, language: str, now: datetime) -> None:
    """Delete the account and all that is kept of its reader, and mail them a goodbye.

    What the law wants kept (payments) is settled by receivers of `account_deleting`. Raises
    LastSuperuser, and what a receiver raises; then everything is as it was.
    """
    with transaction.atomic():
        _one_superuser_at_a_time(reader)
        if is_last_superuser(reader):
            raise LastSuperuser
        addresses, last = addresses_of(reader), reader.email
        account_deleting.send(sender=Reader, reader=reader)
        for sign_in in UserSession.objects.filter(user_id=reader.pk):
            sign_in.end()
        Letter.objects.filter(to__in=addresses).delete()
        for address in addresses:
            _take_out_of_the_log(address)
        _sign_the_log_with_nobody(reader.pk)
        reader.delete()
        values = {"address": last, "deleted_at": now}
        post.send("account_deleted", last, language, values)


def is_last_superuser(reader: Reader) -> bool:
    """Whether nobody else may do everything in the editors' admin."""
    others = Reader.objects.filter(is_superuser=True, is_active=True).exclude(pk=reader.pk)
    return reader.is_superuser and not others.exists()


def _one_superuser_at_a_time(reader: Reader) -> None:
    # Two of them who go at once must not each count on the other.
    if reader.is_superuser:
        list(Reader.objects.select_for_update().filter(is_superuser=True).order_by("pk"))


def _take_out_of_the_log(address: str) -> None:
    # Wagtail writes down the name of what an editor changed: of an account or a seat, an address.
    whole = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w-])", re.IGNORECASE)
    for entry in ModelLogEntry.objects.filter(label__icontains=address):
        if whole.search(entry.label):
            entry.label = NOBODY
            entry.data = {}
            entry.save(update_fields=["label", "data"])


def _sign_the_log_with_nobody(reader: int) -> None:
    for log in (ModelLogEntry, PageLogEntry):
        log.objects.filter(user_id=reader).update(user=None)
    own = ModelLogEntry.objects.for_instance(Reader(pk=reader))
    own.delete()
