"""Who gets newsletters, and what they agreed to."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.newsletters.models.lists import Newsletter
from broadsheet.readers.models import Reader


class Recipient(models.Model):
    """One e-mail address that newsletters are sent to, or may never be sent to."""

    wagtail_reference_index_ignore = True  # written by whoever signs up

    class Refused(models.TextChoices):
        """Why nothing is sent to an address any more."""

        NO = "", _("Mail is sent")
        BOUNCED = "bounced", _("The address does not exist")
        COMPLAINED = "complained", _("Reported as unwanted")
        STAFF = "staff", _("By staff")

    email = models.EmailField(_("e-mail address"), max_length=320, unique=True)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    """Names it in links. Not the number, which could be counted through."""
    reader = models.OneToOneField(
        Reader,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="recipient",
        verbose_name=_("reader"),
    )
    language = models.CharField(_("language"), max_length=10)
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True)
    """Where their morning is; empty: the edition's."""
    measured = models.BooleanField(_("clicks are counted"), default=True)
    refused = models.CharField(
        _("refused"), max_length=10, choices=Refused.choices, default=Refused.NO, blank=True
    )
    refused_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("refused since"), null=True, blank=True
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.email


class Membership(models.Model):
    """One address on one list."""

    wagtail_reference_index_ignore = True

    class State(models.TextChoices):
        """Whether issues go to it."""

        ASKED = "asked", _("Not confirmed yet")
        JOINED = "joined", _("Gets it")
        PAUSED = "paused", _("Paused")
        LEFT = "left", _("Left")

    recipient = models.ForeignKey(
        Recipient,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("recipient"),
    )
    newsletter = models.ForeignKey(
        Newsletter,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("newsletter"),
    )
    state = models.CharField(_("state"), max_length=6, choices=State.choices)
    since: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("since"))
    paused_until: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("paused until"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("newsletter's reader")
        verbose_name_plural = _("newsletters' readers")
        ordering: ClassVar[list[str]] = ["-since", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["recipient", "newsletter"], name="on_a_list_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["newsletter", "state"], name="on_the_list")
        ]

    def __str__(self) -> str:
        return f"{self.recipient} · {self.newsletter}"


class Consent(models.Model):
    """What somebody agreed to or took back, when, and with which words before them."""

    wagtail_reference_index_ignore = True

    class Act(models.TextChoices):
        """What was done."""

        ASKED = "asked", _("Asked for it")
        CONFIRMED = "confirmed", _("Confirmed it")
        JOINED = "joined", _("Joined, signed in or by a link in a mail")
        IMPORTED = "imported", _("Brought from elsewhere")
        PAUSED = "paused", _("Paused it")
        LEFT = "left", _("Left")
        REFUSED = "refused", _("Reported it as unwanted")

    recipient = models.ForeignKey(
        Recipient, on_delete=models.CASCADE, related_name="consents", verbose_name=_("recipient")
    )
    newsletter = models.ForeignKey(
        Newsletter, on_delete=models.CASCADE, related_name="+", verbose_name=_("newsletter")
    )
    act = models.CharField(_("act"), max_length=9, choices=Act.choices)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("time"))
    form = models.CharField(_("form"), max_length=200, blank=True)
    """Path of the page where it was done."""
    wording = models.TextField(_("wording"), blank=True)
    version = models.CharField(_("version"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.recipient} · {self.newsletter} · {self.get_act_display()}"
