"""Issues that make themselves: what was published since the last, ranked, by sections."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from broadsheet.newsletters.models import Issue, Newsletter
from broadsheet.newsletters.models.issues import LONGEST_SUBJECT
from broadsheet.newsroom.models import Article, BreakingNews
from broadsheet.newsroom.models.articles import dressed, filed
from broadsheet.newsroom.most_read import counted

MOST_STORIES = {Newsletter.Kind.WEEKLY: 12, Newsletter.Kind.DAILY: 7}
"""In an issue that makes itself."""
BACK = {Newsletter.Kind.WEEKLY: timedelta(days=7), Newsletter.Kind.DAILY: timedelta(days=1)}
"""How far the first issue looks back."""
AHEAD = timedelta(hours=2)
"""How long before it goes an issue is made, so that editors can look at it."""
OTHERS = 60
"""Stories besides that readers who follow something are offered."""


def due(newsletter: Newsletter, now: datetime) -> datetime | None:
    """When the next issue goes that should be made by now; None: none is due.

    Days and hours are the edition's, so an hour that a change of clocks skips or repeats is that
    day's first moment after it, or its first one (PEP 495, fold=0).
    """
    if newsletter.kind not in BACK:
        return None
    zone = ZoneInfo(newsletter.edition.time_zone)
    for day in (now.astimezone(zone).date() + timedelta(days=more) for more in (0, 1)):
        if newsletter.kind == Newsletter.Kind.WEEKLY and day.weekday() != newsletter.weekday:
            continue
        goes = datetime.combine(day, time(newsletter.hour), zone)
        if goes - AHEAD <= now < goes + AHEAD:
            return goes
    return None


def make(newsletter: Newsletter, goes: datetime) -> Issue | None:
    """The issue that goes then, made once whoever else makes it too; None: it is made already, or
    nothing was published since the last."""
    day = goes.astimezone(ZoneInfo(newsletter.edition.time_zone)).date()
    if newsletter.issues.filter(day=day).exists():
        return None
    stories = _since_the_last(newsletter, goes)
    if not stories:
        return None
    return _kept(
        newsletter,
        subject=stories[0].title[:LONGEST_SUBJECT],
        teaser="; ".join(story.title for story in stories[1:4])[:150],
        body=list(_blocks(newsletter, stories)),
        send_at=goes,
        day=day,
    )


def tell(newsletter: Newsletter, line: BreakingNews) -> Issue | None:
    """The issue that tells breaking news, made once whoever else makes it too."""
    if newsletter.issues.filter(breaking=line).exists():
        return None
    blocks: list[tuple[str, Any]] = [("heading", line.line)]
    if line.story is not None:
        blocks.append(("story", {"story": line.story, "words": "", "whole": False}))
    return _kept(newsletter, subject=line.line, body=blocks, breaking=line)


def _kept(newsletter: Newsletter, **fields: Any) -> Issue | None:
    state = Issue.State.DRAFT if newsletter.approved_first else Issue.State.APPROVED
    try:
        with transaction.atomic():
            return Issue.objects.create(newsletter=newsletter, state=state, **fields)
    except IntegrityError:  # another process was faster
        return None


def others(issue: Issue, now: datetime) -> list[Article]:
    """The newest stories of the issue's time, for whoever follows their topic or author."""
    edition = issue.newsletter.edition
    since = _since(issue.newsletter, issue.send_at or now, issue.pk)
    found = _out(issue.newsletter).filter(published_at__gt=since).newest()[:OTHERS]
    return filed(dressed(found, edition.sections))


def _since_the_last(newsletter: Newsletter, goes: datetime) -> list[Article]:
    since = _since(newsletter, goes, None)
    wanted = _out(newsletter).filter(published_at__gt=since, published_at__lte=goes)
    if newsletter.topic_id:
        wanted = wanted.filter(topics=newsletter.topic)
    if newsletter.author_id:
        wanted = wanted.filter(byline__author=newsletter.author)
    points = dict(counted(newsletter.edition, goes))
    newest = list(wanted.newest()[: 10 * MOST_STORIES[Newsletter.Kind(newsletter.kind)]])
    ranked = sorted(newest, key=lambda story: -points.get(story.pk, 0))  # else the newest first
    chosen = ranked[: MOST_STORIES[Newsletter.Kind(newsletter.kind)]]
    return dressed(chosen, newsletter.edition.sections)


def _since(newsletter: Newsletter, goes: datetime, besides: int | None) -> datetime:
    back = BACK.get(Newsletter.Kind(newsletter.kind), timedelta(days=7))
    made = newsletter.issues.exclude(day=None).filter(send_at__lt=goes)
    if besides is not None:
        made = made.exclude(pk=besides)
    last = made.order_by("-send_at").values_list("send_at", flat=True).first()
    # After a long silence an issue does not tell everything again.
    return max(last, goes - 2 * back) if last else goes - back


def _out(newsletter: Newsletter) -> Any:
    return Article.objects.out().as_cards().listed_in(newsletter.edition)


def _blocks(newsletter: Newsletter, stories: Sequence[Article]) -> Iterable[tuple[str, Any]]:
    """The first story on top, the others under their sections' names, in the paper's order."""
    yield "story", {"story": stories[0], "words": "", "whole": False}
    rest = stories[1:]
    for section in newsletter.edition.sections:
        inside = [story for story in rest if story.section.pk == section.pk]
        if inside:
            yield "heading", section.title
        for story in inside:
            yield "story", {"story": story, "words": "", "whole": False}
    known = {section.pk for section in newsletter.edition.sections}
    for story in rest:
        if story.section.pk not in known:  # a guest of another edition
            yield "story", {"story": story, "words": "", "whole": False}
