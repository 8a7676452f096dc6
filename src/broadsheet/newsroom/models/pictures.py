"""Pictures, and whom they are from."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition, Image

from broadsheet.newsroom.bylines import credit


class Picture(AbstractImage):
    """A picture with its photographer and the agency it came through."""

    photographer = models.CharField(_("photographer"), max_length=120, blank=True)
    agency = models.CharField(
        _("agency"),
        max_length=120,
        blank=True,
        help_text=_("The agency the picture came through, as it wants to be named."),
    )

    admin_form_fields = (*Image.admin_form_fields, "photographer", "agency")

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        permissions: ClassVar[list[Any]] = [("choose_image", "Can choose image")]

    @property
    def credit(self) -> str:
        """Whom the picture is from, in the active language: "Ann Poe (via Agency)", or ""."""
        return credit(self.photographer, self.agency)


class PictureRendition(AbstractRendition):
    """A picture in one size and form."""

    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together: ClassVar[list[tuple[str, ...]]] = [
            ("image", "filter_spec", "focal_point_key")
        ]
