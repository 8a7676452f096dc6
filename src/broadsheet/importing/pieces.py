"""What importers read from files, whatever paper it comes from. Values only."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import IO, Protocol

from broadsheet.access import Level


class FileRefused(Exception):
    """A file cannot be imported at all; the text says why, for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that is not carried over, or not as it was, and why."""

    what: str
    why: str


class Status(StrEnum):
    """Whether readers see a story."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class PictureAt:
    """A picture at its old address, with its words."""

    address: str
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who writes."""

    foreign_id: str
    name: str
    slug: str
    biography: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """What a story was filed under. `broad` ones may be sections here."""

    slug: str
    name: str
    broad: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A story of another paper's. Its text is HTML; nothing in it is trusted."""

    foreign_id: str
    title: str
    slug: str
    html: str
    status: Status
    published: datetime | None
    updated: datetime | None
    access: Level
    standfirst: str = ""
    writers: tuple[Writer, ...] = ()
    labels: tuple[Label, ...] = ()
    lead: PictureAt | None = None
    old_paths: tuple[str, ...] = ()
    seo_title: str = ""
    search_description: str = ""
    losses: tuple[Loss, ...] = ()

    def fingerprint(self) -> str:
        """The same for the same story, another one as soon as anything in it is another."""
        text = json.dumps(asdict(self), default=str, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Member:
    """A reader of another paper's."""

    foreign_id: str
    email: str
    name: str = ""
    comped: bool = False
    paid: bool = False
    stripe_customer: str = ""
    joined: datetime | None = None
    losses: tuple[Loss, ...] = ()

    def fingerprint(self) -> str:
        """The same for the same member."""
        text = json.dumps(asdict(self), default=str, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


@dataclass(frozen=True, slots=True)
class Unread:
    """Something of a file that is not imported at all, and where it stands there."""

    title: str
    foreign_id: str
    what: str
    why: str
    broken: bool = True
    """False for what has no place in a newspaper: menus, styles, revisions."""


type Found = Piece | Member | Unread
type Opener = Callable[[], AbstractContextManager[IO[bytes]]]
"""Opens a file from its beginning, as often as it is wanted."""


class Source(Protocol):
    """A file of another paper's, looked through once and read as often as wanted."""

    name: str
    """What identifies the other paper, as in: wordpress:https://old.example."""
    total: int
    """How many items there are, for whoever watches."""

    def items(self) -> Iterator[Found]:
        """Everything in it, one after the other. Raises FileRefused."""
