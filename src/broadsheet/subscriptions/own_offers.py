"""Seats and subscriptions offered to a reader and by them, as chapters of their export."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from broadsheet.readers.export import chapter
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.addresses import verified_keys
from broadsheet.subscriptions.models import Invitation, OwnershipOffer

WHEN = {"state": _("state"), "created_at": _("when"), "answered_at": _("over since")}


@chapter("invitations-sent", _("Invitations you sent"), {"email": _("invited address"), **WHEN})
def invitations_sent(reader: Reader) -> list[dict[str, Any]]:
    """To the addresses that the reader typed."""
    return [{"email": one.email, **_when(one)} for one in reader.invitations_sent.all()]


@chapter("invitations-received", _("Invitations to you"), {"email": _("invited address"), **WHEN})
def invitations_received(reader: Reader) -> list[dict[str, Any]]:
    """To the reader's addresses. Who sent them stood in the letter, and stays out here."""
    found = Invitation.objects.filter(email_key__in=verified_keys(reader))
    return [{"email": one.email, **_when(one)} for one in found]


@chapter("hand-overs", _("Hand-overs"), {"yours": _("offered by you"), **WHEN})
def hand_overs(reader: Reader) -> list[dict[str, Any]]:
    """Subscriptions offered to the reader, and by them."""
    mine, to_me = reader.ownership_offers_made.all(), reader.ownership_offers.all()
    return [{"yours": True, **_when(one)} for one in mine] + [
        {"yours": False, **_when(one)} for one in to_me
    ]


def _when(one: Invitation | OwnershipOffer) -> dict[str, Any]:
    return {
        "state": one.get_state_display(),
        "created_at": one.created_at,
        "answered_at": one.answered_at,
    }
