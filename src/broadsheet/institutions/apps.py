"""Institutions: whose networks read without an account."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InstitutionsConfig(AppConfig):
    """The app of institutions and their networks."""

    name = "broadsheet.institutions"
    verbose_name = _("Institutions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to everything that changes who reads by network."""
        from broadsheet.institutions import signals  # noqa: F401, PLC0415 (needs the app registry)
