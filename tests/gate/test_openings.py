"""Openings of full texts are counted as people make them, and cost nobody a wait."""

from pathlib import Path

import pytest

from broadsheet.access import Level
from broadsheet.gate.openings import AGAIN, REMEMBERED, Opening, Openings
from broadsheet.gate.request import Request
from tests.gate.test_door import told
from tests.gate.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def counted(world: World) -> list[tuple[int, int | None]]:
    """Who opened which story, as the database is told."""
    await world.gate.openings.batches.flush()
    return [(one.story, one.reader) for one in world.openings]


@told
async def test_a_full_text_is_counted_for_its_reader(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS, id=7)
    await world.browser("ana", reader=3).get(path)
    assert await counted(world) == [(7, 3)]
    assert world.openings[0].at == world.now


@told
async def test_a_visitors_opening_is_counted_without_a_name(world: World) -> None:
    await world.browser().get(world.publish(Level.FREE, id=7))
    assert await counted(world) == [(7, None)]


@told
async def test_a_preview_is_not_an_opening(world: World) -> None:
    path = world.publish(Level.SUBSCRIBERS)
    await world.browser().get(path)
    await world.browser("nora", mode=None, key="reader:2").get(path)
    assert await counted(world) == []


@told
async def test_neither_our_script_nor_a_guess_of_the_browser_is_an_opening(world: World) -> None:
    path, ana = world.publish(Level.FREE), world.browser("ana")
    await ana.get(path, sec_fetch_mode="cors")
    await ana.get(path, sec_purpose="prefetch;prerender")
    await ana.ask("HEAD", path, b"", {})
    assert await counted(world) == []


@told
async def test_a_reload_is_not_another_opening_until_some_minutes_have_passed(world: World) -> None:
    path, ana = world.publish(Level.FREE, id=7), world.browser("ana", reader=3)
    await ana.get(path)
    await ana.get(path)
    world.now += AGAIN + 1
    await ana.get(path)
    assert await counted(world) == [(7, 3), (7, 3)]


@told
async def test_a_visitors_reload_is_known_by_the_page_they_have_already(world: World) -> None:
    path, visitor = world.publish(Level.FREE, id=7), world.browser()
    first = await visitor.get(path)
    again = await visitor.get(path, if_none_match=first.header("etag"))
    assert again.status == 304
    assert await counted(world) == [(7, None)]


@told
async def test_openings_wait_while_the_database_is_away(world: World) -> None:
    path = world.publish(Level.FREE, id=7)
    world.database_away = True
    answer = await world.browser().get(path)
    assert answer.status == 200
    assert await counted(world) == []
    world.database_away = False
    assert await counted(world) == [(7, None)]


@told
async def test_a_stopping_gate_hands_over_what_it_has_counted(world: World) -> None:
    await world.browser().get(world.publish(Level.FREE, id=7))
    await world.gate.close()
    assert world.openings == [Opening(7, None, world.now)]


@told
async def test_only_so_many_readings_are_remembered() -> None:
    noted: list[Opening] = []

    async def record(batch: object) -> None:
        noted.extend(batch)  # type: ignore[arg-type]

    openings = Openings(record)
    scope = {"method": "GET", "path": "/", "headers": []}
    for reader in range(REMEMBERED + 1):
        openings.note(Request(scope), 1, reader, 0.0)
    openings.note(Request(scope), 1, 0, 1.0)  # forgotten meanwhile: counted once more
    openings.note(Request(scope), 1, REMEMBERED, 1.0)
    await openings.batches.flush()
    assert len(noted) == REMEMBERED + 2
