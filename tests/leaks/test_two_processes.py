"""Two processes over one folder of data: what one has learned, the other knows at once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from broadsheet.newsroom.models import Article, Edition, Section
from broadsheet.settings.django import PAPER
from broadsheet.stores import SharedNumber
from tests.leaks.client import Answer
from tests.leaks.inside import Office, Phone, Press, Process
from tests.newsroom.conftest import HIDDEN, Newsroom
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("house")

type Committing = Callable[..., AbstractContextManager[Any]]

PATH = "/us/world/story/"


@pytest.fixture
def committing(django_capture_on_commit_callbacks: Committing) -> Committing:
    """What is done within is committed, with all that follows from it."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def story(newsroom: Newsroom) -> Article:
    return newsroom.story("story", access="free")


@pytest.fixture
def both() -> tuple[Process, Process]:
    return Process(), Process()


def fill_caches(*processes: Process, phone: Phone | None = None) -> None:
    """Every face of the story that these readers see is printed and kept by each process."""
    for process in processes:
        for coding in ("", "gzip", "br"):
            assert process.ask(PATH, accept_encoding=coding).status == 200
        if phone is not None:
            assert phone.ask(process, PATH).status == 200


def shut(answer: Answer) -> bool:
    assert HIDDEN not in answer.text
    assert HIDDEN.encode() not in answer.raw
    assert answer.status != 304
    return True


def publish(article: Article, access: str) -> None:
    article.access = access
    article.save_revision().publish()


@pytest.mark.parametrize("changer", [0, 1])
def test_a_story_that_closes_in_one_is_closed_in_the_other_at_the_next_request(
    both: tuple[Process, Process], story: Article, committing: Committing, changer: int
) -> None:
    fill_caches(*both)
    for level in ("subscribers", "free", "registered", "free", "subscribers"):
        with committing():
            publish(Article.objects.get(pk=story.pk), level)
        for process in (both[changer], both[1 - changer]):
            for coding in ("br", "gzip", ""):
                answer = process.ask(PATH, accept_encoding=coding)
                if level == "free":
                    assert HIDDEN in answer.text
                else:
                    assert shut(answer)
                    assert answer.access.startswith("preview; ")


def test_the_tag_of_the_free_story_is_current_in_neither_once_it_is_closed(
    both: tuple[Process, Process], story: Article, committing: Committing
) -> None:
    tags = [process.ask(PATH).get("etag") for process in both]
    assert all(process.ask(PATH, if_none_match=tags[0]).status == 304 for process in both)
    with committing():
        publish(story, "subscribers")
    for process in both:
        for tag in tags:
            assert shut(process.ask(PATH, if_none_match=tag))


@pytest.mark.parametrize("done", ["unpublish", "delete", "move"])
def test_a_story_that_is_gone_in_one_is_gone_in_the_other(
    both: tuple[Process, Process],
    newsroom: Newsroom,
    story: Article,
    cast: Cast,
    committing: Committing,
    done: str,
) -> None:
    ana = Phone.of(cast.ana)
    fill_caches(*both, phone=ana)
    with committing():
        if done == "move":
            story.move(newsroom.opinion, pos="last-child")
        else:
            getattr(story, done)()
    for process in both:
        for answer in (process.ask(PATH), ana.ask(process, PATH)):
            assert answer.status in (301, 404)
            assert shut(answer)


def test_a_new_story_at_the_old_address_is_decided_by_its_own_level(
    both: tuple[Process, Process], newsroom: Newsroom, story: Article, committing: Committing
) -> None:
    fill_caches(*both)
    with committing():
        story.delete()
        newsroom.story("story", access="subscribers").save_revision().publish()
    for process in both:
        assert shut(process.ask(PATH))


def test_a_shorter_preview_is_shorter_in_both_at_once(
    both: tuple[Process, Process], newsroom: Newsroom, committing: Committing
) -> None:
    newsroom.story("story", access="subscribers")
    for process in both:
        assert "Open paragraph 2." in process.ask(PATH).text
    edition = Edition.objects.get(pk=newsroom.us.pk)
    edition.preview_paragraphs = 1
    with committing():
        edition.save_revision().publish()
    for process in both:
        page = process.ask(PATH).text
        assert "Open paragraph 0." in page
        assert "Open paragraph 1." not in page


def test_a_correction_reaches_the_readers_of_both(
    both: tuple[Process, Process], story: Article, committing: Committing
) -> None:
    fill_caches(*both)
    story.title = "Corrected headline"
    with committing():
        story.save_revision().publish()
    assert all("Corrected headline" in process.ask(PATH).text for process in both)


