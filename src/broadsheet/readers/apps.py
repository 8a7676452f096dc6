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
        from broadsheet.readers import signals  # noqa: F401, PLC0415 (needs the app registry)
