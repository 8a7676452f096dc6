"""Exports: asked for, made in the background, fetched, and deleted after a while."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.tasks import task
from django.utils import timezone

from broadsheet.mail import post
from broadsheet.readers import export_page
from broadsheet.readers.models import Export, Reader
from broadsheet.settings.django import PAPER

logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)
"""How long a file can be fetched."""
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


def file_of(export: Export) -> Path:
    """Where its file is, or will be."""
    return _folder() / f"{export.name}.zip"


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
        size = _write(export)
    except Exception:  # whatever went wrong, the reader is told, and may ask again
        logger.exception("an export could not be made")
        file_of(export).unlink(missing_ok=True)
        _move(pk, States.MAKING, States.FAILED)
        return
    if not _move(pk, States.MAKING, States.READY, size=size):
        file_of(export).unlink(missing_ok=True)  # the account was deleted meanwhile
        return
    values = {"download_url": post.address("/account/export/"), "expires_at": timezone.now() + KEPT}
    post.send("export_ready", export.reader.email, export.language, values)


@task()
def tidy_exports() -> None:
    """Delete what has been kept long enough, and give up what was broken off."""
    now = timezone.now()
    broken_off = Export.objects.filter(state__in=OPEN, changed_at__lt=now - STUCK)
    broken_off.update(state=States.FAILED, changed_at=now)
    for export in Export.objects.filter(changed_at__lt=now - KEPT):
        export.delete()
    known = set(Export.objects.values_list("name", flat=True))
    for path in _folder().glob("*.zip"):
        if path.stem not in known and path.stat().st_mtime < (now - STUCK).timestamp():
            path.unlink(missing_ok=True)


@receiver(post_delete, sender=Export)
def drop_file(sender: type[Export], instance: Export, **_: object) -> None:
    """With its row, also by the deletion of an account, goes the file."""
    path = file_of(instance)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))


def _write(export: Export) -> int:
    path = file_of(export)
    path.touch(mode=0o600)
    return export_page.write(path, export.reader, export.language, timezone.now())


def _move(pk: int, state: str, to: str, size: int = 0) -> bool:
    moved = Export.objects.filter(pk=pk, state=state)
    return bool(moved.update(state=to, changed_at=timezone.now(), size=size))


def _folder() -> Path:
    folder = PAPER.data_dir / "exports"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
