"""What is given: subscriptions for a time, and single stories by link."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GiftsConfig(AppConfig):
    """The app of gifts."""

    name = "broadsheet.gifts"
    verbose_name = _("Gifts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say what an export holds."""
        from broadsheet.gifts import own_data  # noqa: F401, PLC0415 (needs the app registry)
