"""What happened on contested seats, and the cases that came of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from broadsheet.access import Ending, Happening
from broadsheet.subscriptions.models.seats import Seat


class SeatContest(models.Model):
    """One event on a contested seat; kept for a while, then only in DailyTotal."""

    wagtail_reference_index_ignore = True  # written by the gate at every turn

    class Kinds(models.TextChoices):
        """The rule's happenings, in words for staff."""

        REFUSED = Happening.REFUSED.value, _("refused")
        TAKEOVER = Happening.TAKEOVER.value, _("taken over")
        OVERLAP = Happening.OVERLAP.value, _("both read")

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="contests")
    kind = models.CharField(_("what"), max_length=10, choices=Kinds.choices)
    device = models.CharField(_("device that came"), max_length=32)
    other = models.CharField(_("device that held"), max_length=32)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("contest of a seat")
        verbose_name_plural = _("contests of seats")
        ordering: ClassVar[list[str]] = ["-at"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["seat", "at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"


class DailyTotal(models.Model):
    """How often something happened on a day (UTC), for good."""

    wagtail_reference_index_ignore = True  # written by the gate at every turn

    day = models.DateField(_("day"))
    kind = models.CharField(_("what"), max_length=12)
    count = models.PositiveIntegerField(_("how often"), default=0)

    class Meta:
        verbose_name = _("daily total")
        verbose_name_plural = _("daily totals")
        ordering: ClassVar[list[str]] = ["-day", "kind"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "kind"], name="one_total_per_day_and_kind")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}: {self.count}"


class SharingCase(models.Model):
    """What is known about one seat read by more than one device at a time."""

    wagtail_reference_index_ignore = True  # written by the gate at every turn

    class Endings(models.TextChoices):
        """Why a case is over, in words for staff."""

        SEAT_ADDED = Ending.SEAT_ADDED.value, _("a seat was added")
        PASSWORD_CHANGED = Ending.PASSWORD_CHANGED.value, _("the password was changed")
        SIGNED_OUT = Ending.SIGNED_OUT.value, _("the other device was signed out")
        QUIET = Ending.QUIET.value, _("the seat was not contested any more")

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="cases")
    opened_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("over since"), null=True, blank=True)
    ending = models.CharField(_("why over"), max_length=20, choices=Endings.choices, blank=True)
    devices = models.JSONField(_("devices"), default=list)
    """The public ids of the devices that contested the seat."""
    overlaps = models.PositiveIntegerField(_("overlaps"), default=0)

    class Meta:
        verbose_name = _("sharing case")
        verbose_name_plural = _("sharing cases")
        ordering: ClassVar[list[str]] = ["-opened_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["seat"], condition=Q(ended_at=None), name="one_open_case_per_seat"
            )
        ]

    def __str__(self) -> str:
        return f"{self.seat} ({self.opened_at:%Y-%m-%d})"


class MineAnswer(models.Model):
    """A reader said that both devices are theirs; the message rests on that pair."""

    wagtail_reference_index_ignore = True  # written by the gate at every turn

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="mine_answers")
    device = models.CharField(max_length=32)
    other = models.CharField(max_length=32)
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("answer: both devices are mine")
        verbose_name_plural = _("answers: both devices are mine")
        ordering: ClassVar[list[str]] = ["-at"]

    def __str__(self) -> str:
        return f"{self.seat} {self.at:%Y-%m-%d}"
