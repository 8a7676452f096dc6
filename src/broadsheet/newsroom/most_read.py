"""What an edition's readers read most, lately: counted by the gate, without who read it."""

from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Case, F, IntegerField, Sum, Value, When

from broadsheet.newsroom.models.articles import Article, InTree
from broadsheet.newsroom.models.readership import Openings

WINDOW = timedelta(hours=72)
WEIGHTS = ((timedelta(hours=6), 8), (timedelta(hours=24), 4), (timedelta(hours=48), 2))
"""An opening counts so many times while it is younger than this; then once, until it is older
than WINDOW."""
KEPT = 60
"""Seconds a list is kept."""
MOST = 30
"""Stories in the list that is kept."""


def most_read(edition: Any, now: datetime, most: int) -> list[int]:
    """Primary keys of the edition's most read stories, the most read first; at most MOST."""
    return [key for key, _ in counted(edition, now)][:most]


def counted(edition: Any, now: datetime) -> list[tuple[int, int]]:
    """The same with their openings, younger ones counting more."""
    name = f"most-read-{edition.pk}"
    found: list[tuple[int, int]] | None = cache.get(name)
    if found is None:
        found = count(edition, now)
        cache.set(name, found, KEPT)
    return found


def count(edition: InTree, now: datetime) -> list[tuple[int, int]]:
    """The same, asked of the database."""
    weight = Case(
        *(When(hour__gt=now - age, then=Value(times)) for age, times in WEIGHTS),
        default=Value(1),
        output_field=IntegerField(),
    )
    listed = Article.objects.live().listed_in(edition)
    rows = (
        Openings.objects.filter(hour__gt=now - WINDOW, article__in=listed.values("pk"))
        .values("article")
        .annotate(points=Sum(F("count") * weight))
        .filter(points__gt=0)
        .order_by("-points", "-article")
    )
    return list(rows.values_list("article", "points")[:MOST])
