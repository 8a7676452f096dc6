"""A live story's entries, as its page shows them to whoever may read the whole text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Max, Min
from django.utils import timezone

if TYPE_CHECKING:
    from broadsheet.newsroom.models import Article, LiveEntry

LIVE = "live"
"""The kind of piece whose coverage runs; models.Genre has it, and needs this module."""
MOST_SHOWN = 200
"""Entries on a page, some 40 kB compressed. Older ones are kept, and no longer shown."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How a live story stands."""

    running: bool
    """Whether there may be more; it ends when the story is made another kind of piece."""
    count: int
    """Entries there are."""
    today: date
    """The day it is in the edition."""
    first: datetime | None
    last: datetime | None
    entries: Sequence["LiveEntry"] = ()
    """The newest first; none where the whole text may not be shown."""

    @property
    def key_moments(self) -> list["LiveEntry"]:
        """What is listed at the head, the newest first."""
        return [entry for entry in self.entries if entry.is_key]

    @property
    def not_shown(self) -> int:
        """How many older entries the page leaves out."""
        return self.count - len(self.entries)


def of(article: "Article", *, whole: bool) -> Coverage | None:
    """The coverage of a story that is or was live, else None. Its entries only when the `whole`
    text may be shown: of what is kept back, nobody learns more than how much it is."""
    running = article.genre == LIVE
    today = timezone.localdate(timezone=ZoneInfo(article.edition.time_zone))
    if article.pk is None:
        return Coverage(running, 0, today, None, None) if running else None
    rows = article.live_entries.all()
    count = rows.count()
    if not running and not count:
        return None
    ends = rows.aggregate(first=Min("at"), last=Max("at"))
    return Coverage(running, count, today, **ends, entries=_shown(article) if whole else ())


def _shown(article: "Article") -> list["LiveEntry"]:
    rows = article.live_entries.select_related("author").prefetch_related("picture__renditions")
    return list(rows[:MOST_SHOWN])
