"""Where editors put stories by hand; every other place fills itself."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.models import Orderable


class Place(models.TextChoices):
    """A place of an edition's front page."""

    LEAD = "lead", _("Lead")
    PACKAGE = "package", _("With the lead: its package")
    SECOND = "second", _("Second story")
    RAIL = "rail", _("The latest")
    OPINION = "opinion", _("Opinion")
    BLOCK = "block", _("Head of its section’s block")


class FrontSlot(Orderable):
    """One story put in one place of an edition's front page."""

    edition = ParentalKey("newsroom.Edition", on_delete=models.CASCADE, related_name="slots")
    place = models.CharField(_("place"), max_length=8, choices=Place.choices, default=Place.LEAD)
    story = models.ForeignKey(
        "newsroom.Article", verbose_name=_("story"), on_delete=models.CASCADE, related_name="+"
    )

    class Meta(Orderable.Meta):
        verbose_name = _("slot")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["edition", "story"], name="one_slot_per_front")
        ]


class SectionSlot(Orderable):
    """One story put at the head of a section's page, in order."""

    section = ParentalKey("newsroom.Section", on_delete=models.CASCADE, related_name="slots")
    story = models.ForeignKey(
        "newsroom.Article", verbose_name=_("story"), on_delete=models.CASCADE, related_name="+"
    )

    class Meta(Orderable.Meta):
        verbose_name = _("slot")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["section", "story"], name="one_slot_per_section")
        ]
