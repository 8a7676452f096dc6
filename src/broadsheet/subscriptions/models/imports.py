"""A list of addresses that an owner or administrator gave, and what became of each."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models.seats import Subscription


class SeatImport(models.Model):
    """One list: looked at first, then carried out in the background. Kept for 30 days."""

    wagtail_reference_index_ignore = True

    class States(models.TextChoices):
        """How far it is."""

        PREVIEW = "preview", pgettext_lazy("list of addresses", "looked at")
        RUNNING = "running", pgettext_lazy("list of addresses", "being invited")
        DONE = "done", pgettext_lazy("list of addresses", "done")

    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.CASCADE,
        related_name="imports",
        verbose_name=_("subscription"),
    )
    by = models.ForeignKey(
        Reader, on_delete=models.CASCADE, related_name="+", verbose_name=_("given by")
    )
    language = models.CharField(max_length=8)
    """Of the letters."""
    state = models.CharField(
        _("state"), max_length=7, choices=States.choices, default=States.PREVIEW
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("given at"))
    moved_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("last step"))
    rows_count = models.PositiveIntegerField(_("rows"), default=0)
    to_invite = models.PositiveIntegerField(_("to be invited"), default=0)
    handled = models.PositiveIntegerField(_("handled"), default=0)
    """Of those that were to be invited."""
    invited = models.PositiveIntegerField(_("invited"), default=0)

    class Meta:
        verbose_name = _("list of addresses")
        verbose_name_plural = _("lists of addresses")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.subscription} ({self.rows_count})"


class SeatImportRow(models.Model):
    """One row of a list, as it was given."""

    wagtail_reference_index_ignore = True

    class Outcomes(models.TextChoices):
        """What will happen, or has happened, to it."""

        INVITE = "invite", _("will be invited")
        INVITED = "invited", _("has been invited")
        MALFORMED = "malformed", _("not an e-mail address")
        FORMULA = "formula", _("a formula, which is not taken")
        DUPLICATE = "duplicate", _("stands in the list already")
        SEATED = "seated", _("has a seat already")
        PROMISED = "promised", _("has an open invitation already")
        NO_SEAT = "no_seat", _("no seat is left")
        FAILED = "failed", _("could not be invited")

    seat_import = models.ForeignKey(SeatImport, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    email = models.CharField(max_length=320)
    outcome = models.CharField(max_length=9, choices=Outcomes.choices)

    class Meta:
        verbose_name = _("row of a list of addresses")
        verbose_name_plural = _("rows of lists of addresses")
        ordering: ClassVar[list[str]] = ["line"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["seat_import", "outcome"])]

    def __str__(self) -> str:
        return f"{self.line}: {self.get_outcome_display()}"
