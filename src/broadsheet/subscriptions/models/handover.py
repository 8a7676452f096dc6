"""A subscription offered by its owner to one of its readers."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models.seats import Subscription


class OwnershipOffer(models.Model):
    """One of the readers may become the owner, until a day. Nothing changes until they accept."""

    wagtail_reference_index_ignore = True

    class States(models.TextChoices):
        """How it stands."""

        OPEN = "open", pgettext_lazy("offer", "open")
        ACCEPTED = "accepted", pgettext_lazy("offer", "accepted")
        DECLINED = "declined", pgettext_lazy("offer", "declined")
        TAKEN_BACK = "taken_back", pgettext_lazy("offer", "taken back")
        EXPIRED = "expired", pgettext_lazy("offer", "expired")

    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.CASCADE,
        related_name="ownership_offers",
        verbose_name=_("subscription"),
    )
    to = models.ForeignKey(
        Reader,
        on_delete=models.CASCADE,
        related_name="ownership_offers",
        verbose_name=_("offered to"),
    )
    offered_by = models.ForeignKey(
        Reader,
        on_delete=models.SET_NULL,
        null=True,
        related_name="ownership_offers_made",
        verbose_name=_("offered by"),
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("offered at"))
    expires_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("good until"))
    state = models.CharField(_("state"), max_length=10, choices=States.choices, default=States.OPEN)
    answered_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("over since"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("hand-over of a subscription")
        verbose_name_plural = _("hand-overs of subscriptions")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(state="open"),
                name="one_open_offer_per_subscription",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscription} → {self.to} ({self.get_state_display()})"

    def close(self, state: States, now: datetime) -> None:
        """Write down how it ended."""
        self.state, self.answered_at = state, now
        self.save(update_fields=["state", "answered_at"])
