"""Imports that staff begin in the newsroom: a file is kept, and the background reads it."""

import logging
import secrets
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.tasks import task
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from broadsheet.importing import runs
from broadsheet.importing.models import ImportRun
from broadsheet.importing.pieces import FileRefused
from broadsheet.importing.runs import Options
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER, SLOW

logger = logging.getLogger(__name__)
MOST_BYTES = 100_000_000
"""Larger files are imported at the command line."""
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
    path = _folder() / f"{secrets.token_hex(16)}{ending}"
    try:
        path.touch(mode=0o600)
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        runs.order_of(options)
        with transaction.atomic():
            run = runs.begin(path, options, by, name)
            old = run.options.get("upload", "")
            run.options = {**options.kept(), "upload": path.name, "language": language}
            run.state = States.QUEUED
            run.save()
            transaction.on_commit(lambda: carry_out.enqueue(run.pk))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if old and old != path.name:
        (_folder() / Path(old).name).unlink(missing_ok=True)
    return run


@task(queue_name=SLOW)
def carry_out(pk: int) -> None:
    """Work through a run's file (the run's id). It ends done, refused or stopped."""
    run = ImportRun.objects.filter(pk=pk, state=States.QUEUED).first()
    if run is None:
        return
    kept = dict(run.options)
    path = _folder() / Path(str(kept.pop("upload", ""))).name
    language = str(kept.pop("language", "en"))
    try:
        with translation.override(language):
            runs.carry_out(run, path, Options(**kept))
    except FileRefused:
        pass  # the run says why
    except Exception:
        logger.exception("an import was broken off")
        ImportRun.objects.filter(pk=pk).update(
            message="The log says why it stopped.", moved_at=timezone.now()
        )
        return
    path.unlink(missing_ok=True)


@receiver(post_delete, sender=ImportRun)
def drop_file(sender: type[ImportRun], instance: ImportRun, **_kept: object) -> None:
    """With a run goes the file that is still waiting."""
    name = Path(str(instance.options.get("upload", ""))).name
    if name:
        transaction.on_commit(lambda: (_folder() / name).unlink(missing_ok=True))


def _folder() -> Path:
    folder = PAPER.data_dir / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
