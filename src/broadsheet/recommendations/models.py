"""What is recommended to a reader, ready to be shown."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from broadsheet.newsroom.models import Article, Edition
from broadsheet.readers.models import Reader
from broadsheet.recommendations.scoring import Why


class Recommended(models.Model):
    """One story recommended to one reader in one edition, and why."""

    wagtail_reference_index_ignore = True

    reader = models.ForeignKey(
        Reader, on_delete=models.CASCADE, related_name="recommended", verbose_name=_("reader")
    )
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, related_name="+", verbose_name=_("edition")
    )
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, related_name="+", verbose_name=_("story")
    )
    place = models.PositiveSmallIntegerField(_("place"))
    why = models.CharField(
        _("reason"), max_length=8, choices=[(one.value, one.value) for one in Why]
    )
    of = models.CharField(
        max_length=255, blank=True, help_text=_("The topic, author, story or section meant.")
    )
    made_at: models.DateTimeField[datetime, datetime] = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("recommended story")
        verbose_name_plural = _("recommended stories")
        ordering: ClassVar[list[str]] = ["reader", "edition", "place"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["reader", "edition", "article"], name="recommended_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.article} · {self.reader}"
