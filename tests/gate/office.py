"""A press that counts, and the page cache before it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from broadsheet.access import Level
from broadsheet.gate.pages import Face, Kind, PageCache, Story, Wall

STORY = Story(1, "/us/money/first/", "us", "en", "UTC", Level.SUBSCRIBERS, 0, 3, ("en", "es"))
OTHER = replace(STORY, id=2, path="/us/money/second/")
FULL = Face(Kind.FULL, Wall.NONE, message=False, signed_in=True, language="en")
PREVIEW = FULL._replace(kind=Kind.PREVIEW, wall=Wall.SUBSCRIBE, signed_in=False)


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

    async def shown(self, story: Story = STORY, face: Face = FULL) -> bytes | None:
        """What whoever has found this very story is shown without waiting."""
        self.press.stories[story.path] = story
        found = await self.cache.story(story.path)
        assert found == story
        page = self.cache.shown(found, face)
        return None if page is None else page.plain

    async def body(self, story: Story = STORY, face: Face = FULL) -> bytes:
        page = await self.cache.page(story, face)
        assert page is not None
        return page.plain


def run[T](work: Awaitable[T]) -> T:
    async def main() -> T:
        return await work

    return asyncio.run(main())
