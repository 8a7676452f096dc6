"""Two topics become one: their stories, the drafts of these, and the old one's address."""

from typing import Any

from django.db import transaction
from django.dispatch import Signal
from django.utils.translation import gettext as _
from wagtail.models import Revision

from broadsheet.newsroom.addresses import leads_on
from broadsheet.newsroom.models import Article, Topic

topic_merged = Signal()
"""Sent inside the transaction before the topic `old` goes, with `old` and `new`: whoever else
refers to topics moves along."""


class CannotMerge(Exception):
    """These topics cannot become one; the text says why, for editors."""


def merge(old: Topic, new: Topic) -> int:
    """Let `new` take over what is filed under `old`, which goes. Raises CannotMerge.

    Returns how many stories were filed anew. The old address leads to the new one.
    """
    if old.pk == new.pk:
        raise CannotMerge(_("A topic cannot be merged into itself."))
    if old.edition_id != new.edition_id:
        raise CannotMerge(_("Topics of two editions stay two."))
    with transaction.atomic():
        # Nothing is filed under either while they are made one.
        list(Topic.objects.select_for_update().filter(pk__in=(old.pk, new.pk)).order_by("pk"))
        filed = Article.topics.through.objects
        moving = list(filed.filter(topic=old).values_list("article", flat=True))
        there = set(filed.filter(topic=new).values_list("article", flat=True))
        filed.filter(topic=old, article__in=there).delete()
        filed.filter(topic=old).update(topic=new)
        _refile_drafts(old.pk, new.pk)
        topic_merged.send(Topic, old=old, new=new)
        leads_on(old.url, new.url)
        old.delete()
    return len(moving)


def _refile_drafts(old: int, new: int) -> None:
    # A draft keeps its topics in its newest version, which says what will be published.
    newest = Article.objects.filter(latest_revision__isnull=False).values("latest_revision")
    revisions = Revision.objects.filter(pk__in=newest)
    for key, topics in revisions.values_list("pk", "content__topics").iterator():
        if topics and old in topics:
            revision: Any = Revision.objects.get(pk=key)
            kept = [one for one in topics if one not in (old, new)]
            revision.content["topics"] = [*kept, new]
            revision.save(update_fields=["content"])
