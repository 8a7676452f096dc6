"""What somebody pays for or was given, and who reads under it."""

from datetime import datetime
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from broadsheet.access import Mode, mode_in_force
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models.plans import MOST_SEATS, Plan


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
    administrators = models.ManyToManyField(
        Reader,
        blank=True,
        related_name="administered",
        verbose_name=_("administrators"),
        help_text=_("They hand out its seats, and need not read themselves."),
    )
    seats_bought = models.PositiveSmallIntegerField(
        _("seats bought"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_SEATS)],
        help_text=_("Empty: as many as the plan gives, now and when the plan changes."),
    )
    payment_due = models.BooleanField(
        _("payment due"),
        default=False,
        help_text=_("The last payment failed; reading goes on until the end that is given."),
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
    def seat_count(self) -> int:
        """How many people may read under it."""
        return self.plan.seats if self.seats_bought is None else self.seats_bought

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
