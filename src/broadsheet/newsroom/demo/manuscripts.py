"""The demonstration paper as it is written down: one YAML file a story, and one for the paper.

Everything is checked before anything is built, and a fault names its file.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from broadsheet.access import Level
from broadsheet.newsroom.charts import Kind
from broadsheet.newsroom.models import Correction, Genre, Place

PAPER_FILE = "_paper.yaml"
AGO = re.compile(r"(\d+) (hour|minute)s?")


class ManuscriptError(ValueError):
    """A file of the demonstration paper is wrong; the text names it and says how."""


def _ago(value: Any) -> Any:
    found = AGO.fullmatch(value) if isinstance(value, str) else None
    return timedelta(**{f"{found[2]}s": int(found[1])}) if found else value


type When = Annotated[datetime | timedelta, BeforeValidator(_ago)]
"""A moment, or how long before now: "3 hours", "25 minutes"."""
type Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
type Elsewhere = Annotated[str, Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$")]
"""Something of another edition: "us/the-slug-of-a-story" or "us/the-slug-of-a-section"."""


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PictureLines(_Written):
    """A picture and what stands below it."""

    name: str
    alt: str
    caption: str = ""


class QuotationLines(_Written):
    """A quotation and who said it."""

    text: str
    speaker: str
    speaker_role: str = ""
    agency: str = ""


class ChartLines(_Written):
    """A chart's table."""

    title: str
    kind: Kind
    unit: str
    source: str
    rows: list[tuple[str, float]] = Field(min_length=1)


class TableLines(_Written):
    """A table of words and numbers. The first cell of each row names it."""

    caption: str
    head: list[str] = []
    rows: list[list[str | int | float]] = Field(min_length=1)
    source: str


class PlaceLines(_Written):
    """A place on a map; degrees, south and west negative."""

    label: str
    latitude: float
    longitude: float


class MapLines(_Written):
    """A locator map, and how much of the world it shows."""

    title: str
    places: list[PlaceLines] = Field(min_length=1)
    kilometres: int


class EmbedLines(_Written):
    """What another site plays: the page there, and the address of the player."""

    url: str
    title: str
    player: str


class FootnoteLines(_Written):
    """What a mark like [^1] in a paragraph refers to."""

    mark: str
    text: str


class BodyItem(_Written):
    """One block of a story: exactly one of these is given."""

    paragraph: str | None = None
    subheading: str | None = None
    quotation: QuotationLines | None = None
    picture: PictureLines | None = None
    chart: ChartLines | None = None
    table: TableLines | None = None
    map: MapLines | None = None
    embed: EmbedLines | None = None
    footnotes: list[FootnoteLines] | None = None
    pull_quote: str | None = None
    newsletter: Literal[True] | None = None
    preview_end: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError("a block is one key with its value")
        return self

    @property
    def kind(self) -> str:
        """The block's type."""
        return next(iter(self.model_fields_set))

    @property
    def value(self) -> Any:
        """What it holds."""
        return getattr(self, self.kind)


class CorrectionLines(_Written):
    """What was changed in a story after it was published."""

    kind: Correction.Kind = Correction.Kind.CORRECTION
    at: When
    text: str


class LiveLines(_Written):
    """One entry of a live story. An empty line parts the paragraphs of its text."""

    at: When
    text: str
    headline: str = ""
    key: bool = False
    author: Slug | None = None
    picture: PictureLines | None = None


class StoryLines(_Written):
    """A story's file.

    `rank` is its turn among the stories that are put on the front page by hand; 0 is none of them.
    A file may say with `slot` which place is its story's. Of the others the first leads, the next
    is the second story, and the rest head their sections' blocks.
    `translates` names the same story in another edition, as edition/story: one of the two says it.
    `also_in` names sections of other editions that list it too, as edition/section.
    """

    edition: Slug
    section: Slug
    slug: Slug
    headline: str
    standfirst: str
    body: list[BodyItem]
    published: When
    updated: When | None = None
    access: Level = Level.SUBSCRIBERS
    rank: int = Field(0, ge=0)
    slot: Place | None = None
    genre: Genre = Genre.NEWS
    sponsor: str = ""
    kicker: str = ""
    place: str = ""
    authors: list[Slug] = []
    picture: PictureLines | None = None
    topics: list[Slug] = []
    tied: list[Slug] = []
    corrections: list[CorrectionLines] = []
    live: list[LiveLines] = []
    translates: Elsewhere | None = None
    also_in: list[Elsewhere] = []

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.slot and not self.rank:
            raise ValueError("a story with a slot has a rank too")
        return self

    def pictures(self) -> Iterator[str]:
        """The names of all its pictures."""
        inside = [item.picture for item in self.body], [entry.picture for entry in self.live]
        for picture in (self.picture, *inside[0], *inside[1]):
            if picture is not None:
                yield picture.name

    def people(self) -> Iterator[str]:
        """The slugs of all who wrote it."""
        yield from self.authors
        yield from (entry.author for entry in self.live if entry.author is not None)


