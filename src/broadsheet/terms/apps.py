"""The terms of the paper, their versions, and who accepted which."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TermsConfig(AppConfig):
    """The app of terms and their acceptances."""

    name = "broadsheet.terms"
    verbose_name = _("Terms")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to sign-ups."""
        # The registry of models is complete only now.
        from broadsheet.terms import own_data, signing_up  # noqa: F401, PLC0415
