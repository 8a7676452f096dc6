"""A subscriber gives one story to whoever holds the link."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from broadsheet.access import Level
from broadsheet.gate.gifts import digest
from broadsheet.gifts.models import StoryGift
from broadsheet.newsroom.models import Article
from broadsheet.readers.models import Reader
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions.rights import seat_of

TOKEN_BYTES = 16
"""128 bits: nobody guesses one."""
KEPT = timedelta(days=90)
"""How long a gift that is over stays in its giver's list."""


class NotGiven(Exception):
    """Nothing was given: the reader has no seat, none left this month, or the story is not one
    that can be given."""


class Allowance(NamedTuple):
    """What a reader may give in a calendar month (UTC)."""

    per_month: int = 0
    given: int = 0

    @property
    def left(self) -> int:
        """Gifts left this month."""
        return max(0, self.per_month - self.given)


def allowance(reader: Reader, now: datetime) -> Allowance:
    """What the reader may give, and what they have given, in the month of `now`."""
    seat = seat_of(reader, now)
    if seat is None:
        return Allowance()
    month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    given = reader.story_gifts.spending().filter(created_at__gte=month).count()
    return Allowance(seat.subscription.plan.gifts_per_month, given)


def giveable(article: Article) -> bool:
    """Whether a link to the story would open what an address alone does not."""
    return article.live and article.level is not Level.FREE


def give(reader: Reader, article: Article, now: datetime) -> tuple[StoryGift, str]:
    """A new gift, and the token of its link, which is nowhere else. Raises NotGiven."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        # Whoever gives is counted one request at a time, in whichever process.
        Reader.objects.select_for_update(no_key=True).get(pk=reader.pk)
        if not giveable(article) or not allowance(reader, now).left:
            raise NotGiven
        gift = StoryGift.objects.create(
            digest=digest(token.encode()),
            giver=reader,
            article=article,
            created_at=now,
            expires_at=now + timedelta(days=PAPER.gift_days),
            openings_allowed=PAPER.gift_openings,
        )
    return gift, token


def withdraw(gift: StoryGift, now: datetime) -> None:
    """From now on the link opens nothing, for those who opened it before too."""
    StoryGift.objects.filter(pk=gift.pk, withdrawn_at=None).update(withdrawn_at=now)


@task()
def tidy_gifts() -> None:
    """Forget gifts that have been over for long."""
    StoryGift.objects.filter(expires_at__lt=timezone.now() - KEPT).delete()
