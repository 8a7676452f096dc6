"""The letters that wait and went."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

KEPT = timedelta(days=30)
"""How long a letter's row is kept. Its body is emptied as soon as it was sent."""


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters, looked for as the delivery does."""

    def due(self, now: datetime) -> Self:
        """Those that should go now."""
        return self.filter(sent_at=None, due_at__lte=now)


class Letter(models.Model):
    """One letter to one address. It is due until it was sent or is given up (`due_at` empty)."""

    wagtail_reference_index_ignore = True  # written by itself, refers to nothing

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    to = models.EmailField(_("to"), max_length=320)
    reply_to = models.EmailField(_("reply to"), max_length=320, blank=True)
    kind = models.CharField(_("kind"), max_length=40)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(blank=True, editable=False)
    html = models.TextField(blank=True, editable=False)
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("created"), db_index=True
    )
    due_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("due"), null=True, blank=True, db_index=True
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("sent"), null=True, blank=True
    )
    error = models.TextField(_("error"), blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.to}"
