"""What stands on a front page: chosen among light candidates, then fetched at one go."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

LATEST, OPINION, BLOCK = 5, 4, 4
"""How many stories stand in each part."""
POOL = 120
"""The newest stories looked through before a section is asked for its own."""


class Candidate(NamedTuple):
    """A story that may stand on the front page."""

    pk: int
    home: str
    """Its section's tree path."""
    rank: int
    """1 leads, 2 comes next, and so on; 0: by its time alone."""


class Home(NamedTuple):
    """A section of the edition."""

    path: str
    is_opinion: bool


@dataclass
class Plan:
    """Which story stands where, by primary keys. No key is in it twice."""

    lead: int | None = None
    second: int | None = None
    latest: list[int] = field(default_factory=list)
    opinion: list[int] = field(default_factory=list)
    blocks: list[tuple[str, list[int]]] = field(default_factory=list)

    def keys(self) -> Iterator[int]:
        """Every story on the page, from the top down."""
        yield from (key for key in (self.lead, self.second) if key is not None)
        yield from self.latest
        yield from self.opinion
        for _, own in self.blocks:
            yield from own


def plan(
    ranked: Sequence[Candidate],
    newest: Sequence[Candidate],
    own: Mapping[str, Sequence[Candidate]],
    homes: Sequence[Home],
) -> Plan:
    """Place the stories: the editors' ranks first, then time; never the same story twice.

    `ranked` comes by rank, `newest` and each section's `own` with the newest first.
    """
    used: set[int] = set()
    opinions = {home.path for home in homes if home.is_opinion}
    news = [story for story in newest if story.home not in opinions]

    def take(stories: Sequence[Candidate], most: int) -> list[int]:
        fresh = [key for key in dict.fromkeys(s.pk for s in stories) if key not in used][:most]
        used.update(fresh)
        return fresh

    page = Plan()
    top = take([*ranked[:2], *news], 2)
    page.lead, page.second = [*top, None, None][:2]
    page.opinion = take(
        [story for path in sorted(opinions) for story in own.get(path, ())], OPINION
    )
    # A ranked story below the first two heads its section's block, where it has a picture.
    page.latest = take([story for story in news if not story.rank], LATEST)
    for home in homes:
        if not home.is_opinion:
            block = take(_by_rank(own.get(home.path, ())), BLOCK)
            page.blocks += [(home.path, block)] if block else []
    return page


def _by_rank(stories: Sequence[Candidate]) -> list[Candidate]:
    return sorted(stories, key=lambda story: story.rank or float("inf"))


def candidates(stories: Any, homes: Sequence[Home]) -> tuple[Any, Any, dict[str, list[Candidate]]]:
    """What `plan` needs, from an edition's published stories with the newest first.

    The newest of a large paper hold enough for most sections; only those that publish seldom
    are asked for theirs.
    """
    step = len(homes[0].path) if homes else 0

    def light(rows: Any) -> list[Candidate]:
        return [Candidate(pk, path[:step], rank) for pk, path, rank in rows]

    rows = stories.order_by("-published_at", "-pk").values_list("pk", "path", "rank")
    newest = light(rows[:POOL])
    ranked = light(rows.filter(rank__gt=0).order_by("rank", "-published_at", "-pk")[:POOL])
    own: dict[str, list[Candidate]] = {home.path: [] for home in homes}
    for story in [*newest, *(story for story in ranked if story not in newest)]:
        own.setdefault(story.home, []).append(story)
    if len(newest) == POOL:
        for home in homes:
            if len(own[home.path]) < LATEST:
                own[home.path] = light(rows.inside(home)[: POOL // 8])
    return ranked, newest, own
