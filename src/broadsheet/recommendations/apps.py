"""What the paper recommends."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecommendationsConfig(AppConfig):
    """The app of recommendations."""

    name = "broadsheet.recommendations"
    verbose_name = _("Recommendations")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Follow what is published and what readers like, and say what an export holds."""
        from broadsheet.recommendations import own_data, signals  # noqa: F401, PLC0415
