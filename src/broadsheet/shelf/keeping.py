"""A reader saves stories for later, and follows topics and authors."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from broadsheet.newsroom.models import Article, Author, Topic
from broadsheet.readers.models import Reader
from broadsheet.shelf.models import Follow, SavedStory, tastes_changed

MOST_SAVED = 500
"""Saved stories of one reader."""
MOST_FOLLOWED = 200
"""Topics and authors that one reader follows."""


class ShelfFull(Exception):
    """As much is kept as can be; something must go first."""


def save(reader: Reader, article: Article, now: datetime) -> bool:
    """Keep a story for later; False: it was kept already. Raises ShelfFull."""
    with transaction.atomic():
        _one_at_a_time(reader)
        if reader.saved.filter(article=article).exists():
            return False
        if reader.saved.count() >= MOST_SAVED:
            raise ShelfFull
        SavedStory.objects.create(reader=reader, article=article, saved_at=now)
    return True


def take_off(reader: Reader, article: Article) -> bool:
    """Keep a story no longer; False: it was not kept."""
    return bool(reader.saved.filter(article=article).delete()[0])


def is_saved(reader: Reader, article: int) -> bool:
    """Whether the story with this primary key is kept."""
    return reader.saved.filter(article=article).exists()


def follow(reader: Reader, followed: Topic | Author, now: datetime) -> bool:
    """Follow a topic or an author; False: followed already. Raises ShelfFull."""
    with transaction.atomic():
        _one_at_a_time(reader)
        if is_followed(reader, followed):
            return False
        if reader.follows.count() >= MOST_FOLLOWED:
            raise ShelfFull
        Follow.objects.create(reader=reader, **_as_field(followed), since=now)
    tell(reader.pk)
    return True


def unfollow(reader: Reader, followed: Topic | Author) -> bool:
    """Follow it no longer; False: it was not followed."""
    ended = bool(reader.follows.filter(**_as_field(followed)).delete()[0])
    if ended:
        tell(reader.pk)
    return ended


def is_followed(reader: Reader, followed: Topic | Author) -> bool:
    """Whether the reader follows this topic or author."""
    return reader.follows.filter(**_as_field(followed)).exists()


def tell(*readers: int) -> None:
    """Say, after commit, that what these readers like has changed."""

    def send(ids: Iterable[int] = readers) -> None:
        for reader in ids:
            tastes_changed.send(sender=Reader, reader=reader)

    transaction.on_commit(send)


def _as_field(followed: Topic | Author) -> dict[str, Topic | Author]:
    return {"topic" if isinstance(followed, Topic) else "author": followed}


def _one_at_a_time(reader: Reader) -> None:
    # So that two requests at once cannot both find the last free place.
    Reader.objects.select_for_update(no_key=True).get(pk=reader.pk)
