"""Importing as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportingConfig(AppConfig):
    """The app of imports and exports."""

    name = "broadsheet.importing"
    label = "importing"
    verbose_name = _("Importing")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what an export holds, and let the background work."""
        from broadsheet.importing import own_data, uploads  # noqa: F401, PLC0415 (need the registry)
