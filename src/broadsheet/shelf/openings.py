"""What the gate counted goes to where it is kept: numbers for everybody, histories by consent."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.tasks import task
from django.utils import timezone

from broadsheet.gate.openings import Opening
from broadsheet.newsroom.models import Article, Openings
from broadsheet.shelf import history

KEPT = timedelta(days=30)
"""How long hourly counts are kept; what is much read is a matter of days."""


def record(openings: Sequence[Opening]) -> None:
    """Keep what the gate noted. Raises what the database raises; then nothing was kept."""
    with transaction.atomic():
        _count(openings)
        history.note(openings)


def _count(openings: Sequence[Opening]) -> None:
    counts = Counter((one.story, _hour(one.at)) for one in openings)
    there = set(
        Article.objects.filter(pk__in={story for story, _ in counts}).values_list("pk", flat=True)
    )
    # Those without a row get one, which another process may be making too.
    Openings.objects.bulk_create(
        [Openings(article_id=story, hour=hour) for story, hour in sorted(counts) if story in there],
        ignore_conflicts=True,
    )
    for (story, hour), count in sorted(counts.items()):  # by all processes in one order
        Openings.objects.filter(article=story, hour=hour).update(count=F("count") + count)


def _hour(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC).replace(minute=0, second=0, microsecond=0)


@task()
def tidy_openings() -> None:
    """Forget old counts."""
    Openings.objects.filter(hour__lt=timezone.now() - KEPT).delete()
