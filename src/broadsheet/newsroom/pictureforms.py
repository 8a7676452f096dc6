"""The forms by which editors add and change pictures."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from broadsheet.newsroom import pictures
from broadsheet.newsroom.oneline import visible


class PictureFileField(WagtailImageField):
    """A file that must be a picture. What was sent becomes the cleaned picture, in its place."""

    def to_python(self, data: Any) -> Any:
        """The cleaned file, as Wagtail's field gives it; a refusal says why."""
        if data in self.empty_values or not hasattr(data, "read"):
            return super().to_python(data)
        data.seek(0)
        try:
            clean, ending = pictures.rewritten(data.read(pictures.MOST_BYTES + 1))
        except pictures.PictureRefused as refusal:
            raise ValidationError(str(refusal), code="refused") from None
        # In place, because some of Wagtail's views store the upload and not the form's value.
        data.seek(0)
        data.truncate()
        data.write(clean)
        data.seek(0)
        data.size = len(clean)
        data.name = pictures.file_name(data.name, ending)
        return super().to_python(data)


class PictureForm(BaseImageForm):
    """Wagtail's form for a picture, with the paper's own look at the file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        file = self.fields.get("file")
        if file is not None:
            own = PictureFileField(required=file.required, label=file.label, widget=file.widget)
            own.help_text = format_lazy(
                _("JPEG, PNG, WebP or GIF; up to {bytes} MB and {pixels} million pixels."),
                bytes=pictures.MOST_BYTES // 1_000_000,
                pixels=pictures.MOST_PIXELS // 1_000_000,
            )
            self.fields["file"] = own
        if "description" in self.fields:
            self.fields["description"].label = _("What it shows")
            self.fields["description"].help_text = _(
                "For readers who cannot see it. Stories that say nothing of their own take this."
            )

    def clean_title(self) -> str:
        """The title without invisible characters."""
        title = visible(self.cleaned_data["title"])
        if not title:
            raise ValidationError(_("Give it a title that can be read."))
        return title
