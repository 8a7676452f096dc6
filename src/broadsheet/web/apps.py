"""The reader's pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The app of pages, templates and style."""

    name = "broadsheet.web"

    def ready(self) -> None:
        """Let every process of the host know of publications made in this one."""
        from broadsheet.newsroom import publications  # noqa: PLC0415 (needs the app registry)
        from broadsheet.web.issue import announce  # noqa: PLC0415

        publications.listen(announce)
