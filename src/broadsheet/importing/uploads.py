"""Imports that staff begin in the newsroom: a file is kept, and the background reads it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.tasks import task
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from broadsheet.importing import runs
from broadsheet.importing.models import ImportPart, ImportRun
from broadsheet.importing.pieces import FileRefused
from broadsheet.importing.runs import Options
from broadsheet.readers.models import Reader
from broadsheet.settings.django import SLOW

logger = logging.getLogger(__name__)
MOST_BYTES = 100_000_000
"""Larger files are imported at the command line."""
PART = 1_000_000
"""Bytes of a file that are kept in one row."""
STILL = timedelta(minutes=2)
"""What has not moved for so long was broken off, and may be taken up."""
ENDINGS = (".xml", ".json")
States = ImportRun.States


def take(upload: "UploadedFile[bytes]", options: Options, by: Reader, language: str) -> ImportRun:
    """Keep the file, and have it imported. Raises FileRefused, and then nothing is kept."""
    name = Path(upload.name or "").name[:200]
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise FileRefused(
            _(
                "Choose an export of WordPress (.xml) or Ghost (.json). "
                "Members are imported by the operator."
            )
        )
    if (upload.size or 0) > MOST_BYTES:
        raise FileRefused(
            _("This file is larger than %(limit)s MB. The operator can import it.")
            % {"limit": MOST_BYTES // 1_000_000}
        )
    runs.order_of(options)
    with _temporary(ending) as path:
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        with transaction.atomic():
            run = runs.begin(path, options, by, name)
            _keep(run, path)
            run.options = {**options.kept(), "ending": ending, "language": language}
            run.state = States.QUEUED
            run.save()
            transaction.on_commit(lambda: carry_out.enqueue(run.pk))
    return run


@task(queue_name=SLOW)
def carry_out(pk: int) -> None:
    """Work through a run's file (the run's id). It ends done, refused or stopped."""
    waiting = ImportRun.objects.filter(pk=pk)
    broken_off = Q(state=States.RUNNING, moved_at__lt=timezone.now() - STILL)
    run = waiting.filter(Q(state=States.QUEUED) | broken_off).first()
    if run is None:
        return
    kept = dict(run.options)
    ending, language = str(kept.pop("ending", "")), str(kept.pop("language", "en"))
    try:
        with _temporary(ending) as path, translation.override(language):
            _fetch(run, path)
            runs.carry_out(run, path, Options(**kept))
    except FileRefused:
        pass  # the run says why
    except Exception:
        logger.exception("an import was broken off")
        waiting.update(message="The log says why it stopped.", moved_at=timezone.now())
        return
    run.parts.all().delete()


@contextmanager
def _temporary(ending: str) -> Iterator[Path]:
    with TemporaryDirectory(prefix="broadsheet-import-") as folder:
        yield Path(folder) / f"upload{ending}"


def _keep(run: ImportRun, path: Path) -> None:
    run.parts.all().delete()
    with path.open("rb") as file:
        for number, data in enumerate(iter(lambda: file.read(PART), b"")):
            ImportPart.objects.create(run=run, number=number, data=data)


def _fetch(run: ImportRun, path: Path) -> None:
    with path.open("wb") as file:
        for part in run.parts.iterator(chunk_size=1):
            file.write(part.data)
