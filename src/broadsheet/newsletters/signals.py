"""What follows from elsewhere: pages show lists, and accounts have addresses."""

from contextlib import suppress
from typing import Any

from allauth.account.signals import email_changed, email_confirmed
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from broadsheet.mail.post import BadAddress
from broadsheet.newsletters.joining import recipient_of
from broadsheet.newsletters.models import Newsletter, Recipient
from broadsheet.newsroom import publications


@receiver(post_save, sender=Newsletter)
@receiver(post_delete, sender=Newsletter)
def announce_with_the_change(**_: Any) -> None:
    """The box in stories shows a list's name and pitch."""
    publications.announce_with_commit()


@receiver(email_changed)
def follow_the_account(user: Any, **_: Any) -> None:
    """A reader has another address: their newsletters go there."""
    if Recipient.objects.filter(Q(reader=user) | Q(email=user.email.lower())).exists():
        with suppress(BadAddress):  # no mail can be sent there: the old one stays
            recipient_of(user)


@receiver(email_confirmed)
def join_the_account(email_address: Any, **_: Any) -> None:
    """An address that is on lists has an account now."""
    follow_the_account(email_address.user)
