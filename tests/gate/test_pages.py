"""Pages are printed once per face, kept as ready bytes, and never outlive a publication."""

import asyncio
import gzip
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path

import brotli
import pytest

from broadsheet.access import Decision, Facts, Hold, Level, Meter, Mode, Outcome, Reason, decide
from broadsheet.gate import pages
from broadsheet.gate.pages import Face, Kind, Standing, Wall, face_for, fill, ready
from broadsheet.stores import SharedNumber
from tests.gate.office import FULL, OTHER, PREVIEW, STORY, Office, run

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
        face = face_for(decision, Standing(signed_in=True), "en")
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
    face = face_for(decision, Standing(message=True), "es")
    assert face == Face(Kind.PREVIEW, wall, message=True, signed_in=False, language="es")


def test_a_page_is_personal_when_it_has_a_message_or_says_that_the_seat_is_in_use() -> None:
    assert not FULL.personal
    assert not PREVIEW.personal
    assert FULL._replace(message=True).personal
    assert PREVIEW._replace(wall=Wall.IN_USE).personal


# Ready bytes


def test_a_ready_page_is_the_same_bytes_in_every_encoding() -> None:
    body = "<p>Página</p>".encode() * 200
    page = ready(body)
    sent = {coding: coded.body for coding, coded in page.coded.items()}
    assert sent.pop(b"") == page.plain == body
    assert gzip.decompress(sent[b"gzip"]) == brotli.decompress(sent[b"br"]) == body
    assert page.size == len(body) + len(sent[b"gzip"]) + len(sent[b"br"])


def test_each_encoding_says_what_it_is_and_how_long() -> None:
    for coding, (headers, body) in ready(b"<p>" * 200).coded.items():
        told = dict(headers)
        assert told.pop(b"content-length") == str(len(body)).encode()
        assert told == ({b"content-encoding": coding} if coding else {})


def test_the_same_body_has_the_same_validator_and_another_body_another() -> None:
    assert ready(b"one").etag == ready(b"one").etag
    # No time of day, so every process has the same.
    assert ready(b"one").coded[b"gzip"].body[4:8] == bytes(4)
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
