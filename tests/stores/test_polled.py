"""A number that many hosts see change: moved by every change, and never believed for long."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

import pytest

from broadsheet.stores import DatabaseAway, PolledNumber, Source
from broadsheet.stores.polled import DOUBT, GOOD

HANGS = object()
"""An answer that does not come."""


class Place:
    """Where is asked: it answers, refuses, or says nothing."""

    def __init__(self, says: object) -> None:
        self.says = says

    async def __call__(self) -> object:
        if isinstance(self.says, Exception):
            raise self.says
        if self.says is HANGS:
            await asyncio.Event().wait()
        return self.says


class World:
    """A database, its witness, and the time."""

    def __init__(self) -> None:
        self.now = 100.0
        self.database, self.witness = Place((1, 1)), Place(1)
        self.number = PolledNumber(self.database, self.witness, lambda: self.now)

    async def look(self, times: int = 1, seconds: float = 0.25) -> int | None:
        for _ in range(times):
            self.now += seconds
            await self.number.look()
        return self.number()

    def publish(self) -> None:
        """Committed, and told to the witness."""
        count, total = self.database.says  # type: ignore[misc]
        self.database.says = (count + 1, total + count + 1)
        self.witness.says += 1  # type: ignore[operator]


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def test_it_moves_with_every_publication_and_stays_without() -> None:
    async def main() -> None:
        world = World()
        first = await world.look(3)
        assert await world.look(3) == first
        world.publish()
        second = await world.look()
        assert second != first
        assert await world.look(3) == second

    run(main())


@pytest.mark.parametrize(
    ("before", "after"),
    [((2, 12), (3, 21)), ((3, 33), (3, 43)), ((9, 45), (2, 17)), ((1, 1), (0, None))],
)
def test_it_moves_when_any_publication_comes_or_goes(before: object, after: object) -> None:
    """Out of order; one for one; when old ones are forgotten; when none is left."""

    async def main() -> None:
        world = World()
        world.database.says = before
        first = await world.look(2)
        world.database.says = after
        assert await world.look() != first

    run(main())


def test_an_answer_is_good_for_a_second_from_when_it_was_asked_for() -> None:
    async def main() -> None:
        world = World()
        assert world.number() is None, "nobody has asked yet"
        known = await world.look()
        world.now += GOOD - 0.01
        assert world.number() == known
        world.now += 0.01
        assert world.number() is None

    run(main())


def test_whoever_comes_when_it_is_not_known_waits_for_the_next_answer() -> None:
    async def main() -> None:
        world = World()
        world.number.start()
        await world.number.sure()
        world.now += 60  # this process was held up
        assert world.number() is None
        world.publish()
        await world.number.sure()
        assert world.number() == 2
        await world.number.stop()

    run(main())


def test_and_is_told_when_there_is_none_in_a_second() -> None:
    async def main() -> None:
        world = World()
        with pytest.raises(DatabaseAway):
            await world.number.sure()

    run(main())


def test_while_the_database_is_away_the_witness_vouches(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        world = World()
        known = await world.look(3)
        world.database.says = OSError("refused")
        for _ in range(DOUBT + 2):
            assert await world.look() == known
        assert world.number.away
        assert world.number.source is Source.WITNESS
        world.witness.says = 2
        assert await world.look() != known, "another host has published"
        world.database.says = (2, 3)
        await world.look(2)
        assert world.number.source is Source.ORIGIN
        assert not world.number.away

    with caplog.at_level(logging.INFO):
        run(main())
    said = [record.getMessage() for record in caplog.records]
    assert sum("is away" in line for line in said) == 1
    assert sum("are read from the database" in line for line in said) == 2


def test_one_slow_answer_is_not_taken_for_an_absence(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        world = World()
        known = await world.look(3)
        world.database.says = HANGS
        assert await world.look() == known, "the witness vouches"
        assert not world.number.away
        world.database.says = (1, 1)
        assert await world.look() == known

    run(main())
    assert "is away" not in caplog.text


def test_what_is_published_before_the_witness_was_first_asked_is_not_missed() -> None:
    """The database goes just when something was published, and before it was seen."""

    async def main() -> None:
        world = World()
        known = await world.look(3)
        world.publish()
        world.database.says = OSError("refused")
        assert await world.look() != known

    run(main())


def test_when_nobody_answers_three_times_the_last_number_holds() -> None:
    async def main() -> None:
        world = World()
        known = await world.look(3)
        world.database.says = world.witness.says = OSError("refused")
        world.now += GOOD
        assert await world.look(DOUBT - 1) is None, "doubt"
        assert await world.look() == known
        assert world.number.source is Source.NOBODY
        assert await world.look(10, seconds=1.0) == known

    run(main())


def test_its_own_being_held_up_is_not_taken_for_their_absence() -> None:
    """The questions were under way when the process was paused."""

    async def main() -> None:
        world = World()
        await world.look(3)

        async def held_up() -> object:
            world.now += 20
            raise TimeoutError

        world.number = PolledNumber(held_up, held_up, lambda: world.now)
        for _ in range(2 * DOUBT):
            await world.number.look()
            assert world.number() is None

    run(main())
