"""Whoever follows a topic follows on when it is merged into another."""

from typing import Any

from django.dispatch import receiver

from broadsheet.newsroom.merging import topic_merged
from broadsheet.newsroom.models import Topic
from broadsheet.shelf.models import Follow


@receiver(topic_merged)
def follow_on(old: Topic, new: Topic, **_: Any) -> None:
    """Follow the new topic instead; who follows both follows it once."""
    already = Follow.objects.filter(topic=new).values("reader")
    Follow.objects.filter(topic=old).exclude(reader__in=already).update(topic=new)
