"""Subscriptions: plans, seats, sharing cases."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubscriptionsConfig(AppConfig):
    """The app of plans, seats and sharing cases."""

    name = "broadsheet.subscriptions"
    verbose_name = _("Subscriptions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to changes of access."""
        # The registry of models is complete only now.
        from broadsheet.subscriptions import (  # noqa: PLC0415
            leaving,  # noqa: F401
            own_data,  # noqa: F401
            own_groups,  # noqa: F401
            own_offers,  # noqa: F401
            revocation,  # noqa: F401
            seating,  # noqa: F401
        )
