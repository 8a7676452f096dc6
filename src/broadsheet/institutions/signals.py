"""What changes who reads by network: ranges, institutions, and their subscriptions."""

from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from broadsheet.institutions.models import Institution, Network
from broadsheet.newsroom import publications
from broadsheet.subscriptions.models import Subscription


@receiver(post_save, sender=Network)
@receiver(post_delete, sender=Network)
@receiver(post_save, sender=Institution)
@receiver(post_delete, sender=Institution)
@receiver(post_save, sender=Subscription)
@receiver(post_delete, sender=Subscription)
def tell_gates(sender: type[Model], instance: Model, **_: Any) -> None:
    """Let every gate ask again, once the change can be read by everybody: it is rare enough to
    count as a publication."""
    if sender is not Subscription or Institution.objects.filter(subscription=instance.pk).exists():
        publications.announce_with_commit()
