"""Topics: renamed and merged without a lost link, suggested while a story is written."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsroom.merging import CannotMerge, merge, topic_merged
from broadsheet.newsroom.models import Article, Topic
from broadsheet.newsroom.suggestions import names_in, topics_in
from broadsheet.readers.models import Reader

from .conftest import Newsroom


@pytest.fixture
def irene(client: Client, db: None) -> Reader:
    editor = Reader.objects.create_superuser(email="irene@example.com", password="x")
    client.force_login(editor)
    return editor


# Addresses


def test_a_renamed_topic_is_found_at_its_old_address(client: Client, newsroom: Newsroom) -> None:
    topic = newsroom.topic("Energy")
    for slug in ("power", "gas-and-power"):
        topic.slug = slug
        topic.save()
    for old in ("energy", "power"):
        answer = client.get(f"/us/topic/{old}/")
        assert (answer.status_code, answer.url) == (301, "/us/topic/gas-and-power/")
    topic.slug = "energy"
    topic.save()
    assert client.get("/us/topic/energy/").status_code == 200
    assert client.get("/us/topic/power/").url == "/us/topic/energy/"


def test_a_renamed_author_is_found_at_the_old_address(client: Client, newsroom: Newsroom) -> None:
    ann = newsroom.author("Ann Poe")
    ann.slug = "ann-roe"
    ann.save()
    assert client.get("/us/author/ann-poe/").url == "/us/author/ann-roe/"


def test_a_renamed_story_is_found_at_its_old_address(
    client: Client, newsroom: Newsroom, django_capture_on_commit_callbacks: Any
) -> None:
    story = newsroom.story("first-name")
    story.slug = "second-name"
    with django_capture_on_commit_callbacks(execute=True):
        story.save_revision().publish()
    answer = client.get("/us/world/first-name/")
    assert (answer.status_code, answer.url) == (301, "/us/world/second-name/")


@pytest.mark.parametrize("slug", ["../admin", "a/b", "", "x" * 121, "a b", "é"])
def test_an_address_that_leads_elsewhere_is_refused(newsroom: Newsroom, slug: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Topic(edition=newsroom.us, name="../admin", slug=slug).full_clean()
    assert "slug" in refusal.value.message_dict


def test_a_topic_of_any_name_has_a_page(client: Client, newsroom: Newsroom) -> None:
    Topic.objects.create(edition=newsroom.us, name="../admin <b>&", slug="admin")
    page = client.get("/us/topic/admin/").content.decode()
    assert "../admin &lt;b&gt;&amp;" in page


def test_a_picture_is_described(newsroom: Newsroom) -> None:
    topic = Topic(edition=newsroom.us, name="Sea", slug="sea", picture=newsroom.picture())
    with pytest.raises(ValidationError, match="Say what the picture shows"):
        topic.full_clean()


# Merging


def test_merged_topics_are_one(client: Client, newsroom: Newsroom) -> None:
    old, new = newsroom.topic("Gas"), newsroom.topic("Energy")
    both = newsroom.story("both", topics=[old, new])
    one = newsroom.story("one", topics=[old])
    told: list[Any] = []
    topic_merged.connect(lambda old, new, **_: told.append((old, new)), weak=False)
    assert merge(old, new) == 2
    assert told == [(old, new)]
    assert set(new.articles.all()) == {both, one}
    assert not Topic.objects.filter(slug="gas").exists()
    assert client.get("/us/topic/gas/").url == "/us/topic/energy/"


def test_a_draft_of_a_merged_topic_is_published_under_the_other(newsroom: Newsroom) -> None:
    old, new = newsroom.topic("Gas"), newsroom.topic("Energy")
    story = newsroom.story("story")
    story.topics = [old]
    draft = story.save_revision()
    merge(old, new)
    draft.refresh_from_db()
    draft.publish()
    assert list(Article.objects.get(pk=story.pk).topics.all()) == [new]


def test_topics_of_two_editions_stay_two(newsroom: Newsroom) -> None:
    abroad = newsroom.topic("Gas", newsroom.edition("es"))
    with pytest.raises(CannotMerge, match="two editions"):
        merge(abroad, newsroom.topic("Energy"))
    with pytest.raises(CannotMerge, match="into itself"):
        merge(abroad, abroad)


def test_editors_merge_topics_after_a_look_at_what_it_means(
    client: Client, newsroom: Newsroom, irene: Reader
) -> None:
    old, new = newsroom.topic("Gas"), newsroom.topic("Energy")
    newsroom.story("one", topics=[old])
    address = f"/admin/topics/{old.pk}/merge/"
    assert "1 story is filed under Gas" in client.get(address).content.decode()
    assert client.post(address, {"into": old.pk}).status_code == 200
    assert client.post(address, {"into": new.pk}).status_code == 302
    assert new.articles.count() == 1


def test_nobody_else_merges_topics(client: Client, newsroom: Newsroom) -> None:
    old = newsroom.topic("Gas")
    client.force_login(Reader.objects.create_user(email="nora@example.com", password="x"))
    assert client.get(f"/admin/topics/{old.pk}/merge/").status_code == 403


# Suggestions

TOPICS = [(1, "Energy"), (2, "Cañón del Río"), (3, "China")]


def test_topics_the_text_names_are_suggested_the_most_frequent_first() -> None:
    text = "CHINA buys energy. Energy from the Canon del rio; energy-saving, not synergy."
    assert [(found.name, found.times) for found in topics_in(text, TOPICS)] == [
        ("Energy", 3),
        ("Cañón del Río", 1),
        ("China", 1),
    ]


def test_names_the_text_repeats_are_told() -> None:
    text = (
        "Han Zheng met the guests. “Welcome,” said Han Zheng in Harbin. The mayor of Harbin "
        "waited. The river froze. The end. China was China."
    )
    assert [found.name for found in names_in(text, ["China"])] == ["Han Zheng", "Harbin"]


def test_spanish_names_keep_their_particles() -> None:
    text = "Ayer habló Ana de la Torre. Hoy calla Ana de la Torre."
    assert [found.name for found in names_in(text, [])] == ["Ana de la Torre"]


@given(st.text(max_size=400))
def test_any_text_can_be_looked_through(text: str) -> None:
    assert all(found.times >= 1 for found in topics_in(text, TOPICS))
    assert all(found.times >= 2 for found in names_in(text, []))


def test_the_editing_screen_is_looked_through_as_it_stands(
    client: Client, newsroom: Newsroom, irene: Reader
) -> None:
    china = newsroom.topic("China")
    newsroom.topic("Energy")
    draft = json.dumps({"blocks": [{"text": "Han Zheng of China spoke. Nobody asked Han Zheng."}]})
    form = {"title": "A visit", "body-0-value": draft, "body-0-type": "Energy"}
    answer = client.post(f"/admin/topics/suggest/{newsroom.us.pk}/", form).json()
    assert [one["id"] for one in answer["topics"]] == [china.pk]
    assert [one["name"] for one in answer["names"]] == ["Han Zheng"]


@pytest.mark.parametrize("value", ["{", "{}", '{"blocks": 3}', '{"blocks": ["x"]}', "[" * 9000])
def test_a_form_that_makes_no_sense_suggests_nothing(
    client: Client, newsroom: Newsroom, irene: Reader, value: str
) -> None:
    newsroom.topic("Energy")
    answer = client.post(f"/admin/topics/suggest/{newsroom.us.pk}/", {"body-0-value": value})
    assert answer.status_code == 200
    assert answer.json()["topics"] == []


def test_the_editing_screen_has_the_suggestions(
    client: Client, newsroom: Newsroom, irene: Reader
) -> None:
    story = newsroom.story("story")
    page = client.get(f"/admin/pages/{story.pk}/edit/").content.decode()
    assert f'data-topic-suggestions="/admin/topics/suggest/{newsroom.us.pk}/"' in page
    assert "newsroom/topic-suggestions.js" in page
