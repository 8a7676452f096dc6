"""What a reader keeps."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ShelfConfig(AppConfig):
    """The app of saved stories, follows and reading history."""

    name = "broadsheet.shelf"
    verbose_name = _("What readers keep")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what an export holds, and follow topics that are merged."""
        from broadsheet.shelf import merged, own_data  # noqa: F401, PLC0415 (needs the app registry)