class SectionLines(_Written):
    """A section of an edition."""

    slug: Slug
    title: str
    introduction: str = ""


class TopicLines(_Written):
    """A topic of an edition."""

    slug: Slug
    name: str
    description: str = ""
    picture: PictureLines | None = None


class BreakingLines(_Written):
    """A line above an edition's pages; it goes `for_hours` hours after the paper is built."""

    line: str
    for_hours: int = Field(gt=0)
    story: Slug | None = None


class EditionLines(_Written):
    """An edition, its sections and its topics."""

    slug: Slug = Field(validation_alias=AliasChoices("slug", "code"))
    title: str
    language: str
    locale: str
    time_zone: str
    currency: str
    preview_paragraphs: int
    meter_visitors: int
    meter_readers: int
    sections: list[SectionLines]
    topics: list[TopicLines]
    breaking: list[BreakingLines] = []


class AuthorLines(_Written):
    """Somebody who writes; `portrait` is the name of a picture."""

    slug: Slug
    name: str
    role: str = ""
    biography: str = ""
    portrait: str | None = None


class PaperLines(_Written):
    """The paper's own file."""

    title: str
    editions: list[EditionLines]
    authors: list[AuthorLines]

    def pictures(self) -> Iterator[str]:
        """The names of the pictures of authors and topics."""
        yield from (author.portrait for author in self.authors if author.portrait is not None)
        topics = [topic for edition in self.editions for topic in edition.topics]
        yield from (topic.picture.name for topic in topics if topic.picture is not None)


class Manuscripts(_Written):
    """The whole demonstration paper, written down; stories by their files' names."""

    paper: PaperLines
    stories: dict[str, StoryLines]


def read(folder: Path, pictures: Iterable[str]) -> Manuscripts:
    """Everything in the folder. Raises ManuscriptError when a file is wrong."""
    paper = _parse(folder / PAPER_FILE, PaperLines)
    files = sorted(file for file in folder.glob("*.yaml") if file.name != PAPER_FILE)
    stories = {file.name: _parse(file, StoryLines) for file in files}
    _check(paper, stories, frozenset(pictures))
    return Manuscripts(paper=paper, stories=stories)


def _parse[Lines: _Written](file: Path, lines: type[Lines]) -> Lines:
    try:
        return lines.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except OSError as error:
        raise ManuscriptError(f"{file.name}: cannot be read ({error.strerror})") from None
    except yaml.YAMLError as error:
        raise ManuscriptError(f"{file.name}: is not YAML: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{_place(fault['loc'])}: {fault['msg']}" for fault in error.errors())
        raise ManuscriptError(f"{file.name}: {faults}") from None


def _place(parts: tuple[int | str, ...]) -> str:
    return ".".join(map(str, parts)) or "the file"


def _check(paper: PaperLines, stories: dict[str, StoryLines], pictures: frozenset[str]) -> None:
    editions = {edition.slug: edition for edition in paper.editions}
    authors = {author.slug for author in paper.authors}
    slugs: dict[str, set[str]] = {edition: set() for edition in editions}
    for file, story in stories.items():
        _known(file, "edition", [story.edition], editions)
        if story.slug in slugs[story.edition]:
            raise ManuscriptError(f"{file}: another story has the slug {story.slug!r}")
        slugs[story.edition].add(story.slug)
    for file, story in stories.items():
        edition = editions[story.edition]
        _known(file, "section", [story.section], {section.slug for section in edition.sections})
        _known(file, "topic", story.topics, {topic.slug for topic in edition.topics})
        _known(file, "author", story.people(), authors)
        _known(file, "tied story", story.tied, slugs[story.edition] - {story.slug})
        _known(file, "picture", story.pictures(), pictures)
        abroad = [other for other in paper.editions if other is not edition]
        stories_abroad = {f"{one.slug}/{slug}" for one in abroad for slug in slugs[one.slug]}
        _known(file, "translated story", filter(None, [story.translates]), stories_abroad)
        sections_abroad = {f"{one.slug}/{part.slug}" for one in abroad for part in one.sections}
        _known(file, "section", story.also_in, sections_abroad)
    _known(PAPER_FILE, "picture", paper.pictures(), pictures)
    for edition in paper.editions:
        led = (news.story for news in edition.breaking if news.story is not None)
        _known(PAPER_FILE, "story", led, slugs[edition.slug])


def _known(file: str, what: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise ManuscriptError(f"{file}: there is no {what} {name!r}")
