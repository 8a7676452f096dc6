"""Pages are printed once per face, kept as ready bytes, and never outlive a publication."""

import asyncio
import gzip
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import brotli
import pytest

from broadsheet.access import Decision, Facts, Hold, Level, Meter, Mode, Outcome, Reason, decide
from broadsheet.gate import pages
from broadsheet.gate.pages import (
    Face,
    Kind,
    PageCache,
    Story,
    Wall,
    face_for,
    fill,
    ready,
)
from broadsheet.stores import SharedNumber

STORY = Story(1, "/us/money/first/", "us", "en", "UTC", Level.SUBSCRIBERS, 0, 3, ("en", "es"))
OTHER = replace(STORY, id=2, path="/us/money/second/")
FULL = Face(Kind.FULL, Wall.NONE, message=False, signed_in=True, language="en")
PREVIEW = FULL._replace(kind=Kind.PREVIEW, wall=Wall.SUBSCRIBE, signed_in=False)


# Faces


def every_decision() -> set[Decision]:
    return {
        decide(Facts(level, account, mode, hold, meter))
        for level, account, mode, hold, meter in product(
            Level, (False, True), (None, *Mode), Hold, (Meter(), Meter(1), Meter(1, 1))
        )
    }


def test_what_may_not_be_read_is_a_preview_with_a_wall_and_what_may_is_full_without() -> None:
    for decision in every_decision():
        face = face_for(decision, message=False, signed_in=True, language="en")
        assert (face.kind is Kind.FULL) == decision.full
        assert (face.wall is Wall.NONE) == decision.full


@pytest.mark.parametrize(
    ("reason", "wall"),
    [
        (Reason.REGISTRATION_REQUIRED, Wall.REGISTER),
        (Reason.SUBSCRIPTION_REQUIRED, Wall.SUBSCRIBE),
        (Reason.METER_SPENT, Wall.METER),
        (Reason.IN_USE, Wall.IN_USE),
        (Reason.LEASE_REQUIRED, Wall.IN_USE),
    ],
)
def test_the_wall_explains_the_refusal(reason: Reason, wall: Wall) -> None:
    decision = Decision(Outcome.PREVIEW, reason)
    assert face_for(decision, message=True, signed_in=False, language="es") == Face(
        Kind.PREVIEW, wall, message=True, signed_in=False, language="es"
    )


def test_a_page_is_personal_when_it_has_a_message_or_says_that_the_seat_is_in_use() -> None:
    assert not FULL.personal
    assert not PREVIEW.personal
    assert FULL._replace(message=True).personal
    assert PREVIEW._replace(wall=Wall.IN_USE).personal


# Ready bytes


def test_a_ready_page_is_the_same_bytes_in_every_encoding() -> None:
    body = "<p>Página</p>".encode() * 200
    page = ready(body)
    assert page.plain == gzip.decompress(page.gzip) == brotli.decompress(page.br) == body
    assert page.size == len(body) + len(page.gzip) + len(page.br)


def test_the_same_body_has_the_same_validator_and_another_body_another() -> None:
    assert ready(b"one").etag == ready(b"one").etag
    assert ready(b"one").gzip[4:8] == bytes(4)  # no time of day, so every process has the same
    assert ready(b"one").etag != ready(b"two").etag


# Personal values


def test_values_are_put_in_their_places_everywhere_and_escaped() -> None:
    body = b'<a title="%%holder%%">%%holder%%</a> %%since%% %%other%%'
    values = {"holder": '<b>"Ana\'s" & co', "since": "10:30"}
    assert fill(body, values) == (
        b'<a title="&lt;b&gt;&quot;Ana&#x27;s&quot; &amp; co">'
        b"&lt;b&gt;&quot;Ana&#x27;s&quot; &amp; co</a> 10:30 %%other%%"
    )


def test_a_value_is_never_read_as_a_place_itself() -> None:
    values = {"holder": "%%token%%", "token": "secret"}
    assert fill(b"<p>%%holder%%</p>", values) == b"<p>%%token%%</p>"


# The cache


