"""What of newsletters printed pages show: a change of a list is a publication."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from broadsheet.newsletters.models import Newsletter
from broadsheet.newsroom import publications


@receiver(post_save, sender=Newsletter)
@receiver(post_delete, sender=Newsletter)
def announce_with_the_change(**_: Any) -> None:
    """The box in stories shows a list's name and pitch."""
    publications.announce_with_commit()
