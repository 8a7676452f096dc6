"""Tells one listener that something readers can see has changed."""

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from broadsheet.newsroom.models.publication import Publication
from broadsheet.settings.django import MANY_HOSTS

KEPT = timedelta(hours=1)
"""How long a publication is written down: longer than any process takes to have seen it, and
than any transaction takes."""


class Publications:
    """A registry of one: whoever keeps printed pages listens here."""

    def __init__(self) -> None:
        self._listener: Callable[[], None] | None = None

    def listen(self, listener: Callable[[], None] | None) -> None:
        """Call `listener` at every publication from now on, instead of the one before."""
        self._listener = listener

    def announce(self) -> None:
        """What readers see has changed by itself: time has passed, or a list is another."""
        _write_down()
        self._tell()

    def announce_with_commit(self) -> None:
        """Something is published, withdrawn, moved or corrected in this transaction: the listener
        is told once the change can be read by everybody, and not if it is undone."""
        _write_down()
        transaction.on_commit(self._tell)

    def _tell(self) -> None:
        if self._listener is not None:
            self._listener()


def _write_down() -> None:
    if MANY_HOSTS:
        Publication.objects.create()


@task()
def forget_publications() -> None:
    """Take away what every process has long seen."""
    Publication.objects.filter(at__lt=timezone.now() - KEPT).delete()


_paper = Publications()
listen = _paper.listen
announce = _paper.announce
announce_with_commit = _paper.announce_with_commit