@dataclass
class FakePress:
    """Counts what it is asked, and may be made to wait, to fail, or to lose a story."""

    stories: dict[str, Story] = field(
        default_factory=lambda: {STORY.path: STORY, OTHER.path: OTHER}
    )
    found: Counter[str] = field(default_factory=Counter)
    printed: Counter[tuple[int, Face]] = field(default_factory=Counter)
    edition: str = "morning"
    during: Callable[[], Awaitable[None]] | None = None

    async def find(self, path: str) -> Story | None:
        self.found[path] += 1
        story = self.stories.get(path)
        await self._work()
        return story

    async def print_page(self, story: Story, face: Face) -> bytes | None:
        self.printed[story.id, face] += 1
        body = f"{story.path} {face.kind} {self.edition}".encode()
        await self._work()
        return body if story.path in self.stories else None

    async def _work(self) -> None:
        await asyncio.sleep(0)
        if self.during is not None:
            await self.during()


class Office:
    """A press, the number of its last publication, and the cache before them."""

    def __init__(self, capacity: int = 1_000_000) -> None:
        self.press = FakePress()
        self.issue = 1
        self.now = 0.0
        self.cache = PageCache(self.press, self, capacity, lambda: self.now)

    def __call__(self) -> int | None:
        return self.issue

    async def sure(self) -> None:
        """It is always known."""

    def publish(self, edition: str) -> None:
        self.press.edition = edition
        self.issue += 1

    async def body(self, story: Story = STORY, face: Face = FULL) -> bytes:
        page = await self.cache.page(story, face)
        assert page is not None
        return page.plain


def run[T](work: Awaitable[T]) -> T:
    async def main() -> T:
        return await work

    return asyncio.run(main())


def test_a_story_is_looked_for_once() -> None:
    office = Office()

    async def visit() -> None:
        assert await office.cache.story(STORY.path) == STORY
        assert await office.cache.story(STORY.path) == STORY

    run(visit())
    assert office.press.found == {STORY.path: 1}


def test_a_path_that_leads_nowhere_is_looked_for_once_too() -> None:
    office = Office()

    async def visit() -> None:
        assert await office.cache.story("/us/money/no-such/") is None
        assert await office.cache.story("/us/money/no-such/") is None

    run(visit())
    assert office.press.found == {"/us/money/no-such/": 1}


def test_a_page_is_printed_once_for_each_face_and_story() -> None:
    office = Office()

    async def visit() -> None:
        for _ in range(3):
            assert await office.body() == b"/us/money/first/ full morning"
            assert await office.body(STORY, PREVIEW) == b"/us/money/first/ preview morning"
            assert await office.body(OTHER) == b"/us/money/second/ full morning"

    run(visit())
    assert set(office.press.printed.values()) == {1}
    assert len(office.press.printed) == 3


def test_however_many_ask_at_once_a_page_is_printed_once() -> None:
    office = Office()

    async def rush() -> None:
        assert len(set(await asyncio.gather(*(office.body() for _ in range(50))))) == 1

    run(rush())
    assert office.press.printed == {(1, FULL): 1}


def test_after_a_publication_pages_are_printed_a_few_at_a_time() -> None:
    office, under_way, most = Office(), 0, 0

    async def slowly() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.001)
        under_way -= 1

    async def rush() -> None:
        faces = [FULL._replace(language=f"x{n}") for n in range(20)]
        await asyncio.gather(*(office.body(STORY, face) for face in faces))

    office.press.during = slowly
    run(rush())
    assert most == pages.PRESSES
    assert len(office.press.printed) == 20


def test_who_waits_for_a_press_gets_what_was_published_meanwhile() -> None:
    office = Office()
    taken = FULL._replace(language="x")

    async def publish() -> None:
        office.press.during = None
        office.publish("evening")
        assert office.cache.kept(STORY, FULL) is None  # it has seen that

    async def rush() -> None:
        faces = [*(FULL._replace(language=f"x{n}") for n in range(pages.PRESSES)), taken]
        await asyncio.gather(*(office.body(STORY, face) for face in faces))

    office.press.during = publish
    run(rush())
    kept = office.cache.kept(STORY, taken)
    assert kept is not None
    assert kept.plain.endswith(b"evening")


def test_who_leaves_while_a_page_is_printed_does_not_stop_it_for_the_others() -> None:
    office = Office()

    async def rush() -> None:
        first = asyncio.ensure_future(office.body())
        second = asyncio.ensure_future(office.body())
        await asyncio.sleep(0)
        first.cancel()
        assert await second == b"/us/money/first/ full morning"

    run(rush())
    assert office.press.printed == {(1, FULL): 1}


