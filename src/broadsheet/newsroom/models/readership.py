"""How often stories are opened: counted by the hour, without who opened them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Openings(models.Model):
    """How often one story's full text was opened in one hour, in all editions and by everybody."""

    article = models.ForeignKey(
        "newsroom.Article", on_delete=models.CASCADE, related_name="openings"
    )
    hour = models.DateTimeField(_("hour"))
    count = models.PositiveIntegerField(_("openings"), default=0)

    class Meta:
        verbose_name = _("openings")
        verbose_name_plural = _("openings")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["hour", "article"], name="one_count_per_hour")
        ]

    def __str__(self) -> str:
        return f"{self.count} in {self.hour:%Y-%m-%d %H}:00"
