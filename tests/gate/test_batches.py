"""What is noted at the gate is recorded soon, also when nothing more is noted after it."""

import asyncio
from collections.abc import Sequence

from broadsheet.gate.batches import Batches
from tests.gate.test_door import told

PAUSE = 0.01


@told
async def test_what_is_noted_while_others_are_recorded_is_recorded_after_them() -> None:
    recorded: list[str] = []
    busy, go_on, both = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def record(items: Sequence[str]) -> None:
        busy.set()
        await go_on.wait()
        recorded.extend(items)
        if len(recorded) == 2:
            both.set()

    batches = Batches(record, PAUSE)
    batches.add("first")
    await busy.wait()
    batches.add("second")
    go_on.set()
    async with asyncio.timeout(10):
        await both.wait()
    assert recorded == ["first", "second"]


@told
async def test_what_could_not_be_recorded_is_tried_again_until_it_is() -> None:
    recorded, tries, done = [], [], asyncio.Event()

    async def record(items: Sequence[str]) -> None:
        tries.append(list(items))
        if len(tries) < 3:
            raise OSError("database is locked")
        recorded.extend(items)
        done.set()

    batches = Batches(record, PAUSE)
    batches.add("only")
    async with asyncio.timeout(10):
        await done.wait()
    assert tries == [["only"]] * 3
    assert recorded == ["only"]
    assert batches.waiting == 0
