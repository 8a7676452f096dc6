"""What is recommended to a reader, from what they do to what they see."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from broadsheet.newsroom import most_read, publications
from broadsheet.newsroom.models import Article, Openings
from broadsheet.readers.export import chapters
from broadsheet.readers.models import Reader
from broadsheet.recommendations import likening, making, refreshing
from broadsheet.recommendations.showing import shown_to
from broadsheet.shelf import history, keeping
from broadsheet.shelf.models import ReadStory
from tests.newsroom.conftest import HIDDEN, Newsroom
from tests.people import reader
from tests.recommendations.test_likening import PIPELINE, body
from tests.shelf.conftest import signed_in


@pytest.fixture(autouse=True)
def _empty_cache(_own_files: None) -> None:
    cache.clear()


@pytest.fixture
def ana(db: None) -> Reader:
    return reader("ana@example.com")


def reads(who: Reader, *stories: Article) -> None:
    history.consent(who, timezone.now())
    for story in stories:
        ReadStory.objects.create(reader=who, article=story, read_at=timezone.now())


def opened(article: Article, count: int, hours: int = 1) -> None:
    hour = timezone.now() - timedelta(hours=hours)
    Openings.objects.create(article=article, hour=hour, count=count)


def part(browser: Client, article: Article, **headers: str) -> Any:
    return browser.get(f"/-/reader/story/{article.pk}/?lang=en", headers=headers)


def test_a_followed_topic_leads_with_its_reason(newsroom: Newsroom, ana: Reader) -> None:
    topic = newsroom.topic("Energy")
    wind = newsroom.story("wind", topics=[topic], hours=30)
    newsroom.story("newer", hours=1)
    keeping.follow(ana, topic, timezone.now())
    making.recommend.call(ana.pk)
    first, second = shown_to(ana, newsroom.us, 12)
    assert (first.pk, first.reason) == (wind.pk, "Because you follow Energy")
    assert second.reason == "New in World"


def test_reading_leads_to_what_is_alike_and_never_back(newsroom: Newsroom, ana: Reader) -> None:
    gas = newsroom.story("gas", body=body(PIPELINE))
    twin = newsroom.story("twin", body=body(PIPELINE), hours=50)
    likening.liken.call()
    reads(ana, gas)
    making.recommend.call(ana.pk)
    (only,) = shown_to(ana, newsroom.us, 12)
    assert (only.pk, only.reason) == (twin.pk, "Like “Gas”, which you read")
    reads(ana, twin)  # read since it was recommended
    assert shown_to(ana, newsroom.us, 12) == []


def test_without_consent_only_follows_and_others_reading_count(
    newsroom: Newsroom, ana: Reader
) -> None:
    author = newsroom.author("Bo Lee")
    newsroom.story("column", authors=[author])
    read = newsroom.story("much-read", hours=60)
    opened(read, 50)
    keeping.follow(ana, author, timezone.now())
    making.recommend.call(ana.pk)
    reasons = [one.reason for one in shown_to(ana, newsroom.us, 12)]
    assert reasons == ["Because you follow Bo Lee", "Much read today"]


def test_whoever_likes_nothing_yet_has_no_list_of_their_own(
    newsroom: Newsroom, ana: Reader
) -> None:
    newsroom.story("story")
    making.recommend.call(ana.pk)
    assert not ana.recommended.exists()
    page = signed_in(ana).get("/account/recommended/").content.decode()
    assert "There is nothing of your own yet." in page


def test_withdrawn_consent_takes_what_reading_led_to(
    newsroom: Newsroom, ana: Reader, django_capture_on_commit_callbacks: Any
) -> None:
    gas, _ = (newsroom.story(name, body=body(PIPELINE)) for name in ("gas", "twin"))
    likening.liken.call()
    reads(ana, gas)
    making.recommend.call(ana.pk)
    assert ana.recommended.exists()
    with django_capture_on_commit_callbacks(execute=True):
        history.withdraw(ana)
    assert not ana.recommended.exists()  # at once: its reasons name what was read


def test_much_that_a_reader_does_is_one_computation(
    newsroom: Newsroom, ana: Reader, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        keeping.follow(ana, newsroom.topic("Energy"), timezone.now())
        keeping.follow(ana, newsroom.topic("Trade"), timezone.now())
    assert DBTaskResult.objects.filter(task_path__endswith="recommend").count() == 1


def test_the_hourly_round_sees_to_those_who_were_here_lately(
    newsroom: Newsroom, ana: Reader
) -> None:
    topic = newsroom.topic("Energy")
    newsroom.story("wind", topics=[topic])
    away = reader("luis@example.com")
    now = timezone.now()
    for who, seen in ((ana, now), (away, now - timedelta(days=30))):
        keeping.follow(who, topic, now)
        who.devices.create(key=f"d{who.pk}", first_seen=seen, last_seen=seen, signed_in_at=seen)
    making.recommend_to_active.call()
    assert ana.recommended.exists()
    assert not away.recommended.exists()


def test_a_storys_page_asks_for_its_readers_part(newsroom: Newsroom, ana: Reader) -> None:
    topic = newsroom.topic("Energy")
    story = newsroom.story("story", topics=[topic])
    other = newsroom.story("other", topics=[topic], standfirst="In one sentence.")
    keeping.follow(ana, topic, timezone.now())
    keeping.save(ana, story, timezone.now())
    making.recommend.call(ana.pk)
    answer = part(signed_in(ana), story)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    told = answer.json()
    assert told["saved"] is True
    assert told["token"]
    assert other.get_url() in told["html"]
    assert story.get_url() not in told["html"]
    assert "Because you follow Energy" in told["html"]
    assert HIDDEN not in told["html"]


def test_a_readers_part_speaks_the_pages_language(newsroom: Newsroom, ana: Reader) -> None:
    story, browser = newsroom.story("story"), signed_in(ana)
    for lang in ("es", "xx", "", "../../etc", "en" * 500):
        assert browser.get(f"/-/reader/story/{story.pk}/", {"lang": lang}).status_code == 200


def test_nobodys_part_is_nothing_and_a_gone_storys_neither(newsroom: Newsroom, ana: Reader) -> None:
    story, draft = newsroom.story("story"), newsroom.story("draft", live=False)
    assert part(Client(), story).status_code == 204
    assert part(Client(), story).content == b""
    assert part(signed_in(ana), draft).status_code == 404
    assert signed_in(ana).post(f"/-/reader/story/{story.pk}/").status_code == 405


def test_recommendations_have_a_page_of_their_own_and_a_chapter(
    newsroom: Newsroom, ana: Reader
) -> None:
    topic = newsroom.topic("Energy")
    story = newsroom.story("wind", topics=[topic])
    keeping.follow(ana, topic, timezone.now())
    making.recommend.call(ana.pk)
    page = signed_in(ana).get("/account/recommended/").content.decode()
    assert story.get_url() in page
    assert "Because you follow Energy" in page
    told = {one.name: one.collect(ana) for one in chapters()}
    assert told["recommendations"][0]["reason"] == "Because you follow Energy"


def test_the_most_read_are_those_of_the_last_days_the_last_hours_first(
    newsroom: Newsroom,
) -> None:
    morning, yesterday, old = (newsroom.story(name) for name in ("morning", "yesterday", "old"))
    draft = newsroom.story("draft", live=False)
    opened(morning, 10)
    opened(yesterday, 15, hours=20)
    opened(old, 900, hours=80)
    opened(draft, 900)
    now = timezone.now()
    assert most_read.most_read(newsroom.us, now, 5) == [morning.pk, yesterday.pk]
    assert most_read.most_read(newsroom.us, now, 1) == [morning.pk]
    opened(yesterday, 900, hours=2)
    assert most_read.most_read(newsroom.us, now, 1) == [morning.pk]  # for a minute
    cache.clear()
    assert most_read.most_read(newsroom.us, now, 1) == [yesterday.pk]


def test_the_front_page_numbers_the_most_read(newsroom: Newsroom) -> None:
    for times, name in enumerate(("little-read", "read", "much-read"), 1):
        opened(newsroom.story(name), times)
    page = Client().get("/us/").content.decode()
    start = page.index('id="most-read-title"')
    assert page.index("/us/world/much-read/", start) < page.index("/us/world/read/", start)


def test_pages_are_printed_anew_when_the_most_read_have_changed(newsroom: Newsroom) -> None:
    calls: list[str] = []
    before = publications._paper._listener
    publications.listen(lambda: calls.append("changed"))
    opened(newsroom.story("much-read"), 10)
    refreshing.refresh_most_read.call()
    refreshing.refresh_most_read.call()
    publications.listen(before)
    assert calls == ["changed"]
