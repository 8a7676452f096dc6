"""The live desk: entries are written in a hurry, published at once, and corrected."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from broadsheet.newsroom import publications
from broadsheet.newsroom.models import Article, Genre, LiveEntry
from tests import people

from .conftest import Newsroom

NOON = datetime(2026, 3, 2, 17, 0, 30, tzinfo=UTC)
"""In New York, and half a minute."""
ALL = ("add", "change", "delete")

type SignIn = Callable[..., Any]


@pytest.fixture
def story(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Article:
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    return newsroom.story("vote", genre=Genre.LIVE)


@pytest.fixture(autouse=True)
def _nothing_was_sent_before() -> None:
    cache.clear()


@pytest.fixture
def staff(client: Client, db: None) -> SignIn:
    """Somebody of the newsroom who may do so much with entries signs in."""

    def sign_in(*may: str, **fields: Any) -> Any:
        someone = people.reader("irene@example.com", **fields)
        names = [f"{what}_liveentry" for what in may]
        someone.user_permissions.set(
            Permission.objects.filter(codename__in=["access_admin", *names])
        )
        client.force_login(someone)
        return someone

    return sign_in


def form(**fields: Any) -> dict[str, Any]:
    blank = {"headline": "", "picture": "", "picture_alt": "", "author": "", "at": "", "once": "1"}
    return {**blank, "text": "The first results.", **fields}


def sent(client: Client, story: Article, **fields: Any) -> Any:
    return client.post(f"/admin/live/{story.pk}/", form(**fields))


def entries(story: Article) -> list[LiveEntry]:
    return list(story.live_entries.all())


def test_a_sentence_is_enough_and_is_out_at_once(
    client: Client,
    story: Article,
    staff: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    staff("add")
    announced: list[str] = []
    monkeypatch.setattr(publications._paper, "_listener", lambda: announced.append("now"))
    with django_capture_on_commit_callbacks(execute=True):
        assert sent(client, story).status_code == 302
    (entry,) = entries(story)
    assert (entry.at, entry.text) == (NOON, "<p>The first results.</p>")
    assert announced


def test_an_entry_takes_all_that_belongs_to_it(
    client: Client, story: Article, staff: SignIn, newsroom: Newsroom
) -> None:
    staff("add")
    ann, picture = newsroom.author("Ann Poe"), newsroom.picture()
    sent(
        client,
        story,
        headline="Polls *closed*",
        text="It is **over**.\n\nSee [the list](/us/world/).",
        is_key="on",
        picture=picture.pk,
        picture_alt="A ballot box",
        author=ann.pk,
        at="2026-03-02T11:30",
    )
    (entry,) = entries(story)
    assert entry.headline == "Polls *closed*"
    assert entry.text == '<p>It is <b>over</b>.</p><p>See <a href="/us/world/">the list</a>.</p>'
    assert (entry.is_key, entry.picture, entry.author) == (True, picture, ann)
    assert entry.at == datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    desk = client.get(f"/admin/live/{story.pk}/").content.decode()
    assert f'<option value="{ann.pk}" selected>' in desk  # the editor's last author


def test_a_form_that_is_sent_twice_makes_one_entry(
    client: Client, story: Article, staff: SignIn
) -> None:
    staff("add")
    for _ in range(2):
        assert sent(client, story, once="abc").status_code == 302
    assert len(entries(story)) == 1
    sent(client, story, once="def")
    assert len(entries(story)) == 2


def test_a_refused_form_can_be_sent_again(client: Client, story: Article, staff: SignIn) -> None:
    staff("add")
    assert sent(client, story, once="abc", text="%%holder%%").status_code == 200
    assert sent(client, story, once="abc").status_code == 302
    assert len(entries(story)) == 1


HOSTILE: dict[str, dict[str, Any]] = {
    "a place of the gate's": {"text": "Words %%token%%"},
    "a place in the headline": {"headline": "%%holder%%"},
    "100,000 characters": {"text": "word " * 20_000},
    "nothing": {"text": " \n "},
    "a headline of a page": {"headline": "x" * 141},
    "a time to come": {"at": "2026-03-02T18:00"},
    "the year 0": {"at": "0000-01-01T00:00"},
    "the year 1": {"at": "0001-01-01T00:00"},
    "the year 9999": {"at": "9999-12-31T23:59"},
    "no time at all": {"at": "now"},
    "an author nobody knows": {"author": "99999999999999999999999"},
    "a picture nobody knows": {"picture": "99999999999999999999999"},
    "a picture that is no number": {"picture": "x\x00"},
    "a null character": {"text": "a\x00b"},
}


def test_what_is_hostile_or_clumsy_is_refused_and_stays_in_the_form(
    client: Client, story: Article, staff: SignIn
) -> None:
    staff("add")
    for name, fields in HOSTILE.items():
        answer = sent(client, story, **{"headline": "Kept words", **fields})
        assert answer.status_code == 200, name
        assert "error-message" in answer.content.decode(), name
        assert entries(story) == [], name
        if "headline" not in fields:
            assert 'value="Kept words"' in answer.content.decode(), name


def test_a_picture_without_words_is_refused(
    client: Client, story: Article, staff: SignIn, newsroom: Newsroom
) -> None:
    staff("add")
    answer = sent(client, story, picture=newsroom.picture().pk)
    assert "Say what the picture shows." in answer.content.decode()
    assert entries(story) == []


def test_markup_is_words_and_directions_stay_as_they_are(
    client: Client, story: Article, staff: SignIn
) -> None:
    staff("add")
    sent(client, story, headline="<b>A\u202eB</b>", text="<script>alert(1)</script>\u2066x")
    (entry,) = entries(story)
    assert entry.headline == "<b>AB</b>"
    assert entry.text == "<p>&lt;script&gt;alert(1)&lt;/script&gt;x</p>"
    assert "<script>alert" not in client.get(f"/admin/live/{story.pk}/").content.decode()


def test_an_entry_is_corrected_in_its_place(client: Client, story: Article, staff: SignIn) -> None:
    staff(*ALL)
    sent(client, story, text="One *two* [three](https://a.example/).")
    (entry,) = entries(story)
    page = client.get(f"/admin/live/entry/{entry.pk}/").content.decode()
    assert "One *two* [three](https://a.example/)." in page
    assert 'value="2026-03-02T12:00"' in page
    client.post(f"/admin/live/entry/{entry.pk}/", form(text="Four.", at="2026-03-02T12:00"))
    entry.refresh_from_db()
    assert (entry.text, entry.at) == ("<p>Four.</p>", NOON)


def test_an_entry_is_taken_back_after_a_look(client: Client, story: Article, staff: SignIn) -> None:
    staff(*ALL)
    sent(client, story)
    (entry,) = entries(story)
    address = f"/admin/live/entry/{entry.pk}/delete/"
    assert "The first results." in client.get(address).content.decode()
    assert entries(story) == [entry]
    client.post(address)
    assert entries(story) == []


def test_each_step_needs_its_permission(client: Client, story: Article, staff: SignIn) -> None:
    someone = staff("view")
    entry = LiveEntry.objects.create(article=story, text="<p>Words</p>")
    desk, correct = f"/admin/live/{story.pk}/", f"/admin/live/entry/{entry.pk}/"
    page = client.get(desk).content.decode()
    assert "Publish the entry" not in page
    assert correct not in page
    refused = {desk, correct, f"{correct}delete/", f"{desk}end/"}
    for address in refused:
        assert client.post(address, form()).status_code == 302, address  # Wagtail's way to refuse
    assert [one.text for one in entries(story)] == ["<p>Words</p>"]
    assert Article.objects.get(pk=story.pk).genre == Genre.LIVE
    someone.user_permissions.set(Permission.objects.filter(codename="access_admin"))
    assert client.get(desk).status_code == 302
    assert "/admin/live/" not in client.get("/admin/").content.decode()


def test_strangers_and_readers_see_no_desk(client: Client, story: Article) -> None:
    for someone in (None, people.reader("nora@example.com")):
        if someone:
            client.force_login(someone)
        for address in ("/admin/live/", f"/admin/live/{story.pk}/"):
            assert client.get(address).status_code in (302, 403)


def test_the_way_to_the_desk_is_at_the_story_and_in_the_menu(
    client: Client, story: Article, staff: SignIn, newsroom: Newsroom
) -> None:
    staff(is_superuser=True)
    other = newsroom.story("other")
    desk = f"/admin/live/{story.pk}/"
    assert desk in client.get(f"/admin/pages/{story.pk}/edit/").content.decode()
    assert "/admin/live/" not in client.get(f"/admin/pages/{other.pk}/edit/").context["buttons"]
    listed = client.get("/admin/live/").content.decode()
    assert desk in listed
    assert f"/admin/live/{other.pk}/" not in listed


def test_a_draft_takes_entries_and_another_story_none(
    client: Client, staff: SignIn, newsroom: Newsroom
) -> None:
    staff("add")
    draft = newsroom.story("draft", live=False, genre=Genre.LIVE)
    news = newsroom.story("news")
    sent(client, draft)
    sent(client, news)
    assert (len(entries(draft)), len(entries(news))) == (1, 0)


def test_a_story_whose_newest_draft_is_live_takes_entries(
    client: Client, staff: SignIn, newsroom: Newsroom
) -> None:
    staff("add")
    story = newsroom.story("later")
    story.genre = Genre.LIVE
    story.save_revision()
    sent(client, story)
    assert len(entries(story)) == 1


def test_the_coverage_is_ended_at_the_desk(client: Client, story: Article, staff: SignIn) -> None:
    staff(is_superuser=True)
    sent(client, story)
    client.post(f"/admin/live/{story.pk}/end/")
    assert Article.objects.get(pk=story.pk).genre == Genre.NEWS
    assert sent(client, story, once="2").status_code == 302
    assert len(entries(story)) == 1
    assert "it takes no entries" in client.get(f"/admin/live/{story.pk}/").content.decode()


def test_ending_the_coverage_publishes_nothing_that_waits_in_a_draft(
    client: Client, story: Article, staff: SignIn
) -> None:
    staff(is_superuser=True)
    story.title = "Not yet checked"
    story.save_revision()
    client.post(f"/admin/live/{story.pk}/end/")
    as_it_is = Article.objects.get(pk=story.pk)
    assert (as_it_is.genre, as_it_is.title) == (Genre.LIVE, "Vote")


def test_who_writes_entries_is_chosen_where_groups_are_edited(
    client: Client, staff: SignIn, newsroom: Newsroom
) -> None:
    staff(is_superuser=True)
    group = Group.objects.create(name="Reporters of the night")
    page = client.get(f"/admin/groups/edit/{group.pk}/").content.decode()
    wanted = Permission.objects.get(codename="add_liveentry")
    assert f'value="{wanted.pk}"' in page


@pytest.mark.parametrize("address", ["live/{}/", "live/entry/{}/", "translations/{}/"])
def test_a_number_larger_than_any_is_not_found(admin_client: Client, address: str) -> None:
    assert admin_client.get(f"/admin/{address.format('9' * 30)}").status_code == 404
