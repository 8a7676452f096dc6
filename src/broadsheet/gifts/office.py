"""What the gate asks of gift links."""

from datetime import UTC, datetime

from django.db.models import F

from broadsheet.gate.gifts import Link
from broadsheet.gifts.models import StoryGift


def find(digest: str) -> Link | None:
    """The link whose token has this digest, in whatever state it is."""
    gift = StoryGift.objects.filter(digest=digest).first()
    if gift is None:
        return None
    return Link(
        id=gift.pk,
        article=gift.article_id,
        giver=gift.giver_id,
        ends=gift.expires_at.timestamp(),
        withdrawn=gift.withdrawn_at is not None,
        spent=gift.openings >= gift.openings_allowed,
    )


def count(gift: int, now: float) -> bool:
    """Count one opening at `now` (Unix time); False: none was left, or it is over.

    One UPDATE that asks and counts: of two that want the last opening at once, one has it.
    """
    good = StoryGift.objects.filter(pk=gift).good(datetime.fromtimestamp(now, UTC))
    return good.update(openings=F("openings") + 1) == 1
