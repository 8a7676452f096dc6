"""What makes recommendations old: a publication, and what readers do."""

from typing import Any

from django.db import transaction
from django.dispatch import receiver
from wagtail.signals import page_published

from broadsheet.newsroom.models import Article
from broadsheet.readers.models import Reader
from broadsheet.recommendations import likening, making
from broadsheet.shelf.models import history_erasing, tastes_changed


@receiver(page_published, sender=Article)
def compare_after_commit(**_: Any) -> None:
    """A story is new or changed: which others it is like is worked out soon."""
    transaction.on_commit(likening.soon)


@receiver(tastes_changed)
def recommend_anew(reader: int, **_: Any) -> None:
    """What a reader likes has changed."""
    making.soon(reader)


@receiver(history_erasing)
def erase_what_follows(sender: type[Reader], reader: Reader, **_: Any) -> None:
    """What was recommended because of what was read tells what was read."""
    reader.recommended.all().delete()