def test_a_publication_throws_away_every_story_and_page() -> None:
    office = Office()

    async def visit() -> None:
        for edition in ("morning", "evening"):
            office.publish(edition)
            for story in (STORY, OTHER):
                assert await office.cache.story(story.path) == story
                assert (await office.body(story)).endswith(edition.encode())

    run(visit())
    assert set(office.press.found.values()) == {2}
    assert set(office.press.printed.values()) == {2}


# Right after a publication


REVISED = replace(STORY, revision=7)


async def busy(office: Office, story: Story) -> None:
    """A story's page is kept, something is published, and all presses are at work on others."""
    office.press.stories[REVISED.path] = story
    await office.body(story)
    office.publish("evening")
    assert office.cache.kept(story, FULL) is None
    for number in range(pages.PRESSES):
        face = FULL._replace(language=f"x{number}")
        asyncio.ensure_future(office.cache.page(OTHER, face))  # noqa: RUF006 (it is awaited below)
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def idle(office: Office) -> None:
    """Everything that was begun is done."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


def test_while_all_presses_are_busy_an_unchanged_story_is_shown_as_it_was() -> None:
    office = Office()

    async def visit() -> None:
        await busy(office, REVISED)
        late = office.cache.late(REVISED, FULL)
        assert late is not None
        assert late.plain.endswith(b"morning")
        await idle(office)  # it was printed anew meanwhile
        kept = office.cache.kept(REVISED, FULL)
        assert kept is not None
        assert kept.plain.endswith(b"evening")
        assert office.cache.late(REVISED, FULL) is None

    run(visit())
    assert office.cache.shown_late == 1


@pytest.mark.parametrize(
    "now",
    [
        replace(REVISED, revision=8),
        replace(REVISED, level=Level.REGISTERED),
        replace(REVISED, level=Level.FREE),
        replace(REVISED, meter_readers=0),
    ],
)
def test_a_story_that_has_changed_is_never_shown_as_it_was(now: Story) -> None:
    office = Office()

    async def visit() -> None:
        await busy(office, REVISED)
        assert office.cache.late(now, FULL) is None
        await idle(office)

    run(visit())


def test_nor_is_a_story_of_which_nobody_can_say_whether_it_has_changed() -> None:
    office = Office()

    async def visit() -> None:
        await busy(office, STORY)
        assert office.cache.late(STORY, FULL) is None
        await idle(office)

    run(visit())


def test_nor_when_its_time_is_over_however_often_something_is_published() -> None:
    office = Office()

    async def visit() -> None:
        await busy(office, REVISED)
        for _ in range(2):
            office.now += pages.GRACE / 2
            office.publish("night")
            assert office.cache.kept(REVISED, FULL) is None
        assert office.cache.late(REVISED, FULL) is None
        await idle(office)

    run(visit())


def test_nor_when_a_press_is_free() -> None:
    office = Office()

    async def visit() -> None:
        await busy(office, REVISED)
        await idle(office)
        assert office.cache.late(REVISED, FULL) is None

    run(visit())


def test_a_story_is_current_until_something_is_published() -> None:
    office = Office()

    async def visit() -> None:
        story = await office.cache.story(STORY.path)
        assert story is not None
        assert office.cache.current(story)
        office.publish("evening")
        assert not office.cache.current(story)
        await office.cache.story(STORY.path)
        assert office.cache.current(story)

    run(visit())


def test_a_story_whose_terms_have_changed_is_not_current() -> None:
    office = Office()

    async def visit() -> None:
        free = await office.cache.story(STORY.path)
        office.press.stories[STORY.path] = replace(STORY, level=Level.FREE)
        office.publish("evening")
        await office.cache.story(STORY.path)
        assert free is not None
        assert not office.cache.current(free)

    run(visit())


def test_a_page_that_was_being_printed_during_a_publication_is_not_kept() -> None:
    office = Office()

    async def publication() -> None:
        office.press.during = None
        office.publish("evening")

    async def visit() -> None:
        story = await office.cache.story(STORY.path)
        assert story is not None
        office.press.during = publication
        await office.body(story)
        assert not office.cache.current(story)
        assert await office.body(story) == b"/us/money/first/ full evening"

    run(visit())
    assert office.press.printed == {(1, FULL): 2}


def test_who_asks_after_a_publication_does_not_get_a_page_begun_before_it() -> None:
    office = Office()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await go_on.wait()

    async def visit() -> None:
        office.press.during = wait
        early = asyncio.ensure_future(office.body())
        await begun.wait()
        office.press.during = None
        office.publish("evening")
        assert await office.body() == b"/us/money/first/ full evening"
        go_on.set()
        assert await early == b"/us/money/first/ full morning"
        assert await office.body() == b"/us/money/first/ full evening"

    run(visit())


def test_a_story_that_was_being_found_during_a_publication_is_found_again() -> None:
    office = Office()

    async def publication() -> None:
        office.press.during = None
        del office.press.stories[STORY.path]
        office.publish("evening")
        await office.cache.story(OTHER.path)  # another reader, who already sees the new issue

    async def visit() -> None:
        office.press.during = publication
        await office.cache.story(STORY.path)
        assert await office.cache.story(STORY.path) is None

    run(visit())


def test_a_story_that_has_gone_has_no_page_and_none_is_kept() -> None:
    office = Office()
    del office.press.stories[STORY.path]

    async def visit() -> None:
        assert await office.cache.page(STORY, FULL) is None
        office.press.stories[STORY.path] = STORY
        assert await office.body() == b"/us/money/first/ full morning"

    run(visit())


def test_a_press_that_fails_is_asked_again_by_the_next_reader() -> None:
    office = Office()

    async def jam() -> None:
        raise ConnectionError

    async def visit() -> None:
        office.press.during = jam
        failures = await asyncio.gather(*(office.body() for _ in range(3)), return_exceptions=True)
        assert [type(failure) for failure in failures] == [ConnectionError] * 3
        office.press.during = None
        assert await office.body() == b"/us/money/first/ full morning"

    run(visit())


def test_the_cache_keeps_within_its_bytes_by_dropping_what_was_not_asked_for_longest() -> None:
    size = ready(b"/us/money/first/ full morning").size
    office = Office(capacity=int(size * 2.5))
    third = replace(STORY, id=3, path="/us/money/third/")
    office.press.stories[third.path] = third

    async def visit() -> None:
        await office.body(STORY)
        await office.body(OTHER)
        await office.body(STORY)
        await office.body(third)
        await office.body(STORY)
        await office.body(third)
        assert office.press.printed == {(1, FULL): 1, (2, FULL): 1, (3, FULL): 1}
        await office.body(OTHER)
        assert office.press.printed[2, FULL] == 2

    run(visit())


def test_a_publication_frees_the_room_as_well() -> None:
    size = ready(b"/us/money/first/ full morning").size
    office = Office(capacity=int(size * 2.5))

    async def visit() -> None:
        for edition in ("morning", "evening", "morning", "evening"):
            office.publish(edition)
            for _ in range(2):
                await office.body(STORY)
                await office.body(OTHER)

    run(visit())
    assert set(office.press.printed.values()) == {4}


def test_a_page_larger_than_the_cache_is_kept_until_another_is_printed() -> None:
    office = Office(capacity=1)

    async def visit() -> None:
        for _ in range(2):
            assert await office.body() == b"/us/money/first/ full morning"
        assert office.press.printed == {(1, FULL): 1}
        await office.body(OTHER)
        await office.body()
        assert office.press.printed == {(1, FULL): 2, (2, FULL): 1}

    run(visit())


def test_paths_beyond_the_most_that_are_remembered_are_looked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pages, "MAX_PATHS", 3)
    office = Office()

    async def visit() -> None:
        for path in ("/a/", "/b/", "/c/", "/d/", "/d/", "/a/"):
            await office.cache.story(path)

    run(visit())
    assert office.press.found == {"/a/": 2, "/b/": 1, "/c/": 1, "/d/": 1}


class SlowNumber(SharedNumber):
    """Leaves time between reading the number and writing the next."""

    def __call__(self) -> int:
        number = super().__call__()
        time.sleep(0.001)
        return number


def test_publications_by_many_threads_at_once_are_all_counted(tmp_path: Path) -> None:
    # Else a page that was printed between two of them might be kept.
    here, there = SlowNumber(tmp_path / "issue"), SlowNumber(tmp_path / "issue")
    with ThreadPoolExecutor(8) as crowd:
        for _ in range(20):
            crowd.submit(here.advance)
            crowd.submit(there.advance)
    assert here() == there() == 40
