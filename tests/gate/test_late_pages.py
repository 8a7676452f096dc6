"""Right after a publication: a few pages at a time, and an unchanged story as it was meanwhile."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from broadsheet.access import Level
from broadsheet.gate import pages
from broadsheet.gate.pages import Story
from tests.gate.office import FULL, OTHER, STORY, Office, run
from tests.gate.test_door import told
from tests.gate.world import HIDDEN, World

REVISED = replace(STORY, revision=7, preview=3)


# At the press


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
        assert await office.cache.story(STORY.path) is not None  # it has seen that

    async def rush() -> None:
        faces = [*(FULL._replace(language=f"x{n}") for n in range(pages.PRESSES)), taken]
        await asyncio.gather(*(office.body(STORY, face) for face in faces))

    office.press.during = publish
    run(rush())
    shown = run(office.shown(STORY, taken))
    assert shown is not None
    assert shown.endswith(b"evening")


async def busy(office: Office, story: Story, now: Story | None = None) -> None:
    """A story's page is kept, something is published, and all presses are at work on others.
    The story (or what it is `now`) was found again already."""
    office.press.stories[story.path] = story
    await office.cache.story(story.path)
    await office.body(story)
    office.publish("evening")
    await office.shown(now or story)
    await at_work(office)


async def at_work(office: Office) -> None:
    """All presses are, on pages of another story."""
    for number in range(pages.PRESSES):
        face = FULL._replace(language=f"x{number}")
        asyncio.ensure_future(office.cache.page(OTHER, face))  # noqa: RUF006 (see idle)
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def idle() -> None:
    """Everything that was begun is done."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


def test_while_all_presses_are_busy_an_unchanged_story_is_shown_as_it_was() -> None:
    office = Office()

    async def visit() -> None:
        await busy(office, REVISED)
        late = await office.shown(REVISED)
        assert late is not None
        assert late.endswith(b"morning")
        await idle()  # it was printed anew meanwhile
        anew = await office.shown(REVISED)
        assert anew is not None
        assert anew.endswith(b"evening")

    run(visit())
    assert office.cache.shown_late == 1


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (REVISED, replace(REVISED, revision=8)),
        (REVISED, replace(REVISED, level=Level.REGISTERED)),
        (REVISED, replace(REVISED, level=Level.FREE)),
        (REVISED, replace(REVISED, preview=2)),
        (REVISED, replace(REVISED, meter_readers=0)),
        (STORY, STORY),  # nobody can say whether it has changed
    ],
)
def test_a_story_that_has_changed_is_never_shown_as_it_was(before: Story, now: Story) -> None:
    office = Office()

    async def visit() -> None:
        await busy(office, before, now)
        assert await office.shown(now) is None
        await idle()

    run(visit())


def test_nor_is_one_whose_page_waited_for_its_press_while_it_was_changed() -> None:
    office = Office()

    async def visit() -> None:
        office.press.stories[STORY.path] = REVISED
        await office.cache.story(STORY.path)
        changed = replace(REVISED, revision=8)
        await office.body(changed)  # asked for by somebody who had found another revision
        await busy(office, OTHER, changed)
        assert await office.shown(changed) is None
        await idle()

    run(visit())


def test_nor_when_its_time_is_over_however_often_something_is_published() -> None:
    office = Office()

    async def visit() -> None:
        await busy(office, REVISED)
        for _ in range(2):
            office.now += pages.GRACE / 2
            office.publish("night")
            assert await office.shown(REVISED) is None  # found again, with no page
        await at_work(office)
        assert await office.shown(REVISED) is None
        await idle()

    run(visit())


def test_nor_when_a_press_is_free() -> None:
    office = Office()

    async def visit() -> None:
        await busy(office, REVISED)
        await idle()
        assert await office.shown(REVISED) is None

    run(visit())


# At the door


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def rush(world: World) -> None:
    """Something is published, and every press is held by other readers' pages."""
    paths = [world.publish(Level.FREE, f"/us/world/other-{n}/") for n in range(pages.PRESSES)]
    world.press_runs.clear()
    for path in paths:
        asyncio.ensure_future(world.browser().get(path))  # noqa: RUF006 (see idle)
    while world.at_press < pages.PRESSES:
        await asyncio.sleep(0)


@told
async def test_nobody_waits_for_a_story_that_has_not_changed(world: World) -> None:
    path = world.publish(Level.FREE, revision=7)
    before = await world.browser().get(path)
    await rush(world)
    during = await asyncio.wait_for(world.browser().get(path), 5)
    assert during.body == before.body
    world.press_runs.set()
    await idle()


@told
async def test_a_story_that_was_put_behind_a_wall_is_behind_it_at_once(world: World) -> None:
    path = world.publish(Level.FREE, id=50, revision=7)
    assert HIDDEN in (await world.browser().get(path)).text
    world.publish(Level.SUBSCRIBERS, id=50, revision=7)
    await rush(world)
    asking = asyncio.ensure_future(world.browser().get(path))
    await asyncio.sleep(0.01)
    assert not asking.done()  # it waits for its page rather than show another
    world.press_runs.set()
    answer = await asking
    assert answer.access == "preview; reason=subscription-required"
    assert HIDDEN not in answer.text
    await idle()


@told
async def test_a_story_that_was_withdrawn_is_gone_at_once(world: World) -> None:
    path = world.publish(Level.FREE, revision=7)
    await world.browser().get(path)
    del world.stories[path]
    await rush(world)
    answer = await asyncio.wait_for(world.browser().get(path), 5)
    assert answer.text.startswith("the site:")
    world.press_runs.set()
    await idle()
