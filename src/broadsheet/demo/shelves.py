"""What the demonstration's readers follow and have read, and how much its stories are read."""

from datetime import datetime, timedelta

from django.utils import timezone

from broadsheet.newsroom.models import Article, Edition, Openings
from broadsheet.readers.models import Reader
from broadsheet.recommendations import likening, making
from broadsheet.shelf import history, keeping
from broadsheet.shelf.models import ReadStory

FOLLOWING = ("ana@broadsheet.example", "marta@broadsheet.example")
"""They follow a topic and an author, have saved a story, and have read some."""
READ = 4
"""Stories each of them has read in each edition."""
SEED = 37
"""Spreads the openings of the demonstration, always in the same way."""


def load() -> None:
    """Fill the shelves that are empty, and compare the stories that have not been."""
    now = timezone.now()
    editions = list(Edition.objects.live().order_by("path"))
    if not Openings.objects.exists():
        for edition in editions:
            _open(edition, now)
    likening.liken.call()
    for place, email in enumerate(FOLLOWING):
        reader = Reader.objects.get(email=email)
        if not reader.follows.exists():
            for edition in editions:
                _fill(reader, edition, place, now)
            making.recommend.call(reader.pk)


def _open(edition: Edition, now: datetime) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    stories = Article.objects.live().inside(edition).newest()
    Openings.objects.bulk_create(
        Openings(article_id=key, hour=hour - timedelta(hours=place % 20), count=5 + key * SEED % 90)
        for place, key in enumerate(stories.values_list("pk", flat=True))
    )


def _fill(reader: Reader, edition: Edition, place: int, now: datetime) -> None:
    stories = list(Article.objects.live().inside(edition).newest().defer("body"))
    for topic in edition.topics.filter(articles__in=stories).distinct()[place : place + 1]:
        keeping.follow(reader, topic, now)
    written = [story for story in stories if story.authors]
    for story in written[place : place + 1]:
        keeping.follow(reader, story.authors[0], now)
        keeping.save(reader, story, now)
    history.consent(reader, now)
    ReadStory.objects.bulk_create(
        ReadStory(reader=reader, article=story, read_at=now - timedelta(hours=hours))
        for hours, story in enumerate(stories[place::3][:READ], 1)
    )
