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

PAPER_FILE = "_paper.yaml"
AGO = re.compile(r"(\d+) hours?")


class ManuscriptError(ValueError):
    """A file of the demonstration paper is wrong; the text names it and says how."""


def _ago(value: Any) -> Any:
    found = AGO.fullmatch(value) if isinstance(value, str) else None
    return timedelta(hours=int(found[1])) if found else value


type When = Annotated[datetime | timedelta, BeforeValidator(_ago)]
"""A moment, or how long before now: "3 hours"."""
type Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


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
    unit: str = ""
    source: str = ""
    rows: list[tuple[str, float]] = Field(min_length=1)


class BodyItem(_Written):
    """One block of a story: exactly one of these is given."""

    paragraph: str | None = None
    subheading: str | None = None
    quotation: QuotationLines | None = None
    picture: PictureLines | None = None
    chart: ChartLines | None = None
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


class StoryLines(_Written):
    """A story's file."""

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
    kicker: str = ""
    place: str = ""
    authors: list[Slug] = []
    picture: PictureLines | None = None
    topics: list[Slug] = []
    tied: list[Slug] = []

    def pictures(self) -> Iterator[str]:
        """The names of all its pictures."""
        if self.picture is not None:
            yield self.picture.name
        yield from (item.picture.name for item in self.body if item.picture is not None)


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
    newsletter_name: str
    newsletter_pitch: str
    sections: list[SectionLines]
    topics: list[TopicLines]


class AuthorLines(_Written):
    """Somebody who writes."""

    slug: Slug
    name: str
    role: str = ""
    biography: str = ""


class PaperLines(_Written):
    """The paper's own file."""

    title: str
    editions: list[EditionLines]
    authors: list[AuthorLines]


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
        _known(file, "author", story.authors, authors)
        _known(file, "tied story", story.tied, slugs[story.edition] - {story.slug})
        _known(file, "picture", story.pictures(), pictures)


def _known(file: str, what: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise ManuscriptError(f"{file}: there is no {what} {name!r}")
