"""Plans, what somebody pays for, and who reads under it."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from broadsheet.access import Ending, Happening, Mode, mode_in_force
from broadsheet.readers.models import Reader


class Plan(models.Model):
    """What a subscription gives: so many seats, and how strictly one seat is one device."""

    class Modes(models.TextChoices):
        """The rule's modes, in words for staff."""

        OFF = Mode.OFF.value, _("off: any number of devices")
        MONITOR = Mode.MONITOR.value, _("monitor: only count")
        NOTIFY = Mode.NOTIFY.value, _("notify: show the message, refuse nobody")
        ENFORCE = Mode.ENFORCE.value, _("enforce: one device at a time")

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    promise = models.CharField(_("promise"), max_length=200, blank=True)
    seats = models.PositiveSmallIntegerField(
        _("seats"), default=1, help_text=_("How many people read; 0: a free account.")
    )
    mode = models.CharField(
        _("one-device rule"), max_length=10, choices=Modes.choices, default=Modes.ENFORCE
    )
    control_share = models.PositiveSmallIntegerField(
        _("control group (percent)"),
        default=0,
        help_text=_(
            "This share of subscriptions is only counted, never refused or told, so that you can "
            "compare how many leave."
        ),
    )
    position = models.PositiveSmallIntegerField(_("order on the plans page"), default=0)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering: ClassVar[list[str]] = ["position", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(control_share__lte=100),
                name="control_share_is_percent",
                violation_error_message=_("A share is between 0 and 100."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscriptions, looked for as the paper does."""

    def current(self, now: datetime) -> "SubscriptionQuerySet":
        """Those under which people may read at `now`."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)


class Subscription(models.Model):
    """What somebody pays for, under a plan, from one day to another or without an end."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, verbose_name=_("plan"))
    owner = models.ForeignKey(
        Reader,
        on_delete=models.CASCADE,
        related_name="subscriptions",
        verbose_name=pgettext_lazy("of a subscription", "owner"),
    )
    starts_at = models.DateTimeField(_("starts"), default=timezone.now)
    ends_at = models.DateTimeField(
        _("ends"), null=True, blank=True, help_text=_("Empty: it goes on.")
    )

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=models.F("starts_at")),
                name="ends_after_it_starts",
                violation_error_message=_("A subscription ends after it starts."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan} · {self.owner}"

    @property
    def mode(self) -> Mode:
        """The one-device rule's mode for this subscription, control group considered."""
        return mode_in_force(Mode(self.plan.mode), self.pk, self.plan.control_share)


class Seat(models.Model):
    """One reader's right to read under a subscription."""

    wagtail_reference_index_ignore = True  # written by the gate at every turn

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="seats", verbose_name=_("subscription")
    )
    reader = models.ForeignKey(
        Reader,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="seats",
        verbose_name=_("reader"),
    )

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["subscription", "reader"],
                name="one_seat_per_reader",
                violation_error_message=_("This reader has a seat in this subscription already."),
            )
        ]

    def __str__(self) -> str:
        reader = self.reader or _("empty")
        return f"{self.subscription} / {reader}"

    @property
    def key(self) -> str:
        """What the seat store knows this seat by."""
        return f"seat:{self.pk}"


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
