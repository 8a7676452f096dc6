"""The search index follows what is not a story's own, but decides which of its words are open."""

from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver
from django.tasks import task
from modelsearch.backends import get_search_backends
from wagtail.models import Page
from wagtail.signals import post_page_move

from broadsheet.newsroom.merging import topic_merged
from broadsheet.newsroom.models import Article, Author, Edition, Topic
from broadsheet.settings.django import SLOW

WATCHED: dict[type[Model], str] = {
    Edition: "preview_paragraphs",
    Author: "name",
    Topic: "name",
}
"""What an entry of the index is made of beside the story itself."""
BATCH = 100
"""Stories put into the index in one transaction, so that editors who save need not wait."""


@receiver(pre_save)
def notice(sender: type[Model], instance: Any, raw: bool = False, **_: Any) -> None:
    """Remember whether a watched field is about to change."""
    watched = WATCHED.get(sender)
    if watched is None or raw or instance.pk is None:
        return
    before = sender._default_manager.filter(pk=instance.pk).values_list(watched, flat=True)
    instance.index_is_behind = list(before) != [getattr(instance, watched)]


@receiver(post_save)
def follow(sender: type[Model], instance: Any, **_: Any) -> None:
    """Have the stories indexed again that a changed field concerns."""
    if sender in WATCHED and getattr(instance, "index_is_behind", False):
        name, key = sender.__name__, instance.pk
        transaction.on_commit(lambda: index_again.enqueue(name, key))


@receiver(topic_merged)
def follow_merged(new: Topic, **_: Any) -> None:
    """Stories are found by the name of the topic that took another one over."""
    key = new.pk
    transaction.on_commit(lambda: index_again.enqueue(Topic.__name__, key))


@receiver(post_page_move)
def follow_moved(instance: Any, **_: Any) -> None:
    """What moved may stand in an edition now that opens more or fewer paragraphs."""
    key = instance.pk
    transaction.on_commit(lambda: index_again.enqueue(Page.__name__, key))


@task(queue_name=SLOW)
def index_again(name: str, key: int) -> None:
    """Index all stories of the page, edition, author or topic with this key."""
    stories = Article.objects.order_by("pk")
    if name in (Edition.__name__, Page.__name__):
        page = Page.objects.filter(pk=key).first()
        stories = stories.descendant_of(page, inclusive=True) if page else stories.none()
    elif name == Author.__name__:
        stories = stories.filter(byline__author=key)
    else:
        stories = stories.filter(topics=key)
    keys = list(stories.values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        _put(keys[start : start + BATCH])


def _put(keys: list[int]) -> None:
    backends = list(get_search_backends(with_auto_update=True))
    rows = list(Article.objects.filter(pk__in=keys))
    with transaction.atomic():
        for backend in backends:
            backend.add_bulk(Article, rows)
