"""Django's view of the archive."""

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    """Backing up, restoring, moving."""

    name = "broadsheet.archive"
    verbose_name = "Archive"
