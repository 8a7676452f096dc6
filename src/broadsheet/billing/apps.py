"""What is paid: Checkout, subscriptions and invoices at Stripe, and their webhooks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    """The app of money."""

    name = "broadsheet.billing"
    verbose_name = _("Billing")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to accounts that go; say what an export holds."""
        from broadsheet.billing import leaving, own_data  # noqa: F401, PLC0415 (need the registry)
