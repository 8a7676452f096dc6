"""The newsroom: what editors write and how it is printed."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewsroomConfig(AppConfig):
    """The app of editions, sections, articles, authors, topics and pictures."""

    name = "broadsheet.newsroom"
    label = "newsroom"
    verbose_name = _("Newsroom")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to everything that changes what readers see."""
        from broadsheet.newsroom import (  # noqa: PLC0415 (they need the app registry)
            indexing,  # noqa: F401
            signals,  # noqa: F401
        )
