"""Ways to a free seat without an invitation: by the domain of an address, or by a link."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models.seats import Subscription


class JoinDomain(models.Model):
    """Whoever has a verified address at the domain may take a free seat."""

    wagtail_reference_index_ignore = True

    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.CASCADE,
        related_name="join_domains",
        verbose_name=_("subscription"),
    )
    domain = models.CharField(_("domain"), max_length=253, db_index=True)
    """In ASCII and small letters (IDNA)."""
    added_by = models.ForeignKey(
        Reader, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("added by")
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("domain whose readers may join")
        verbose_name_plural = _("domains whose readers may join")
        ordering: ClassVar[list[str]] = ["domain"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["subscription", "domain"], name="a_domain_joins_a_subscription_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.domain} → {self.subscription}"


class JoinLinkQuerySet(models.QuerySet["JoinLink"]):
    """Links, looked for as the paper does."""

    def good(self, now: datetime) -> "JoinLinkQuerySet":
        """Those by which somebody may still take a seat at `now`."""
        return self.filter(withdrawn_at=None, expires_at__gt=now, uses__lt=F("uses_allowed"))


class JoinLink(models.Model):
    """So many readers may take a free seat by a link, until a day."""

    wagtail_reference_index_ignore = True

    subscription = models.ForeignKey(
        Subscription,
        on_delete=models.CASCADE,
        related_name="join_links",
        verbose_name=_("subscription"),
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(
        Reader, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("made at"))
    uses_allowed = models.PositiveSmallIntegerField(_("uses allowed"))
    uses = models.PositiveSmallIntegerField(_("uses"), default=0)
    expires_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("good until"))
    withdrawn_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("withdrawn at"), null=True, blank=True
    )

    objects = JoinLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to join")
        verbose_name_plural = _("links to join")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(uses__lte=F("uses_allowed")), name="a_link_has_a_limit"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subscription} ({self.uses}/{self.uses_allowed})"
