"""Whoever keeps printed pages is told when they no longer hold."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from broadsheet.newsroom import publications
from broadsheet.newsroom.models import Author

from .conftest import Newsroom

Announced = list[str]


@pytest.fixture
def announced() -> Iterator[Announced]:
    """What was announced in this test."""
    calls: Announced = []
    before = publications._paper._listener
    publications.listen(lambda: calls.append("changed"))
    yield calls
    publications.listen(before)


def publish(room: Newsroom) -> None:
    room.world.get_children().first().specific.save_revision().publish()


def unpublish(room: Newsroom) -> None:
    room.world.get_children().first().specific.unpublish()


def move(room: Newsroom) -> None:
    room.world.get_children().first().specific.move(room.opinion, pos="last-child")


def rename(room: Newsroom) -> None:
    article = room.world.get_children().first().specific
    article.slug = "renamed"
    article.save()


def delete(room: Newsroom) -> None:
    room.world.get_children().first().specific.delete()


def delete_section(room: Newsroom) -> None:
    room.world.delete()


def new_author(room: Newsroom) -> None:
    room.author("Bo Lee")


def new_topic(room: Newsroom) -> None:
    room.topic("Russia")


def new_picture(room: Newsroom) -> None:
    room.picture()


EVENTS = [publish, unpublish, move, rename, delete, delete_section]
EVENTS += [new_author, new_topic, new_picture]


@pytest.mark.parametrize("event", EVENTS)
def test_what_readers_can_see_is_announced_after_commit(
    newsroom: Newsroom,
    announced: Announced,
    django_capture_on_commit_callbacks: Any,
    event: Callable[[Newsroom], None],
) -> None:
    newsroom.story("story")
    announced.clear()
    with django_capture_on_commit_callbacks(execute=True):
        event(newsroom)
        assert announced == []
    assert announced


@pytest.mark.django_db(transaction=True)
def test_what_is_undone_is_not_announced(announced: Announced) -> None:
    with transaction.atomic():
        Author.objects.create(name="Bo Lee", slug="bo-lee")
        transaction.set_rollback(True)
    assert announced == []


def test_a_draft_is_not_announced(
    newsroom: Newsroom, announced: Announced, django_capture_on_commit_callbacks: Any
) -> None:
    article = newsroom.story("story")
    announced.clear()
    with django_capture_on_commit_callbacks(execute=True):
        article.title = "Another headline"
        article.save_revision()
    assert announced == []
