"""A seat, or the work of an administrator, offered to an e-mail address."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models.seats import Seat, Subscription


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, looked for as the paper does."""

    def open(self) -> "InvitationQuerySet":
        """Those that keep what they promise: not answered, not withdrawn, not marked as over."""
        return self.filter(state=Invitation.States.OPEN)

    def good(self, now: datetime) -> "InvitationQuerySet":
        """Those that can be accepted at `now`."""
        return self.open().filter(expires_at__gt=now)

    def over(self, now: datetime) -> "InvitationQuerySet":
        """Those that nobody has answered in time and that are not marked so yet."""
        return self.open().filter(expires_at__lte=now)


class Invitation(models.Model):
    """One address is offered one seat, or an administrator's work, until a day.

    An open invitation keeps its seat for that address. Of its token only the SHA-256 is kept.
    """

    wagtail_reference_index_ignore = True

    class States(models.TextChoices):
        """How it stands."""

        OPEN = "open", pgettext_lazy("invitation", "open")
        ACCEPTED = "accepted", pgettext_lazy("invitation", "accepted")
        DECLINED = "declined", pgettext_lazy("invitation", "declined")
        TAKEN_BACK = "taken_back", pgettext_lazy("invitation", "taken back")
        EXPIRED = "expired", pgettext_lazy("invitation", "expired")

    class Roles(models.TextChoices):
        """What is offered."""

        MEMBER = "member", _("a seat")
        ADMINISTRATOR = "administrator", _("the work of an administrator")

    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.CASCADE,
        related_name="invitations",
        verbose_name=_("subscription"),
    )
    seat = models.ForeignKey(
        Seat,
        on_delete=models.SET_NULL,
        null=True,
        related_name="invitations",
        verbose_name=_("seat"),
    )
    role = models.CharField(
        _("what is offered"), max_length=13, choices=Roles.choices, default=Roles.MEMBER
    )
    email = models.EmailField(_("invited address"), max_length=320)
    email_key = models.CharField(max_length=320, db_index=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        Reader,
        on_delete=models.SET_NULL,
        null=True,
        related_name="invitations_sent",
        verbose_name=_("invited by"),
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("invited at"))
    sent_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("sent at"))
    expires_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("good until"))
    state = models.CharField(_("state"), max_length=10, choices=States.choices, default=States.OPEN)
    answered_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("over since"), null=True, blank=True
    )
    accepted_by = models.ForeignKey(
        Reader,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="invitations_accepted",
        verbose_name=_("accepted by"),
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["seat"], condition=Q(state="open"), name="one_open_invitation_per_seat"
            ),
            models.UniqueConstraint(
                fields=["subscription", "email_key", "role"],
                condition=Q(state="open"),
                name="one_open_invitation_per_address",
            ),
            models.CheckConstraint(
                condition=~Q(state="open", role="member", seat=None),
                name="an_open_invitation_has_a_seat",
            ),
            models.CheckConstraint(
                condition=Q(state="open", answered_at=None)
                | ~Q(state="open") & Q(answered_at__isnull=False),
                name="an_answer_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} ({self.get_state_display()})"

    @property
    def for_administrator(self) -> bool:
        """Whether it offers an administrator's work instead of a seat."""
        return self.role == self.Roles.ADMINISTRATOR

    def close(self, state: States, now: datetime) -> None:
        """Write down how it ended."""
        self.state, self.answered_at = state, now
        self.save(update_fields=["state", "answered_at", "accepted_by"])
