"""Newsletters: lists, issues, and who gets them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewslettersConfig(AppConfig):
    """The app of newsletters."""

    name = "broadsheet.newsletters"
    verbose_name = _("Newsletters")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what an export holds, and what printed pages show."""
        # They need the app registry.
        from broadsheet.newsletters import own_data, signals  # noqa: F401, PLC0415
        from broadsheet.settings.django import PAPER  # noqa: PLC0415

        if PAPER.mail_webhooks:
            from broadsheet.newsletters import providers  # noqa: F401, PLC0415
