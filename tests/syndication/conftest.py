"""A story with everything that can be told of one, and with words that must not be."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from broadsheet.newsroom.models import Article, Correction
from tests.newsroom.conftest import Newsroom, _own_files, newsroom, paragraphs

__all__ = ["_own_files", "newsroom"]

CONTROLS = "a\x00b\x08c\x0bd\x1fe\ufffff\ud800g"


@pytest.fixture
def story(newsroom: Newsroom) -> Article:
    """A subscribers' story with two authors, a topic, a picture and a correction."""
    made = newsroom.story(
        "harbin",
        title="A <visit> to Harbin & back",
        kicker="Diplomacy",
        standfirst="Two presidents \u2028 in the snow.",
        genre="analysis",
        authors=[newsroom.author("Ann Poe"), newsroom.author("Bo Lee")],
        topics=[newsroom.topic("China")],
        lead_picture=newsroom.picture("snow", photographer="Cy Roe"),
        lead_alt="Snow on a bridge",
        updated_at=timezone.now() - timedelta(minutes=5),
        body=[
            {"type": "paragraph", "value": '<p>See <a href="/us/world/">the world</a>.</p>'},
            *paragraphs(),
        ],
    )
    Correction.objects.create(article=made, text="It was Tuesday.", kind="correction")
    return Article.objects.get(pk=made.pk)


@pytest.fixture
def not_out(newsroom: Newsroom) -> list[Article]:
    """Stories that nobody may know of: a draft, one under embargo, and one in private."""
    from wagtail.models import PageViewRestriction

    later = timezone.now() + timedelta(hours=1)
    private = newsroom.section("private")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    made = [
        newsroom.story("secret-draft", live=False),
        newsroom.story("secret-embargo"),
        newsroom.story("secret-private", private),
    ]
    Article.objects.filter(pk=made[1].pk).update(embargo=later, live=True)
    return made


def moment(text: str) -> datetime:
    """A time of RFC 3339, which has a zone."""
    at = datetime.fromisoformat(text)
    assert at.tzinfo is not None
    return at.astimezone(UTC)
