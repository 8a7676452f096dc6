"""Keeps the table of likenesses: each new story is compared with its edition's last ones."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q
from django.tasks import task
from django.utils import timezone
from wagtail.models import Page

from broadsheet.newsroom import publications
from broadsheet.newsroom.blocks import plain_text
from broadsheet.newsroom.models import Article, Edition, Likeness, StoryWords
from broadsheet.recommendations.alike import Counts, cosines
from broadsheet.recommendations.words import stems
from broadsheet.settings.django import SLOW

COMPARED = 2_000
"""Stories of an edition that a new one is compared with: its last ones."""
AGE = timedelta(days=180)
"""Older stories are not compared with new ones."""
MOST = 12
"""Stories kept as alike to each."""
LEAST = 0.05
"""Likeness below which stories are not kept as alike."""
SHARED_TOPIC = 0.12
"""What one shared topic adds to the likeness of texts; at the most two count."""
HEAD = 3
"""Words of headline and standfirst count this often."""
AT_ONCE = 100
"""New stories compared in one go, so that memory stays small."""
PAUSE = 3
"""Seconds in which publications cause one comparison, not one each."""


def soon() -> None:
    """Have new stories compared, once for many that come together."""
    if cache.add("likeness-asked-for", 1, timeout=PAUSE):
        liken.using(run_after=timezone.now() + timedelta(seconds=PAUSE)).enqueue()


@task(queue_name=SLOW)
def liken() -> None:
    """Compare what is new or changed; printed pages are thrown away if anything is."""
    now = timezone.now()
    changed = False
    for edition in Edition.objects.live():
        changed |= liken_edition(edition, now)
    if changed:
        publications.announce()


def liken_edition(edition: Edition, now: datetime) -> bool:
    """Compare an edition's new and changed stories; whether there was any."""
    while _read_some(edition, now):
        pass
    changed = False
    while _compare_some(edition, now):
        changed = True
    return changed


def _recent(edition: Edition, now: datetime) -> Any:
    stories = Article.objects.live().inside(edition).filter(published_at__gte=now - AGE)
    return stories.newest()


def _read_some(edition: Edition, now: datetime) -> bool:
    """Read stories that have not been, or have changed since; whether there were any."""
    new = Q(story_words=None) | Q(story_words__read_at__lt=F("last_published_at"))
    articles = list(_recent(edition, now).filter(new)[:AT_ONCE])
    if not articles:
        return False
    read = {
        article.pk: StoryWords(
            article=article,
            counts=words_of(article, edition),
            # What was read, whatever the clock says: hosts' clocks differ.
            read_at=article.last_published_at or now,
        )
        for article in articles
    }
    with transaction.atomic():
        # Whoever deletes one of them now waits; those that were deleted meanwhile are left out.
        rows = Page.objects.select_for_update(no_key=True).filter(pk__in=read)
        there = list(rows.order_by("pk").values_list("pk", flat=True))
        StoryWords.objects.bulk_create(
            [read[key] for key in there],
            update_conflicts=True,
            unique_fields=["article"],
            update_fields=["counts", "read_at", "compared"],
        )
    return True


def words_of(article: Article, edition: Edition) -> dict[str, int]:
    """The story's stems, of the whole text; those of its head count more."""
    head = " ".join((article.kicker, article.title, article.standfirst))
    text = "\n".join(filter(None, map(plain_text, article.body_blocks())))
    counts = stems(text, edition.language)
    for stem, times in stems(head, edition.language).items():
        counts[stem] += HEAD * times
    return dict(counts)


def _compare_some(edition: Edition, now: datetime) -> bool:
    """Compare stories that have been read; whether there were any."""
    keys = list(_recent(edition, now).values_list("pk", flat=True)[:COMPARED])
    waiting = StoryWords.objects.filter(compared=False, article__in=keys)
    new: dict[int, Counts] = dict(waiting.values_list("article", "counts")[:AT_ONCE])
    if not new:
        return False
    topics = _topics(keys)
    texts = cosines(new, lambda: _texts(keys))
    likely = {key: _with_topics(key, texts[key], topics) for key in new}
    with transaction.atomic():
        # An edition's stories are compared by one process at a time.
        Page.objects.select_for_update(no_key=True).get(pk=edition.pk)
        Likeness.objects.filter(Q(article__in=new) | Q(other__in=new)).delete()
        _keep(_still_there(likely))
        StoryWords.objects.filter(article__in=new).update(compared=True)
    return True


def _still_there(likely: Mapping[int, Mapping[int, float]]) -> dict[int, dict[int, float]]:
    """The same without stories that were deleted while they were compared."""
    named = {*likely, *(other for scores in likely.values() for other in scores)}
    there = set(Article.objects.filter(pk__in=named).values_list("pk", flat=True))
    return {
        key: {other: score for other, score in scores.items() if other in there}
        for key, scores in likely.items()
        if key in there
    }


def _texts(keys: Iterable[int]) -> Iterator[tuple[int, Counts]]:
    rows = StoryWords.objects.filter(article__in=keys).values_list("article", "counts")
    yield from rows.iterator(chunk_size=200)


def _topics(keys: Iterable[int]) -> dict[int, set[int]]:
    filed: defaultdict[int, set[int]] = defaultdict(set)
    through = Article.topics.through.objects.filter(article__in=keys)
    for article, topic in through.values_list("article", "topic"):
        filed[article].add(topic)
    return dict(filed)


def _with_topics(
    key: int, scores: Mapping[int, float], topics: Mapping[int, set[int]]
) -> dict[int, float]:
    own = topics.get(key, set())
    shared = {
        other: min(len(own & theirs), 2) * SHARED_TOPIC
        for other, theirs in topics.items()
        if other != key and own & theirs
    }
    sums = {
        other: min(scores.get(other, 0.0) + shared.get(other, 0.0), 1.0)
        for other in scores.keys() | shared.keys()
    }
    return {other: score for other, score in sums.items() if score >= LEAST}


def _keep(likely: Mapping[int, Mapping[int, float]]) -> None:
    # Likeness goes both ways: a new story also takes a place with the older ones.
    lists: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for key, scores in likely.items():
        for other, score in scores.items():
            lists[key][other] = score
            lists[other].setdefault(key, score)
    before: defaultdict[int, list[tuple[int, float]]] = defaultdict(list)
    rows = Likeness.objects.filter(article__in=lists.keys())
    for key, other, score in rows.order_by("article", "rank").values_list(
        "article", "other", "score"
    ):
        before[key].append((other, score))
        lists[key].setdefault(other, score)
    kept = {key: _best(scores) for key, scores in lists.items()}
    moved = [key for key, best in kept.items() if before.get(key) != best]
    Likeness.objects.filter(article__in=moved).delete()
    Likeness.objects.bulk_create(
        [
            Likeness(article_id=key, other_id=other, score=score, rank=rank)
            for key in moved
            for rank, (other, score) in enumerate(kept[key], 1)
        ],
        batch_size=500,
    )


def _best(scores: Mapping[int, float]) -> list[tuple[int, float]]:
    return sorted(scores.items(), key=lambda pair: (-pair[1], -pair[0]))[:MOST]
