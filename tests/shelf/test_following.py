"""Topics and authors are followed from their own pages, with and without an account at hand."""

from typing import Any

from django.test import Client
from django.utils import timezone

from broadsheet.newsroom.merging import merge
from broadsheet.newsroom.models import Article
from broadsheet.readers.export import chapters
from broadsheet.readers.models import Reader
from broadsheet.shelf import keeping
from tests.newsroom.conftest import Newsroom

PAGE = "/account/following/"


def test_a_topic_is_followed_and_left_on_its_own_page(
    browser: Client, newsroom: Newsroom, ana: Reader
) -> None:
    topic = newsroom.topic("Energy")
    newsroom.story("wind", topics=[topic])
    page = browser.get(topic.url).content.decode()
    assert 'name="keep" value="1"' in page
    answer = browser.post(PAGE, {"topic": topic.pk, "next": topic.url})
    assert answer.headers["Location"] == topic.url
    assert "You follow this" in browser.get(topic.url).content.decode()
    browser.post(PAGE, {"topic": topic.pk, "keep": "0", "next": topic.url})
    assert not ana.follows.exists()


def test_an_author_is_followed_on_their_own_page(
    browser: Client, newsroom: Newsroom, ana: Reader
) -> None:
    author = newsroom.author("Bo Lee")
    newsroom.story("wind", authors=[author])
    page = browser.get(newsroom.us.author_url(author)).content.decode()
    assert f'name="author" value="{author.pk}"' in page
    browser.post(PAGE, {"author": author.pk})
    assert "Bo Lee" in browser.get(PAGE).content.decode()
    told = {one.name: one.collect(ana) for one in chapters()}
    assert told["following"][0]["author"] == "Bo Lee"


def test_a_visitor_is_led_through_sign_in_to_one_button(
    browser: Client, newsroom: Newsroom
) -> None:
    topic = newsroom.topic("Energy")
    page = Client().get(topic.url).content.decode()
    address = f"{PAGE}?topic={topic.pk}&amp;next=/us/topic/energy/"
    assert address in page
    assert Client().get(address.replace("&amp;", "&")).status_code == 302
    asked = browser.get(address.replace("&amp;", "&")).content.decode()
    assert "Follow Energy" in asked
    assert 'name="next" value="/us/topic/energy/"' in asked


def test_nobody_is_led_elsewhere_by_following(browser: Client, newsroom: Newsroom) -> None:
    topic = newsroom.topic("Energy")
    for address in ("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"):
        answer = browser.post(PAGE, {"topic": topic.pk, "next": address})
        assert answer.headers["Location"] == "/"


def test_what_is_nothing_to_follow_is_not_found(browser: Client) -> None:
    for sent in ({}, {"topic": "1"}, {"author": "x"}, {"topic": "9" * 40}, {"author": "-3"}):
        assert browser.post(PAGE, sent).status_code == 404


def test_somebody_who_follows_too_much_is_told(
    browser: Client, newsroom: Newsroom, ana: Reader, monkeypatch: Any
) -> None:
    monkeypatch.setattr(keeping, "MOST_FOLLOWED", 1)
    keeping.follow(ana, newsroom.author("Bo Lee"), timezone.now())
    answer = browser.post(PAGE, {"topic": newsroom.topic("Energy").pk}, follow=True)
    assert "You follow 1 topics and authors, as many as can be." in answer.content.decode()
    assert ana.follows.count() == 1


def test_the_account_leads_to_what_is_kept(browser: Client, story: Article, ana: Reader) -> None:
    keeping.save(ana, story, timezone.now())
    page = browser.get("/account/").content.decode()
    assert "You have saved one story." in page
    for address in ("saved", "recommended", "following", "history"):
        assert f'href="/account/{address}/"' in page


def test_whoever_follows_a_topic_that_is_merged_follows_the_other_once(
    newsroom: Newsroom, ana: Reader
) -> None:
    gas, energy, wind = (newsroom.topic(name) for name in ("Gas", "Energy", "Wind"))
    for topic in (gas, energy, wind):
        ana.follows.create(topic=topic, since=timezone.now())
    merge(gas, energy)
    merge(wind, newsroom.topic("Weather"))
    assert sorted(str(follow.topic) for follow in ana.follows.all()) == ["Energy", "Weather"]
