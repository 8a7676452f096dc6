"""Django's view of the archive."""

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    """Backing up, restoring, moving."""

    name = "broadsheet.archive"
    verbose_name = "Archive"

    def ready(self) -> None:
        """Have `check` say when the database has moved away."""
        from broadsheet.archive import checks  # noqa: F401, PLC0415 (needs the app registry)
