"""Exports: asked for, made in the background, fetched, and deleted after a while."""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import IntegrityError, transaction
from django.tasks import task
from django.utils import timezone

from broadsheet.mail import post
from broadsheet.readers import export_page
from broadsheet.readers.models import Export, Reader

logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)
"""How long it can be fetched."""
A_DAY = 3
"""So many exports a reader may have made within 24 hours."""
STUCK = timedelta(hours=1)
"""What is made for longer than this was broken off by a stop."""

States = Export.States
OPEN = (States.QUEUED, States.MAKING)


class EnoughForToday(Exception):
    """The reader has asked for as many exports as are made in a day."""


def ask(reader: Reader, language: str, now: datetime) -> Export:
    """Have an export made; the one that is already under way, if there is one.

    Its words are in `language`, such as "es". Raises EnoughForToday.
    """
    under_way = reader.exports.filter(state__in=OPEN)
    found = under_way.first()
    if found is not None:
        return found
    lately = reader.exports.filter(asked_at__gt=now - timedelta(days=1))
    if lately.exclude(state=States.FAILED).count() >= A_DAY:
        raise EnoughForToday
    try:
        with transaction.atomic():
            asked = Export.objects.create(
                reader=reader, language=language, asked_at=now, changed_at=now
            )
            transaction.on_commit(lambda: make.enqueue(asked.pk))
    except IntegrityError:  # asked twice at the same moment
        return under_way.get()
    return asked


def good_until(export: Export) -> datetime:
    """When the file of an export that is ready will be deleted."""
    return export.changed_at + KEPT


@task()
def make(pk: int) -> None:
    """Make an export (an id), unless another process does, and tell its reader."""
    if not _move(pk, States.QUEUED, States.MAKING):
        return
    export = Export.objects.select_related("reader").get(pk=pk)
    try:
        file = _written(export)
    except Exception:  # whatever went wrong, the reader is told, and may ask again
        logger.exception("an export could not be made")
        _move(pk, States.MAKING, States.FAILED)
        return
    if not _move(pk, States.MAKING, States.READY, size=len(file), file=file):
        return  # the account was deleted meanwhile
    values = {"download_url": post.address("/account/export/"), "expires_at": timezone.now() + KEPT}
    post.send("export_ready", export.reader.email, export.language, values)


@task()
def tidy_exports() -> None:
    """Delete what has been kept long enough, and give up what was broken off."""
    now = timezone.now()
    broken_off = Export.objects.filter(state__in=OPEN, changed_at__lt=now - STUCK)
    broken_off.update(state=States.FAILED, changed_at=now)
    Export.objects.filter(changed_at__lt=now - KEPT).delete()


def _written(export: Export) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.zip"
        export_page.write(path, export.reader, export.language, timezone.now())
        return path.read_bytes()


def _move(pk: int, state: str, to: str, **values: Any) -> bool:
    moved = Export.objects.filter(pk=pk, state=state)
    return bool(moved.update(state=to, changed_at=timezone.now(), **values))
