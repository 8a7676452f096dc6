"""The second person, named while buying: invited as soon as there is a seat for them."""

from django.utils import timezone

from broadsheet.subscriptions import invitations
from broadsheet.subscriptions.models import Subscription
from broadsheet.subscriptions.refusals import Refused


def invite(bought: Subscription, email: str) -> str:
    """Invite an address to a free seat. What stands in the way, in words; empty: nothing."""
    if not email.strip():
        return ""
    owner = bought.owner
    try:
        invitations.invite(bought, owner, email, owner.language, timezone.now())
    except Refused as refused:
        return str(refused.says)
    return ""