def test_what_was_undone_before_it_was_committed_changes_nothing(
    both: tuple[Process, Process], story: Article, django_capture_on_commit_callbacks: Committing
) -> None:
    """A publication that is not committed is not announced: nobody can read it yet."""
    fill_caches(*both)
    issue = SharedNumber(PAPER.data_dir / "issue")
    before = issue()
    with django_capture_on_commit_callbacks(execute=False):
        publish(story, "subscribers")
    assert issue() == before


class Interrupted(Press):
    """A press during whose work something happens."""

    happens: Callable[[], None] = staticmethod(lambda: None)
    during = "print_page"
    times = 1

    async def find(self, path: str) -> Any:  # type: ignore[override]
        found = await Press.find(path)
        await self._perhaps("find")
        return found

    async def print_page(self, story: Any, face: Any) -> Any:  # type: ignore[override]
        printed = await Press.print_page(story, face)
        await self._perhaps("print_page")
        return printed

    async def _perhaps(self, where: str) -> None:
        if where == self.during and self.times:
            self.times -= 1
            await sync_to_async(self.happens, thread_sensitive=True)()


@pytest.mark.parametrize("during", ["find", "print_page"])
@pytest.mark.parametrize("times", [1, 2, 9])
def test_a_story_that_closes_while_it_is_being_printed_is_not_sent_open(
    story: Article, committing: Committing, during: str, times: int
) -> None:
    """However often it changes to and fro, in time for every look that the request takes."""
    levels = iter(["subscribers", "free"] * 20)

    def change() -> None:
        with committing():
            publish(Article.objects.get(pk=story.pk), next(levels))

    press = Interrupted()
    press.happens, press.during, press.times = change, during, times
    answer = Process(press=press).ask(PATH)
    now = Article.objects.get(pk=story.pk).access
    assert answer.status == 200
    if now != "free":
        assert shut(answer)


def test_a_story_that_goes_while_it_is_being_printed_is_not_sent(
    story: Article, committing: Committing
) -> None:
    def withdraw() -> None:
        with committing():
            Article.objects.get(pk=story.pk).unpublish()

    press = Interrupted()
    press.happens = withdraw
    answer = Process(press=press).ask(PATH)
    assert answer.status == 404
    assert shut(answer)


def test_readers_who_wait_for_the_same_page_get_what_is_true_when_it_comes(
    story: Article, committing: Committing
) -> None:
    def close() -> None:
        with committing():
            publish(Article.objects.get(pk=story.pk), "subscribers")

    press = Interrupted()
    press.happens = close
    process = Process(press=press)
    answers = process.together(*[lambda gate: gate.under_way(PATH)] * 5)
    assert all(shut(answer) for answer in answers)
    assert all(answer.access.startswith("preview; ") for answer in answers)


def test_a_story_that_opens_while_its_preview_is_printed_may_be_shown(
    newsroom: Newsroom, committing: Committing
) -> None:
    """The same race the other way is no leak, and is answered with what is true now."""
    article = newsroom.story("story", access="subscribers")

    def free() -> None:
        with committing():
            publish(Article.objects.get(pk=article.pk), "free")

    press = Interrupted()
    press.happens = free
    assert HIDDEN in Process(press=press).ask(PATH).text


def test_a_preview_that_becomes_shorter_while_it_is_printed_is_not_kept(
    newsroom: Newsroom, committing: Committing
) -> None:
    newsroom.story("story", access="subscribers")

    def shorten() -> None:
        edition = Edition.objects.get(pk=newsroom.us.pk)
        edition.preview_paragraphs = 1
        with committing():
            edition.save_revision().publish()

    press = Interrupted()
    press.happens = shorten
    process = Process(press=press)
    for _ in range(2):
        page = process.ask(PATH).text
        assert "Open paragraph 0." in page
        assert "Open paragraph 1." not in page


def test_a_story_that_closes_while_it_is_settled_who_asks_is_not_sent_from_the_cache(
    story: Article, cast: Cast, committing: Committing
) -> None:
    """Meanwhile a subscriber was sent it, so that the very page lies ready."""
    ana, nora = Phone.of(cast.ana), Phone.of(cast.nora)
    ana.ask(Process(), PATH)  # for her pass

    class Slow(Office):
        async def admit(self, session: str, secret: str) -> Any:  # type: ignore[override]
            admission = await Office.admit(session, secret)
            await sync_to_async(close, thread_sensitive=True)()
            other = await process.under_way(PATH, ana.cookies)
            assert other.access == "granted; reason=lease"
            return admission

    def close() -> None:
        with committing():
            publish(Article.objects.get(pk=story.pk), "subscribers")

    process = Process(office=Slow())
    answer = nora.ask(process, PATH)
    assert shut(answer)
    assert answer.access == "preview; reason=subscription-required"


