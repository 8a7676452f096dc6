"""Issues of newsletters, and the mails that carry them."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField

from broadsheet.newsletters.blocks import IssueBody
from broadsheet.newsletters.models.lists import Newsletter
from broadsheet.newsletters.models.people import Recipient
from broadsheet.newsroom.models import BreakingNews
from broadsheet.newsroom.plainwords import in_one_line

LONGEST_SUBJECT = 140


class Issue(models.Model):
    """One issue: made from the edition or written, then approved, then sent."""

    class State(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", _("Draft")
        APPROVED = "approved", _("Approved")
        SENDING = "sending", _("Being sent")
        STOPPED = "stopped", _("Stopped")
        SENT = "sent", _("Sent")

    newsletter = models.ForeignKey(
        Newsletter,
        on_delete=models.CASCADE,
        related_name="issues",
        verbose_name=_("newsletter"),
    )
    subject = models.CharField(_("subject"), max_length=LONGEST_SUBJECT)
    other_subject = models.CharField(
        _("another subject"),
        max_length=LONGEST_SUBJECT,
        blank=True,
        help_text=_("To be tried against the first, on readers drawn by lot."),
    )
    tried_on = models.PositiveSmallIntegerField(
        _("tried on"),
        default=20,
        help_text=_("Per cent of the readers. The rest get the subject that more have clicked on."),
    )
    tried_for = models.PositiveSmallIntegerField(
        _("for so long"), default=120, help_text=_("Minutes from the first mail to the choice.")
    )
    teaser = models.CharField(
        _("beside the subject"),
        max_length=150,
        blank=True,
        help_text=_("What mail programs show of it before it is opened."),
    )
    body = StreamField(IssueBody(), verbose_name=_("text"), blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.DRAFT, editable=False
    )
    send_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("send at"), null=True, blank=True, help_text=_("Empty: once it is approved.")
    )
    day = models.DateField(_("day"), null=True, editable=False)
    """Of one that is made by itself: the day it is for, in the edition's time zone."""
    breaking = models.ForeignKey(
        BreakingNews, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    """Of one that tells breaking news: which."""
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        _("created"), auto_now_add=True
    )
    began_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("first mail"), null=True, editable=False
    )
    subscriptions = models.PositiveIntegerField(
        _("subscriptions it brought"), default=0, editable=False
    )
    ended_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("last mail"), null=True, editable=False
    )

    tally = models.JSONField(default=dict, editable=False)
    """What became of its mails, once their rows are gone (`newsletters.tally`); else empty."""

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        permissions: ClassVar[list[Any]] = [("send_issue", _("Can approve and send issues"))]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["newsletter", "day"], name="made_once_a_day", condition=~Q(day=None)
            ),
            models.UniqueConstraint(fields=["newsletter", "breaking"], name="broken_once"),
        ]

    def __str__(self) -> str:
        return self.subject

    def clean(self) -> None:
        """One line of subject; a trial that leaves somebody to win for; nothing that is approved
        changes unseen."""
        super().clean()
        if Issue.objects.filter(pk=self.pk).exclude(state__in=OPEN).exists():
            raise ValidationError(_("This issue is approved: take it back to a draft first."))
        for name in ("subject", "other_subject", "teaser"):
            setattr(self, name, in_one_line(getattr(self, name)))
        faults = {}
        if not self.subject:
            faults["subject"] = _("Nothing of this subject can be printed.")
        if not 2 <= self.tried_on <= 100:
            faults["tried_on"] = _("Between 2 and 100 per cent.")
        if not 10 <= self.tried_for <= 48 * 60:
            faults["tried_for"] = _("Between ten minutes and two days.")
        if faults:
            raise ValidationError(faults)

    @property
    def subjects(self) -> list[str]:
        """The one that is sent, or the two that are tried."""
        return [self.subject, *filter(None, [self.other_subject])]

    @property
    def url(self) -> str:
        """The path of its page on the web."""
        return f"{self.newsletter.url}{self.pk}/"


OPEN = (Issue.State.DRAFT, Issue.State.STOPPED)
"""The states in which an issue may be changed."""


class Delivery(models.Model):
    """One issue to one address: made before anything is sent, so that it goes once."""

    wagtail_reference_index_ignore = True

    class State(models.IntegerChoices):
        """How far this mail is."""

        WAITING = 0, _("Waiting")
        HANDING = 1, _("Being handed over")
        SENT = 2, _("Sent")
        UNKNOWN = 3, _("Perhaps sent: the process ended while it was handed over")
        FAILED = 4, _("Not taken")
        DROPPED = 5, _("Not sent: left meanwhile")

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="deliveries")
    recipient = models.ForeignKey(Recipient, on_delete=models.CASCADE, related_name="deliveries")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    """Its Message-ID: a provider names it when it tells what became of the mail."""
    subject = models.PositiveSmallIntegerField(null=True)
    """Which of the issue's subjects; None: the one that wins."""
    state = models.PositiveSmallIntegerField(
        _("state"), choices=State.choices, default=State.WAITING
    )
    due_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("due"))
    worker = models.CharField(max_length=40, blank=True)
    """Who has it, until `due_at`."""
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("sent"), null=True
    )
    ended = models.CharField(_("what became of it"), max_length=12, blank=True)
    """As the provider tells: delivered, bounced, complained; or left, by the link in it."""
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issue", "recipient"], name="an_issue_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "due_at"], name="still_to_go")
        ]

    def __str__(self) -> str:
        return f"{self.issue} · {self.recipient}"


class Click(models.Model):
    """That a link of an issue was followed: which, when, and by the mail of which subject. Not
    by whom: what one person reads is not what is counted here."""

    wagtail_reference_index_ignore = True

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="clicks")
    address = models.CharField(max_length=500)
    subject = models.PositiveSmallIntegerField(default=0)
    mail = models.CharField(max_length=32)
    """Tells the issue's mails apart, so that a second click is not another: a digest, by which no
    reader is found."""
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["issue", "mail", "address"], name="followed_once")
        ]

    def __str__(self) -> str:
        return f"{self.issue} · {self.address}"


class Slot(models.Model):
    """When the next mail may go: of all, or to one domain."""

    wagtail_reference_index_ignore = True

    key = models.CharField(max_length=255, unique=True)
    free_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        verbose_name = _("pace")
        verbose_name_plural = _("paces")

    def __str__(self) -> str:
        return self.key
