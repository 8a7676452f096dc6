"""The paper's mail: rendered from MJML, kept until it is handed over."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    """The app of the mail that waits and went."""

    name = "broadsheet.mail"
    verbose_name = _("Mail")
    default_auto_field = "django.db.models.BigAutoField"
