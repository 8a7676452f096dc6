"""A link that opens one story."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from broadsheet.newsroom.models import Article
from broadsheet.readers.models import Reader


class StoryGiftQuerySet(models.QuerySet["StoryGift"]):
    """Gifts, looked for as the paper does."""

    def good(self, now: datetime) -> "StoryGiftQuerySet":
        """Those that one more browser may open at `now`."""
        return self.filter(
            withdrawn_at=None, expires_at__gt=now, openings__lt=F("openings_allowed")
        )

    def spending(self) -> "StoryGiftQuerySet":
        """Those that count as given: not what was taken back before anybody opened it."""
        return self.exclude(withdrawn_at__isnull=False, openings=0)


class StoryGift(models.Model):
    """One story, given by a subscriber to whoever holds the link.

    The link's token is not kept, only its digest: who reads the database cannot open the story.
    """

    wagtail_reference_index_ignore = True  # written by the gate at every opening

    digest = models.CharField(max_length=64, unique=True, editable=False)
    giver = models.ForeignKey(
        Reader, on_delete=models.CASCADE, related_name="story_gifts", verbose_name=_("giver")
    )
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="gifts", verbose_name=_("story")
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("given"))
    expires_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("ends"))
    openings_allowed = models.PositiveIntegerField(_("openings allowed"))
    openings = models.PositiveIntegerField(_("openings"), default=0)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = StoryGiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("given story")
        verbose_name_plural = _("given stories")
        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["giver", "created_at"])]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(openings__lte=F("openings_allowed")),
                name="no_more_openings_than_allowed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.article} · {self.giver}"

    def good(self, now: datetime) -> bool:
        """Whether one more browser may open it at `now`."""
        spent = self.openings >= self.openings_allowed
        return self.withdrawn_at is None and now < self.expires_at and not spent
