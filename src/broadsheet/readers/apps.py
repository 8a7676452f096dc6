"""Readers: accounts, devices, passes."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReadersConfig(AppConfig):
    """The app of accounts, devices and passes."""

    name = "broadsheet.readers"
    verbose_name = _("Readers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to sign-in, sign-out and password changes."""
        # They need the registry of models.
        from broadsheet.readers import export_jobs, own_data, signals  # noqa: F401, PLC0415
