"""What was read is written down only by consent, and erased when its reader says so."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet.gate.openings import Opening
from broadsheet.newsroom.models import Article, Openings
from broadsheet.readers.export import chapters
from broadsheet.readers.models import Reader
from broadsheet.shelf import history, openings
from broadsheet.shelf.models import HistoryConsent, ReadStory
from tests.newsroom.conftest import Newsroom
from tests.people import reader

PAGE = "/account/history/"


def opened(who: Reader | None, *stories: Article, minutes: float = 0) -> None:
    """The gate hands over that somebody opened stories so many minutes from now."""
    at = timezone.now().timestamp() + minutes * 60
    openings.record([Opening(story.pk, who.pk if who else None, at) for story in stories])


@pytest.fixture
def consenting(browser: Client) -> None:
    browser.post(PAGE, {"do": "consent"})


def test_without_consent_only_a_number_is_kept(
    ana: Reader, story: Article, browser: Client
) -> None:
    opened(ana, story)
    assert not ReadStory.objects.exists()
    assert Openings.objects.get().count == 1
    assert "Nothing of what you read is written down." in browser.get(PAGE).content.decode()


@pytest.mark.usefixtures("consenting")
def test_with_consent_the_story_stands_in_the_list(
    ana: Reader, story: Article, browser: Client
) -> None:
    opened(ana, story, minutes=1)
    assert "A bridge opens" in browser.get(PAGE).content.decode()
    told = {one.name: one.collect(ana) for one in chapters()}
    assert told["reading-history"]["stories"][0]["address"] == story.get_url()


@pytest.mark.usefixtures("consenting")
def test_what_was_read_before_consent_is_not_written_down(ana: Reader, story: Article) -> None:
    opened(ana, story, minutes=-5)
    assert not ReadStory.objects.exists()


@pytest.mark.usefixtures("consenting")
def test_nobody_elses_reading_is_written_down(ana: Reader, story: Article) -> None:
    opened(reader("luis@example.com"), story, minutes=1)
    opened(None, story, minutes=1)
    assert not ReadStory.objects.exists()
    assert Openings.objects.get().count == 2


@pytest.mark.usefixtures("consenting")
def test_reading_a_story_again_moves_it_up(ana: Reader, newsroom: Newsroom) -> None:
    first, second = newsroom.story("first"), newsroom.story("second")
    opened(ana, first, second, minutes=1)
    opened(ana, first, minutes=2)
    assert [one.article for one in ana.history.all()] == [first, second]


@pytest.mark.usefixtures("consenting")
def test_withdrawn_consent_erases_everything(ana: Reader, story: Article, browser: Client) -> None:
    opened(ana, story, minutes=1)
    browser.post(PAGE, {"do": "withdraw"})
    assert not ReadStory.objects.exists()
    assert not HistoryConsent.objects.exists()
    opened(ana, story, minutes=2)
    assert not ReadStory.objects.exists()


@pytest.mark.usefixtures("consenting")
def test_all_can_be_erased_and_reading_goes_on_being_written_down(
    ana: Reader, story: Article, browser: Client
) -> None:
    opened(ana, story, minutes=1)
    answer = browser.post(PAGE, {"do": "erase"}, follow=True)
    assert "One story is erased." in answer.content.decode()
    opened(ana, story, minutes=2)
    assert ana.history.count() == 1


@pytest.mark.usefixtures("consenting")
def test_one_story_is_erased_by_its_own_reader_alone(
    ana: Reader, newsroom: Newsroom, browser: Client
) -> None:
    luis = reader("luis@example.com")
    history.consent(luis, timezone.now())
    first, second = newsroom.story("first"), newsroom.story("second")
    opened(ana, first, second, minutes=1)
    opened(luis, first, minutes=1)
    browser.post(PAGE, {"do": "forget", "entry": ana.history.get(article=first).pk})
    browser.post(PAGE, {"do": "forget", "entry": luis.history.get().pk})
    browser.post(PAGE, {"do": "forget", "entry": "x"})
    assert [one.article for one in ana.history.all()] == [second]
    assert luis.history.count() == 1


def test_a_wish_nobody_knows_is_not_found(browser: Client) -> None:
    assert browser.post(PAGE, {"do": "sell"}).status_code == 404
    assert browser.post(PAGE).status_code == 404


@pytest.mark.usefixtures("consenting")
def test_what_was_read_long_ago_is_forgotten(ana: Reader, newsroom: Newsroom) -> None:
    old, new = newsroom.story("old"), newsroom.story("new")
    opened(ana, old, new, minutes=1)
    long_ago = timezone.now() - history.KEPT - timedelta(days=1)
    ana.history.filter(article=old).update(read_at=long_ago)
    history.tidy_history.call()
    assert [one.article for one in ana.history.all()] == [new]


def test_openings_of_an_hour_add_up_and_old_ones_go(newsroom: Newsroom, story: Article) -> None:
    now = timezone.now().replace(minute=10).timestamp()
    gone = newsroom.story("gone")
    batch = [Opening(story.pk, None, now), Opening(story.pk, 999, now), Opening(gone.pk, None, now)]
    gone.delete()
    openings.record(batch)
    openings.record([Opening(story.pk, None, now + 60), Opening(story.pk, None, now + 3600)])
    counts = list(Openings.objects.order_by("hour").values_list("count", flat=True))
    assert counts == [3, 1]
    long_ago = timezone.now() - openings.KEPT - timedelta(hours=1)
    Openings.objects.filter(count=3).update(hour=long_ago)
    openings.tidy_openings.call()
    assert [one.count for one in Openings.objects.all()] == [1]
