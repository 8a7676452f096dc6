"""New stories are compared with their edition's, and take their places at both ends."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from broadsheet.access import Decision, Outcome, Reason
from broadsheet.gate.pages import VISITOR, face_for
from broadsheet.newsroom import press, publications
from broadsheet.newsroom.models import Article, Edition, Likeness, StoryWords, TiedStory
from broadsheet.recommendations import likening
from tests.newsroom.conftest import Newsroom
from tests.people import reader

PIPELINE = "The pipeline carries gas from the northern fields to the harbour terminal."
CHOIR = "Forty singers rehearse a requiem in a painted chapel."


def body(*texts: str) -> list[dict[str, Any]]:
    return [{"type": "paragraph", "value": f"<p>{text}</p>"} for text in texts]


def alike(article: Article) -> list[int]:
    rows = Likeness.objects.filter(article=article).order_by("rank")
    assert [row.rank for row in rows] == sorted(row.rank for row in rows)
    return [row.other_id for row in rows]


@pytest.fixture
def announced() -> Iterator[list[str]]:
    calls: list[str] = []
    before = publications._paper._listener
    publications.listen(lambda: calls.append("changed"))
    yield calls
    publications.listen(before)


def test_stories_about_the_same_are_alike_both_ways(newsroom: Newsroom) -> None:
    gas = newsroom.story("gas", body=body(PIPELINE))
    choir = newsroom.story("choir", body=body(CHOIR))
    likening.liken.call()
    later = newsroom.story("later", body=body("A second pipeline for the gas terminal is planned."))
    likening.liken.call()
    assert alike(later) == [gas.pk]
    assert alike(gas) == [later.pk]
    assert alike(choir) == []


def test_likeness_is_of_the_whole_text_and_shows_none_of_it(newsroom: Newsroom) -> None:
    shown = [f"Open {n}." for n in range(3)]
    one = newsroom.story("one", body=body(*shown, PIPELINE), access="subscribers")
    two = newsroom.story("two", body=body(*shown, PIPELINE), access="subscribers")
    newsroom.story("three", body=body(CHOIR))
    likening.liken.call()
    assert alike(one) == [two.pk]
    page = page_of(two)
    assert one.get_url() in page
    assert "northern fields" not in page


def page_of(article: Article) -> str:
    story = press.find(article.get_url())
    assert story is not None
    decision = Decision(Outcome.PREVIEW, Reason.SUBSCRIPTION_REQUIRED)
    face = face_for(decision, VISITOR, "en")
    printed = press.print_page(story, face)
    assert printed is not None
    return printed.decode()


def test_shared_topics_make_stories_more_alike(newsroom: Newsroom) -> None:
    topic = newsroom.topic("Energy")
    one = newsroom.story("one", body=body("Wind."), topics=[topic])
    two = newsroom.story("two", body=body(CHOIR), topics=[topic])
    likening.liken.call()
    assert alike(one) == [two.pk]


def test_the_page_recommends_what_is_alike_first(newsroom: Newsroom) -> None:
    topic = newsroom.topic("Energy")
    gas = newsroom.story("gas", body=body(PIPELINE), topics=[topic], hours=90)
    twin = newsroom.story("twin", body=body(PIPELINE), hours=80)
    filed = newsroom.story("filed", body=body("Words."), topics=[topic], hours=1)
    newest = newsroom.story("newest", body=body(CHOIR), hours=0.5)
    likening.liken.call()
    _, recommended = Article.objects.get(pk=gas.pk).related([topic])
    assert [story.pk for story in recommended] == [twin.pk, filed.pk, newest.pk]


def test_a_withdrawn_story_is_not_recommended(newsroom: Newsroom) -> None:
    gas, twin = (newsroom.story(name, body=body(PIPELINE)) for name in ("gas", "twin"))
    likening.liken.call()
    twin.unpublish()
    _, recommended = Article.objects.get(pk=gas.pk).related([])
    assert recommended == []


def test_a_changed_story_is_compared_anew(newsroom: Newsroom) -> None:
    gas = newsroom.story("gas", body=body(PIPELINE))
    story = newsroom.story("story", body=body(CHOIR))
    newsroom.story("third", body=body("Something else altogether."))
    likening.liken.call()
    assert alike(gas) == []
    story.body = body(PIPELINE)
    story.save_revision().publish()
    likening.liken.call()
    assert alike(gas) == [story.pk]


def test_editions_are_not_compared_with_each_other(newsroom: Newsroom) -> None:
    spain = newsroom.edition("es", language="es-ES")
    there = newsroom.section("mundo", spain)
    gas = newsroom.story("gas", body=body(PIPELINE))
    newsroom.story("gas-alli", there, body=body(PIPELINE))
    likening.liken.call()
    assert alike(gas) == []


def test_pages_are_printed_anew_when_something_was_compared_and_only_then(
    newsroom: Newsroom, announced: list[str]
) -> None:
    newsroom.story("gas", body=body(PIPELINE))
    announced.clear()
    likening.liken.call()
    assert announced == ["changed"]
    likening.liken.call()
    assert announced == ["changed"]


def test_drafts_and_old_stories_are_not_compared(newsroom: Newsroom) -> None:
    newsroom.story("draft", body=body(PIPELINE), live=False)
    newsroom.story("old", body=body(PIPELINE), hours=24 * 200)
    likening.liken.call()
    assert not StoryWords.objects.exists()


def test_only_so_many_are_kept_of_each(newsroom: Newsroom, monkeypatch: Any) -> None:
    monkeypatch.setattr(likening, "MOST", 2)
    monkeypatch.setattr(likening, "AT_ONCE", 2)
    stories = [newsroom.story(f"story-{n}", body=body(PIPELINE)) for n in range(5)]
    assert likening.liken_edition(newsroom.us, timezone.now())
    for story in stories:
        assert len(alike(story)) == 2


def test_publishing_asks_for_one_comparison_however_many_are_published(
    newsroom: Newsroom, django_capture_on_commit_callbacks: Any
) -> None:
    cache.clear()
    waiting = DBTaskResult.objects.filter(task_path__endswith="liken")
    one, two = newsroom.story("one"), newsroom.story("two")
    with django_capture_on_commit_callbacks(execute=True):
        one.save_revision().publish()
        two.save_revision().publish()
    assert waiting.count() == 1


def test_editors_see_what_is_alike_and_not_tied_yet(newsroom: Newsroom, client: Client) -> None:
    gas, twin, third = (newsroom.story(n, body=body(PIPELINE)) for n in ("gas", "twin", "third"))
    likening.liken.call()
    gas.tied.add(TiedStory(story=third))
    gas.save()
    editor = reader("irene@example.com", is_staff=True, is_superuser=True)
    client.force_login(editor, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/admin/pages/{gas.pk}/edit/").content.decode()
    proposed = page[page.index("Proposed by likeness") :].partition("</ul>")[0]
    assert twin.get_url() in proposed
    assert third.get_url() not in proposed


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_story_is_read_once_for_each_time_it_is_published_whatever_its_hosts_clock_says(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    gas = newsroom.story("gas", body=body(PIPELINE))
    stories = Article.objects.filter(pk=gas.pk)
    published = timezone.now() + timedelta(minutes=minutes)
    stories.update(last_published_at=published)
    read, texts = likening.words_of, []

    def read_and_publish_again(article: Article, edition: Edition) -> Any:
        if not texts:
            stories.update(last_published_at=published + timedelta(seconds=1))
        texts.append(article)
        assert len(texts) < 3
        return read(article, edition)

    monkeypatch.setattr(likening, "words_of", read_and_publish_again)
    likening.liken.call()
    assert len(texts) == 2


def test_a_story_that_is_deleted_while_it_is_read_spoils_nothing(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = newsroom.story("gone", body=body(PIPELINE))
    gas, oil = (newsroom.story(name, body=body(PIPELINE)) for name in ("gas", "oil"))
    read = likening.words_of

    def read_slowly(*given: Any) -> Any:
        Article.objects.filter(pk=gone.pk).delete()
        return read(*given)

    monkeypatch.setattr(likening, "words_of", read_slowly)
    likening.liken.call()
    assert alike(gas) == [oil.pk]
    connection.check_constraints()


def test_a_story_that_is_deleted_while_it_is_compared_spoils_nothing(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = newsroom.story("gone", body=body(PIPELINE))
    gas = newsroom.story("gas", body=body(PIPELINE))
    oil = newsroom.story("oil", body=body(PIPELINE))
    compare = likening.cosines

    def compare_slowly(*given: Any) -> Any:
        scores = compare(*given)
        Article.objects.filter(pk=gone.pk).delete()
        return scores

    monkeypatch.setattr(likening, "cosines", compare_slowly)
    likening.liken.call()
    assert alike(gas) == [oil.pk]
    connection.check_constraints()