# Seats and passes


@pytest.fixture
def closed(newsroom: Newsroom) -> Article:
    return newsroom.story("story", access="subscribers")


def test_a_seat_held_in_one_is_in_use_in_the_other(
    both: tuple[Process, Process], cast: Cast, closed: Article
) -> None:
    one, two = both
    here, there = Phone.of(cast.ana), Phone.of(cast.ana)
    assert here.ask(one, PATH).access == "granted; reason=lease"
    answer = there.ask(two, PATH)
    assert answer.access == "preview; reason=in-use"
    assert shut(answer)
    token = answer.text.partition('name="token" value="')[2].partition('"')[0]
    assert there.script(two, "take-over", token=token).status == 200
    for process in both:
        displaced = here.ask(process, PATH)
        assert displaced.access == "preview; reason=in-use"
        assert shut(displaced)
        assert there.ask(process, PATH).access == "granted; reason=lease"


@pytest.mark.parametrize("change", ["seat", "subscription", "password", "closed", "deleted"])
def test_a_right_that_ends_ends_in_both_for_the_pass_alone_too(
    both: tuple[Process, Process],
    cast: Cast,
    closed: Article,
    committing: Committing,
    change: str,
) -> None:
    luis = Phone.of(cast.luis)
    for process in both:
        assert luis.ask(process, PATH).access == "granted; reason=lease"
    copied = luis.without_sign_in
    with committing():
        end_right(cast, change)
    for process in both:
        for phone in (copied, luis):
            answer = phone.ask(process, PATH)
            assert answer.access.startswith("preview; "), (change, answer.access)
            assert shut(answer)


def end_right(cast: Cast, change: str) -> None:
    seat = cast.luis.seats.get()
    if change == "seat":
        seat.reader = None
        seat.save()
    elif change == "subscription":
        seat.subscription.ends_at = seat.subscription.starts_at.replace(year=2100)
        seat.subscription.starts_at = seat.subscription.starts_at.replace(year=2099)
        seat.subscription.save()
    elif change == "password":
        cast.luis.set_password("set-by-staff-77")
        cast.luis.save()
    elif change == "closed":
        cast.luis.is_active = False
        cast.luis.save()
    else:
        cast.luis.delete()


def test_a_registered_readers_meter_is_one_meter_in_both(
    both: tuple[Process, Process], newsroom: Newsroom, cast: Cast
) -> None:
    newsroom.us.meter_readers = 1
    newsroom.us.save()
    for slug in ("story", "other"):
        newsroom.story(slug, access="subscribers")
    nora = Phone.of(cast.nora)
    assert nora.ask(both[0], PATH).access == "metered; reason=meter"
    refused = nora.ask(both[1], "/us/world/other/")
    assert refused.access == "preview; reason=meter-spent"
    assert shut(refused)
    assert nora.ask(both[1], PATH).access == "metered; reason=meter"


def test_a_section_that_is_deleted_takes_its_stories_with_it(
    both: tuple[Process, Process], newsroom: Newsroom, story: Article, committing: Committing
) -> None:
    fill_caches(*both)
    with committing():
        Section.objects.get(pk=newsroom.world.pk).delete()
    for process in both:
        answer = process.ask(PATH)
        assert answer.status == 404
        assert shut(answer)


def test_a_section_that_is_moved_takes_its_stories_with_it(
    both: tuple[Process, Process], newsroom: Newsroom, story: Article, committing: Committing
) -> None:
    fill_caches(*both)
    es = newsroom.edition("es", language="es-ES")
    with committing():
        Section.objects.get(pk=newsroom.world.pk).move(es, pos="last-child")
    for process in both:
        assert process.ask(PATH).status in (301, 404)
        assert process.ask("/es/world/story/").status == 200


def test_a_new_address_of_a_section_is_that_of_its_stories(
    both: tuple[Process, Process], newsroom: Newsroom, story: Article, committing: Committing
) -> None:
    fill_caches(*both)
    section = Section.objects.get(pk=newsroom.world.pk)
    section.slug = "abroad"
    with committing():
        section.save_revision().publish()
    for process in both:
        assert process.ask(PATH).status in (301, 404)
        assert process.ask("/us/abroad/story/").status == 200
