"""One line of breaking news above an edition's pages, until its time is over."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from broadsheet.gate.pages import Face, Kind, Wall
from broadsheet.newsroom import press, publications
from broadsheet.newsroom.clockwork import follow_the_clock
from broadsheet.newsroom.models import Article, BreakingNews

from .conftest import Newsroom

FULL = Face(Kind.FULL, Wall.NONE, False, True, "en")
PREVIEW = Face(Kind.PREVIEW, Wall.SUBSCRIBE, False, False, "en")
MORNING = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LINE = "The bridge is closed"


class Clock:
    """The time of day, which a test moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = MORNING
        self.announced = 0
        monkeypatch.setattr(timezone, "now", lambda: self.at)
        monkeypatch.setattr(publications._paper, "_listener", self._announce)

    def _announce(self) -> None:
        self.announced += 1

    def pages_printed_anew(self, after: timedelta = timedelta()) -> bool:
        """Whether the background's work of a minute, so much later, throws printed pages away."""
        self.at += after
        before = self.announced
        follow_the_clock.func()
        return self.announced > before


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def breaks(room: Newsroom, line: str = LINE, hours: float = 6, **fields: Any) -> BreakingNews:
    until = timezone.now() + timedelta(hours=hours)
    news = BreakingNews(**{"edition": room.us, "line": line, "until": until, **fields})
    news.full_clean()
    news.save()
    return news


def printed(article: Article, face: Face = FULL) -> str:
    story = press.find(article.get_url())
    assert story is not None
    page = press.print_page(story, face)
    assert page is not None
    return page.decode()


@pytest.mark.parametrize("page", ["/us/", "/us/world/", "/us/search/", "/us/author/ann-poe/"])
def test_the_line_stands_above_every_page_of_its_edition(
    newsroom: Newsroom, client: Client, page: str
) -> None:
    newsroom.author("Ann Poe")
    breaks(newsroom)
    shown = client.get(page).content.decode()
    assert shown.index('aria-label="Breaking news"') < shown.index(LINE) < shown.index("<main")
    assert "role=" not in shown[shown.index('class="breaking"') : shown.index(LINE)]


def test_stories_have_it_too_whoever_reads_them(newsroom: Newsroom) -> None:
    breaks(newsroom)
    story = newsroom.story("story")
    assert LINE in printed(story)
    assert LINE in printed(story, PREVIEW)


def test_another_edition_does_not(newsroom: Newsroom, client: Client) -> None:
    newsroom.edition("gb")
    breaks(newsroom)
    assert LINE not in client.get("/gb/").content.decode()


def test_the_newest_line_is_the_one_that_is_shown(newsroom: Newsroom, client: Client) -> None:
    breaks(newsroom, "The older line")
    breaks(newsroom, "The newer line", hours=1)
    shown = client.get("/us/").content.decode()
    assert "The newer line" in shown
    assert "The older line" not in shown


def test_it_leads_to_its_story_but_not_on_the_storys_own_page(
    newsroom: Newsroom, client: Client
) -> None:
    story = newsroom.story("bridge")
    breaks(newsroom, story=story)
    bar = client.get("/us/").content.decode().partition("</section>")[0]
    assert f'<a href="{story.get_url()}">{LINE}</a>' in bar
    assert LINE not in printed(story)
    assert LINE in printed(newsroom.story("another"))


@pytest.mark.parametrize("fields", [{"live": False}, {"embargo": MORNING + timedelta(hours=1)}])
def test_it_leads_nowhere_while_readers_may_not_know_the_story(
    newsroom: Newsroom, client: Client, fields: dict[str, Any]
) -> None:
    story = newsroom.story("bridge", **fields)
    breaks(newsroom, story=story)
    shown = client.get("/us/").content.decode()
    assert LINE in shown
    assert story.get_url() not in shown


def test_its_end_takes_it_from_pages_that_are_printed_already(
    newsroom: Newsroom, clock: Clock, client: Client
) -> None:
    story = newsroom.story("story")
    assert clock.pages_printed_anew()  # the first look knows nothing
    breaks(newsroom, hours=1)
    assert LINE in printed(story)
    assert not clock.pages_printed_anew(timedelta(minutes=59))
    assert LINE in printed(story)
    assert clock.pages_printed_anew(timedelta(minutes=1))
    assert LINE not in printed(story)
    assert LINE not in client.get("/us/").content.decode()
    assert not clock.pages_printed_anew(timedelta(minutes=1))


def test_a_line_that_came_and_went_between_two_looks_is_seen_to_have_gone(
    newsroom: Newsroom, clock: Clock
) -> None:
    clock.pages_printed_anew()
    breaks(newsroom, hours=0.01)
    assert clock.pages_printed_anew(timedelta(minutes=1))


def test_a_new_day_in_an_edition_has_pages_printed_anew(newsroom: Newsroom, clock: Clock) -> None:
    clock.pages_printed_anew()
    assert not clock.pages_printed_anew(timedelta(hours=13))  # 23:00 in New York
    assert clock.pages_printed_anew(timedelta(hours=1))
    assert not clock.pages_printed_anew(timedelta(minutes=1))


@pytest.mark.parametrize(
    "fields",
    [
        {"line": " \u202e "},
        {"line": "%%token%%"},
        {"line": "x" * 141},
        {"until": MORNING},
        {"until": MORNING + timedelta(days=8)},
        {"until": datetime(9999, 12, 31, tzinfo=UTC)},
    ],
)
def test_a_line_nobody_could_read_is_refused(newsroom: Newsroom, fields: dict[str, Any]) -> None:
    with pytest.raises(Exception, match=r"line|until"):
        breaks(newsroom, **fields)


def test_markup_in_a_line_is_words(newsroom: Newsroom, client: Client) -> None:
    breaks(newsroom, "<script>alert(1)</script>\u202e & more")
    shown = client.get("/us/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in shown


def test_editors_put_it_up_with_a_usual_end_and_take_it_away(
    newsroom: Newsroom, client: Client
) -> None:
    boss = get_user_model().objects.create_superuser("boss@example.com", "secret-words")
    client.force_login(boss)
    add = "/admin/snippets/newsroom/breakingnews/add/"
    form = client.get(add)
    assert form.context["form"].initial["until"] == MORNING + timedelta(hours=6)
    fields = {"edition": newsroom.us.pk, "line": LINE, "story": "", "until": "2026-03-02 20:00"}
    assert client.post(add, fields).status_code == 302
    assert LINE in client.get("/us/").content.decode()
    news = BreakingNews.objects.get()
    client.post(f"/admin/snippets/newsroom/breakingnews/delete/{news.pk}/")
    assert LINE not in client.get("/us/").content.decode()
