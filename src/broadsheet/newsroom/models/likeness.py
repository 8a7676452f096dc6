"""Which stories are alike: worked out in the background, ready when a page is asked for."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoryWords(models.Model):
    """How often each word stem stands in a story: what stories are compared by. It says what the
    whole text is about, so nothing of it is ever shown."""

    wagtail_reference_index_ignore = True

    article = models.OneToOneField(
        "newsroom.Article", on_delete=models.CASCADE, related_name="story_words"
    )
    counts: models.JSONField[dict[str, int], Any] = models.JSONField(default=dict)
    read_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("read"))
    """When what was read had been published."""
    compared = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("words of a story")
        verbose_name_plural = _("words of stories")
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["article"], condition=models.Q(compared=False), name="words_to_compare"
            )
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {len(self.counts)}"


class Likeness(models.Model):
    """`other` is the story that is alike to `article` in the `rank`-th place, from 1."""

    wagtail_reference_index_ignore = True

    article = models.ForeignKey(
        "newsroom.Article", on_delete=models.CASCADE, related_name="likenesses"
    )
    other = models.ForeignKey("newsroom.Article", on_delete=models.CASCADE, related_name="liked_by")
    score = models.FloatField(_("likeness"), help_text=_("From 0, nothing alike, to 1."))
    rank = models.PositiveSmallIntegerField(_("rank"))

    class Meta:
        verbose_name = _("likeness of stories")
        verbose_name_plural = _("likenesses of stories")
        ordering: ClassVar[list[str]] = ["article", "rank"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["article", "other"], name="alike_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["article", "rank"], name="alike_by_rank")
        ]

    def __str__(self) -> str:
        return f"{self.article_id} ~ {self.other_id}: {self.score:.2f}"
