"""What is kept of a reader's newsletters, as a chapter of their export; and accounts that end."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from broadsheet.newsletters.models import Recipient
from broadsheet.readers.export import chapter
from broadsheet.readers.models import Reader


@chapter(
    "newsletters",
    _("Newsletters"),
    {
        "lists": _("newsletters"),
        "newsletter": _("newsletter"),
        "state": _("state"),
        "since": _("since"),
        "consents": _("what you agreed to"),
        "act": _("act"),
        "at": _("time"),
        "form": _("page"),
        "wording": _("wording"),
        "issues": _("issues you were sent"),
        "subject": _("subject"),
        "sent_at": _("sent"),
    },
)
def newsletters(reader: Reader) -> dict[str, Any]:
    """The lists they are on, what they agreed to, and the issues they were sent."""
    recipient = Recipient.objects.filter(reader=reader).first()
    if recipient is None:
        return {"lists": [], "consents": [], "issues": []}
    sent = recipient.deliveries.exclude(sent_at=None).select_related("issue")
    return {
        "lists": [
            {
                "newsletter": str(one.newsletter),
                "state": one.get_state_display(),
                "since": one.since,
            }
            for one in recipient.memberships.select_related("newsletter__edition")
        ],
        "consents": [
            {
                "newsletter": str(one.newsletter),
                "act": one.get_act_display(),
                "at": one.at,
                "form": one.form,
                "wording": one.wording,
            }
            for one in recipient.consents.select_related("newsletter__edition")
        ],
        "issues": [{"subject": one.issue.subject, "sent_at": one.sent_at} for one in sent],
    }
