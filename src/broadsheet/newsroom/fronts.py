"""What stands on a front page: chosen among light candidates, then fetched at one go."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from broadsheet.newsroom.models.slots import Place

PACKAGE, LATEST, OPINION, BLOCK = 3, 5, 4, 4
"""How many stories stand in each part at the most."""
POOL = 120
"""The newest stories looked through before a section is asked for its own."""

type Slots = Mapping[str, Sequence[int]]
"""What editors put where: stories by place, in order."""


class Candidate(NamedTuple):
    """A story that may stand on the front page."""

    pk: int
    home: str
    """The tree path of the section that lists it here."""


class Home(NamedTuple):
    """A section of the edition."""

    path: str
    is_opinion: bool


@dataclass
class Plan:
    """Which story stands where, by primary keys. No key is in it twice."""

    lead: int | None = None
    package: list[int] = field(default_factory=list)
    second: int | None = None
    latest: list[int] = field(default_factory=list)
    opinion: list[int] = field(default_factory=list)
    blocks: list[tuple[str, list[int]]] = field(default_factory=list)

    def keys(self) -> Iterator[int]:
        """Every story on the page, from the top down."""
        yield from (key for key in (self.lead, *self.package, self.second) if key is not None)
        yield from self.latest
        yield from self.opinion
        for _, own in self.blocks:
            yield from own


def plan(
    slots: Slots,
    newest: Sequence[Candidate],
    own: Mapping[str, Sequence[Candidate]],
    homes: Sequence[Home],
) -> Plan:
    """Place the stories: what editors chose, then time; never the same story twice.

    `newest` and each section's `own` come with the newest first, and hold what is in a slot.
    """
    placed = {key for keys in slots.values() for key in keys}
    used: set[int] = set()
    opinions = {home.path for home in homes if home.is_opinion}
    news = [story.pk for story in newest if story.home not in opinions]

    def take(place: Place | None, rest: Sequence[int], most: int) -> list[int]:
        chosen = slots.get(place, ()) if place else ()
        free = [key for key in rest if key not in placed]
        fresh = [key for key in dict.fromkeys([*chosen, *free]) if key not in used][:most]
        used.update(fresh)
        return fresh

    page = Plan()
    page.lead = next(iter(take(Place.LEAD, news, 1)), None)
    page.package = take(Place.PACKAGE, (), PACKAGE)
    page.second = next(iter(take(Place.SECOND, news, 1)), None)
    opinion = [story.pk for path in sorted(opinions) for story in own.get(path, ())]
    page.opinion = take(Place.OPINION, opinion, OPINION)
    page.latest = take(Place.RAIL, news, LATEST)
    heads = slots.get(Place.BLOCK, ())
    for home in homes:
        if not home.is_opinion:
            mine = [story.pk for story in own.get(home.path, ())]
            chosen = [key for key in heads if key in mine]
            placed.difference_update(chosen)
            block = take(None, [*chosen, *mine], BLOCK)
            page.blocks += [(home.path, block)] if block else []
    return page


def candidates(
    stories: Any, slots: Slots, homes: Sequence[Home], guests: Mapping[int, str]
) -> tuple[list[Candidate], dict[str, list[Candidate]]]:
    """What `plan` needs, from an edition's published stories with the newest first.

    `guests` are stories of other editions and the section here that lists them. The newest of a
    large paper hold enough for most sections; only those that publish seldom are asked for theirs.
    """
    step = len(homes[0].path) if homes else 0

    def light(rows: Any) -> list[Candidate]:
        return [Candidate(pk, guests.get(pk, path[:step])) for pk, path in rows]

    rows = stories.values_list("pk", "path")
    newest = light(rows[:POOL])
    known = {story.pk for story in newest}
    chosen = [key for keys in slots.values() for key in keys if key not in known]
    own: dict[str, list[Candidate]] = {home.path: [] for home in homes}
    for story in [*newest, *(light(rows.filter(pk__in=chosen)) if chosen else ())]:
        own.setdefault(story.home, []).append(story)
    if len(newest) == POOL:
        for home in homes:
            if len(own[home.path]) < LATEST:
                own[home.path] += light(
                    rows.listed_in(home).exclude(pk__in=[one.pk for one in own[home.path]])[
                        : POOL // 8
                    ]
                )
    return newest, own
