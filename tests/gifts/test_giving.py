"""A subscriber gives so many stories a month, and what is given opens so many times."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.gate.gifts import TOKEN, digest
from broadsheet.gifts import office
from broadsheet.gifts.giving import (
    Allowance,
    NotGiven,
    allowance,
    give,
    giveable,
    tidy_gifts,
    withdraw,
)
from broadsheet.gifts.models import StoryGift
from broadsheet.newsroom.models import Article
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions.models import Plan, Subscription
from tests.newsroom.conftest import Newsroom
from tests.people import Cast

NOW = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)


@pytest.fixture
def story(path: str) -> Article:
    return Article.objects.get(slug="story")


@pytest.fixture(autouse=True)
def _since_long(cast: Cast) -> None:
    Subscription.objects.update(starts_at=NOW - timedelta(days=400))


def test_a_gift_is_kept_without_its_token(cast: Cast, story: Article) -> None:
    gift, token = give(cast.ana, story, NOW)
    assert TOKEN.fullmatch(token.encode())
    assert gift.digest == hashlib.sha256(b"gift:" + token.encode()).hexdigest()
    kept = str(StoryGift.objects.filter(pk=gift.pk).values())
    assert token not in kept
    assert gift.expires_at == NOW + timedelta(days=PAPER.gift_days)
    assert gift.openings_allowed == PAPER.gift_openings
    assert give(cast.ana, story, NOW)[1] != token


def test_every_reader_with_a_seat_gives_for_themselves(cast: Cast, story: Article) -> None:
    Plan.objects.update(gifts_per_month=2)
    for reader in (cast.marta, cast.luis, cast.ana):
        assert allowance(reader, NOW) == Allowance(2, 0)
        give(reader, story, NOW)
        assert allowance(reader, NOW).left == 1


def test_without_a_current_seat_nothing_is_given(cast: Cast, story: Article) -> None:
    with pytest.raises(NotGiven):
        give(cast.nora, story, NOW)
    Subscription.objects.filter(owner=cast.ana).update(ends_at=NOW)
    with pytest.raises(NotGiven):
        give(cast.ana, story, NOW)
    assert not StoryGift.objects.exists()


def test_a_plan_may_give_none(cast: Cast, story: Article) -> None:
    Plan.objects.update(gifts_per_month=0)
    with pytest.raises(NotGiven):
        give(cast.ana, story, NOW)


def test_so_many_a_month_by_utc(cast: Cast, story: Article) -> None:
    Plan.objects.update(gifts_per_month=2)
    give(cast.ana, story, NOW - timedelta(days=30))
    give(cast.ana, story, NOW)
    with pytest.raises(NotGiven):
        give(cast.ana, story, NOW)
    assert allowance(cast.ana, NOW) == Allowance(2, 2)
    assert allowance(cast.ana, NOW + timedelta(seconds=1)) == Allowance(2, 0)
    give(cast.ana, story, NOW + timedelta(seconds=1))


def test_what_is_taken_back_unopened_may_be_given_again(cast: Cast, story: Article) -> None:
    """As after a form that was sent twice."""
    Plan.objects.update(gifts_per_month=1)
    gift, _ = give(cast.ana, story, NOW)
    withdraw(gift, NOW)
    again, _ = give(cast.ana, story, NOW)
    assert office.count(again.pk, NOW.timestamp())
    withdraw(again, NOW)
    with pytest.raises(NotGiven):
        give(cast.ana, story, NOW)


def test_a_free_story_or_one_that_is_not_live_is_not_given(cast: Cast, newsroom: Newsroom) -> None:
    for article, good in (
        (newsroom.story("free", access="free"), False),
        (newsroom.story("draft", access="subscribers", live=False), False),
        (newsroom.story("account", access="registered"), True),
    ):
        assert giveable(article) is good
        if not good:
            with pytest.raises(NotGiven):
                give(cast.ana, article, NOW)


# What the gate asks


def test_the_office_finds_a_link_by_its_digest_alone(cast: Cast, story: Article) -> None:
    gift, token = give(cast.ana, story, NOW)
    link = office.find(digest(token.encode()))
    assert link is not None
    assert (link.id, link.article, link.giver) == (gift.pk, story.pk, cast.ana.pk)
    assert link.ends == gift.expires_at.timestamp()
    assert not link.withdrawn
    assert not link.spent
    assert office.find(token) is None
    assert office.find(digest(b"a" * 22)) is None


def test_openings_are_counted_to_the_last(cast: Cast, story: Article) -> None:
    gift, token = give(cast.ana, story, NOW)
    counted = [office.count(gift.pk, NOW.timestamp()) for _ in range(PAPER.gift_openings + 3)]
    assert counted == [True] * PAPER.gift_openings + [False] * 3
    link = office.find(digest(token.encode()))
    assert link is not None
    assert link.spent


def test_nothing_is_counted_on_what_is_over_withdrawn_or_unknown(
    cast: Cast, story: Article
) -> None:
    gift, _ = give(cast.ana, story, NOW)
    ends = gift.expires_at.timestamp()
    assert office.count(gift.pk, ends - 1)
    assert not office.count(gift.pk, ends)
    withdraw(gift, NOW)
    assert not office.count(gift.pk, NOW.timestamp())
    assert not office.count(gift.pk + 1, NOW.timestamp())
    gift.refresh_from_db()
    assert gift.openings == 1


def test_gifts_long_over_are_forgotten(cast: Cast, story: Article) -> None:
    old, _ = give(cast.ana, story, NOW)
    StoryGift.objects.filter(pk=old.pk).update(expires_at=NOW - timedelta(days=1000))
    give(cast.ana, story, datetime.now(UTC))
    tidy_gifts.call()
    assert list(StoryGift.objects.values_list("giver", flat=True)) == [cast.ana.pk]
    assert not StoryGift.objects.filter(pk=old.pk).exists()
