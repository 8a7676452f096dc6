"""Works out what each reader may want to read next, in the background, and keeps it ready."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.tasks import task
from django.utils import timezone

from broadsheet.newsroom import most_read
from broadsheet.newsroom.models import (
    Article,
    ArticleAuthor,
    Author,
    Edition,
    Likeness,
    Section,
    Topic,
)
from broadsheet.readers.models import Reader
from broadsheet.recommendations.models import Recommended
from broadsheet.recommendations.scoring import Candidate, Choice, Reason, Tastes, Why, rank
from broadsheet.settings.django import SLOW

MOST = 12
"""Recommended stories of one reader in one edition."""
CANDIDATES = 400
"""The newest stories of an edition that may be recommended."""
AGE = timedelta(days=14)
"""Older stories are not recommended, unless an edition publishes seldom."""
READ = 200
"""Stories read last that tell what a reader likes."""
PAUSE = 45
"""Seconds in which a reader's doings cause one computation, not one each."""
KEPT = 60
"""Seconds in which the candidates of an edition are not looked for again."""
ACTIVE = timedelta(days=7)
"""Who was here in this time has new recommendations every hour."""
SEVERAL = 2_000
"""Readers seen to in one hour at the most, those first whose list is oldest."""


def soon(reader: int) -> None:
    """Work out this reader's recommendations anew, once for much that they do."""
    if cache.add(f"recommend-{reader}", 1, timeout=PAUSE):
        later = timezone.now() + timedelta(seconds=PAUSE)
        recommend.using(run_after=later).enqueue(reader)


@task()
def recommend(reader: int) -> None:
    """Work out one reader's recommendations."""
    someone = Reader.objects.filter(pk=reader).first()
    if someone is not None:
        make(someone, _pools(timezone.now()), timezone.now())


@task(queue_name=SLOW)
def recommend_to_active() -> None:
    """Work out the recommendations of those who have been here lately."""
    now = timezone.now()
    active = Reader.objects.filter(devices__last_seen__gte=now - ACTIVE)
    tell = Q(follows__isnull=False) | Q(history__isnull=False)
    # Whoever has neither has no list of their own: what others read is the same for all.
    readers = active.filter(tell).distinct().order_by("-pk")
    pools = _pools(now)
    for reader in readers[:SEVERAL]:
        make(reader, pools, now)


def make(reader: Reader, pools: Mapping[int, "Pool"], now: datetime) -> None:
    """Work out the reader's recommendations in every edition where they like something."""
    tastes = tastes_of(reader)
    with transaction.atomic():
        # Another process may be working out the same list.
        if Reader.objects.select_for_update(no_key=True).filter(pk=reader.pk).first() is None:
            return
        reader.recommended.all().delete()
        for pool in pools.values():
            if pool.concerns(tastes):
                Recommended.objects.bulk_create(
                    [
                        Recommended(
                            reader=reader,
                            edition=pool.edition,
                            article_id=choice.pk,
                            place=place,
                            why=choice.reason.why.value,
                            of=pool.named(choice.reason)[:255],
                            made_at=now,
                        )
                        for place, choice in enumerate(pool.ranked(tastes, now), 1)
                    ]
                )


def tastes_of(reader: Reader) -> Tastes:
    """What the reader follows, and what they read last if they have it written down."""
    follows = list(reader.follows.values_list("topic", "author"))
    read = reader.history.values_list("article", "read_at")[:READ]
    return Tastes(
        topics=frozenset(topic for topic, _ in follows if topic),
        authors=frozenset(author for _, author in follows if author),
        read={article: at.timestamp() for article, at in read},
    )


class Pool:
    """What may be recommended in one edition, the same for all readers of an hour."""

    def __init__(self, edition: Edition, now: datetime) -> None:
        """Fetch it."""
        self.edition = edition
        self._sections = {section.path: section for section in edition.sections}
        # Many readers do something in one minute: the same candidates do for all.
        kept = cache.get_or_set(f"candidates-{edition.pk}", lambda: self._fetched(now), KEPT)
        self._candidates: list[Candidate] = kept or []
        self._topics = {key for one in self._candidates for key in one.topics}
        self._authors = {key for one in self._candidates for key in one.authors}

    def concerns(self, tastes: Tastes) -> bool:
        """Whether the reader likes something of this edition."""
        if tastes.topics & self._topics or tastes.authors & self._authors:
            return True
        return Article.objects.inside(self.edition).filter(pk__in=tastes.read).exists()

    def ranked(self, tastes: Tastes, now: datetime) -> list[Choice]:
        """What to recommend to a reader, the best first."""
        alike: defaultdict[int, dict[int, float]] = defaultdict(dict)
        rows = Likeness.objects.filter(article__in=tastes.read)
        for read, other, score in rows.values_list("article", "other", "score"):
            alike[other][read] = score
        return rank(self._candidates, tastes, alike, now.timestamp(), MOST)

    def named(self, reason: Reason) -> str:
        """The name of what a reason is about; empty where it is about nothing."""
        match reason.why:
            case Why.TOPIC:
                return _name(Topic, "name", reason.of)
            case Why.AUTHOR:
                return _name(Author, "name", reason.of)
            case Why.LIKE:
                return _name(Article, "title", reason.of)
            case Why.NEW:
                return _name(Section, "title", reason.of)
        return ""

    def _fetched(self, now: datetime) -> list[Candidate]:
        rows = list(
            Article.objects.live()
            .inside(self.edition)
            .newest()
            .values_list("pk", "path", "published_at")[:CANDIDATES]
        )
        recent = [row for row in rows if row[2] is not None and row[2] >= now - AGE]
        rows = recent if len(recent) >= MOST else [row for row in rows if row[2]][: 4 * MOST]
        keys = [row[0] for row in rows]
        topics = _filed(Article.topics.through.objects.filter(article__in=keys), "topic")
        authors = _filed(ArticleAuthor.objects.filter(article__in=keys), "author")
        counts = dict(most_read.counted(self.edition, now))
        most = max(counts.values(), default=0)
        step = Section.steplen
        return [
            Candidate(
                pk=key,
                section=self._sections[path[:-step]].pk,
                published=published.timestamp(),
                topics=frozenset(topics[key]),
                authors=frozenset(authors[key]),
                popularity=counts.get(key, 0) / most if most else 0.0,
            )
            for key, path, published in rows
            if path[:-step] in self._sections
        ]


def _pools(now: datetime) -> dict[int, Pool]:
    return {edition.pk: Pool(edition, now) for edition in Edition.objects.live()}


def _filed(rows: Any, name: str) -> defaultdict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    pairs: Iterable[tuple[int, int]] = rows.values_list("article", name)
    for article, key in pairs:
        found[article].append(key)
    return found


def _name(model: Any, field: str, key: int) -> str:
    name: str | None = model.objects.filter(pk=key).values_list(field, flat=True).first()
    return name or ""
