"""What a reader has read: written down only with their consent, and erased when they say so."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from broadsheet.gate.openings import Opening
from broadsheet.newsroom.models import Article
from broadsheet.readers.models import Reader
from broadsheet.shelf.keeping import tell
from broadsheet.shelf.models import HistoryConsent, ReadStory, history_erasing

KEPT = timedelta(days=180)
"""How long a story stays in a history after it was last read."""


def consents(reader: Reader) -> bool:
    """Whether what the reader opens is written down."""
    return HistoryConsent.objects.filter(reader=reader).exists()


def consent(reader: Reader, now: datetime) -> None:
    """Write down from now on what the reader opens; nothing of before is known."""
    HistoryConsent.objects.get_or_create(reader=reader, defaults={"given_at": now})


def withdraw(reader: Reader) -> None:
    """Write down no more, and erase what was."""
    with transaction.atomic():
        HistoryConsent.objects.filter(reader=reader).delete()
        _erase(reader)


def erase(reader: Reader) -> int:
    """Erase all that is written down; how many stories it was. The consent stands."""
    with transaction.atomic():
        return _erase(reader)


def forget(reader: Reader, entry: int) -> bool:
    """Erase one story of the reader's own history; False: there is no such entry."""
    with transaction.atomic():
        return bool(_erase(reader, pk=entry))


def note(openings: Iterable[Opening]) -> None:
    """Write down what consenting readers opened after they consented."""
    last = {(one.reader, one.story): one.at for one in openings if one.reader is not None}
    with transaction.atomic():
        since = dict(
            HistoryConsent.objects.filter(reader__in={reader for reader, _ in last})
            .order_by("reader")
            .select_for_update()
            .values_list("reader", "given_at")
        )
        stories = set(
            Article.objects.filter(pk__in={story for _, story in last}).values_list("pk", flat=True)
        )
        rows = [
            ReadStory(reader_id=reader, article_id=story, read_at=datetime.fromtimestamp(at, UTC))
            for (reader, story), at in sorted(last.items())  # by all processes in one order
            if reader in since and story in stories and at >= since[reader].timestamp()
        ]
        ReadStory.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["reader", "article"],
            update_fields=["read_at"],
        )
        tell(*{row.reader_id for row in rows})


def _erase(reader: Reader, **which: int) -> int:
    erased, _ = reader.history.filter(**which).delete()
    history_erasing.send(sender=Reader, reader=reader)
    tell(reader.pk)
    return erased


@task()
def tidy_history() -> None:
    """Forget what was read longer ago than it is kept."""
    ReadStory.objects.filter(read_at__lt=timezone.now() - KEPT).delete()
