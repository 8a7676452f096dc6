"""What the demonstration's readers follow and have read: all that is read in it is theirs."""

from datetime import datetime, timedelta

from django.utils import timezone

from broadsheet.gate.openings import Opening
from broadsheet.newsroom.models import Article, Edition
from broadsheet.readers.models import Reader
from broadsheet.recommendations import likening, making
from broadsheet.shelf import history, keeping, openings

FOLLOWING = ("ana@broadsheet.example", "marta@broadsheet.example")
"""They follow a topic and an author, have saved a story, and have read some."""
READ = 4
"""Stories each of them has read in each edition."""


def load() -> None:
    """Fill the shelves that are empty, and compare the stories that have not been."""
    now = timezone.now()
    editions = list(Edition.objects.live().order_by("path"))
    likening.liken.call()
    for place, email in enumerate(FOLLOWING):
        reader = Reader.objects.get(email=email)
        if not reader.follows.exists():
            for edition in editions:
                _fill(reader, edition, place, now)
            making.recommend.call(reader.pk)


def _fill(reader: Reader, edition: Edition, place: int, now: datetime) -> None:
    stories = list(Article.objects.live().inside(edition).newest().defer("body"))
    for topic in edition.topics.filter(articles__in=stories).distinct()[place : place + 1]:
        keeping.follow(reader, topic, now)
    written = [story for story in stories if story.authors]
    for story in written[place : place + 1]:
        keeping.follow(reader, story.authors[0], now)
        keeping.save(reader, story, now)
    history.consent(reader, now)
    openings.record(
        [
            Opening(story.pk, reader.pk, (now - timedelta(hours=hours)).timestamp())
            for hours, story in enumerate(stories[place::3][:READ], 1)
        ]
    )
