"""Every sentence that stands only behind the wall, and a search for any of them in any bytes."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote_plus

from broadsheet.access import Level
from broadsheet.newsroom.cutting import cut
from broadsheet.newsroom.demo import loader, manuscripts, pictures
from broadsheet.newsroom.demo.manuscripts import BodyItem, Manuscripts, StoryLines
from broadsheet.newsroom.footnotes import MARK

RUN = 7
"""So many words in a row that stand nowhere before a wall are a leak."""
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"\w+")
JSON_LETTER = re.compile(r"\\u([0-9a-fA-F]{4})")

type Run = tuple[str, ...]


def runs(text: str) -> Iterator[Run]:
    """Every RUN words in a row, whatever stands between them."""
    words = WORD.findall(text.lower())
    return zip(*(words[n:] for n in range(RUN)), strict=False)


def readings(body: bytes) -> Iterator[str]:
    """The ways in which somebody may read these bytes as words."""
    text = body.decode("utf-8", "replace")
    yield text
    bare = html.unescape(TAG.sub(" ", text))
    yield bare
    yield html.unescape(bare)
    if "\\u" in text:
        yield JSON_LETTER.sub(lambda found: chr(int(found[1], 16)), text)
    if "%20" in text or "+" in text:
        yield unquote_plus(text)


@dataclass(frozen=True)
class Marks:
    """The hidden runs of words: by story, and all together."""

    by_path: dict[str, frozenset[Run]]
    levels: dict[str, Level]
    open: frozenset[Run]
    """What anybody may read somewhere in the paper."""

    @cached_property
    def all(self) -> frozenset[Run]:
        return frozenset().union(*self.by_path.values())

    def paths(self, *levels: Level) -> list[str]:
        """The addresses of the stories of these levels."""
        return [path for path, level in self.levels.items() if level in levels]

    def leak(self, body: bytes) -> str:
        """A piece of hidden text that is in these bytes; empty when there is none."""
        for text in readings(body):
            if not self.all.isdisjoint(runs(text)):
                return " ".join(next(run for run in runs(text) if run in self.all))
        return ""

    def missing(self, path: str, body: bytes) -> set[Run]:
        """What of a story's hidden text is not in these bytes."""
        found = {run for text in readings(body) for run in runs(text)}
        return set(self.by_path[path]) - found


@dataclass
class Reading:
    """A story parted at its wall."""

    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


def gather() -> Marks:
    """The marks of the demonstration paper, from its manuscripts."""
    written = manuscripts.read(loader.STORIES, pictures.NAMES)
    parted = {_path(story): _parted(story, written) for story in written.stories.values()}
    shown = frozenset(
        run
        for text in [*_furniture(written), *(t for one in parted.values() for t in one.shown)]
        for run in runs(text)
    )
    return Marks(
        by_path={
            path: frozenset(run for text in one.hidden for run in runs(text)) - shown
            for path, one in parted.items()
        },
        levels={_path(story): story.access for story in written.stories.values()},
        open=shown,
    )


def _path(story: StoryLines) -> str:
    return f"/{story.edition}/{story.section}/{story.slug}/"


def _parted(story: StoryLines, written: Manuscripts) -> Reading:
    (edition,) = [one for one in written.paper.editions if one.slug == story.edition]
    kinds = [item.kind for item in story.body]
    end = cut(kinds, edition.preview_paragraphs)
    if story.access is Level.FREE:
        end = len(kinds)
    head = [story.headline, story.standfirst]
    if story.picture is not None:
        head += [story.picture.alt, story.picture.caption]
    head += [change.text for change in story.corrections]
    live = [text for entry in story.live for text in (entry.headline, *entry.text.split("\n\n"))]
    free = story.access is Level.FREE
    return Reading(
        shown=head + [text for item in story.body[:end] for text in _said(item)] + live * free,
        hidden=[text for item in story.body[end:] for text in _said(item)] + live * (not free),
    )


def _said(item: BodyItem) -> Iterable[str]:
    if item.paragraph is not None:
        # A link's address stands between its words in the page's source, not in what is read.
        read = MARK.sub(r" \1 ", TAG.sub(" ", item.paragraph))
        return [html.unescape(read)]
    if item.quotation is not None:
        return [item.quotation.text, item.quotation.speaker_role]
    if item.picture is not None:
        return [item.picture.alt, item.picture.caption]
    if item.chart is not None:
        return [item.chart.title, item.chart.source]
    if item.table is not None:
        cells = [str(cell) for row in item.table.rows for cell in row]
        return [item.table.caption, item.table.source, " ".join(cells)]
    if item.map is not None:
        return [item.map.title]
    if item.embed is not None:
        return [item.embed.title]
    if item.footnotes is not None:
        return [note.text for note in item.footnotes]
    return [str(item.value)]


def _furniture(written: Manuscripts) -> Iterator[str]:
    for author in written.paper.authors:
        yield author.biography
    for edition in written.paper.editions:
        yield from (section.introduction for section in edition.sections)
        yield from (topic.description for topic in edition.topics)
