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
from broadsheet.newsroom.models.slots import Place
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
    fields = _holding(newsletter, _since(newsletter, goes, None), goes)
    return _kept(newsletter, send_at=goes, day=day, **fields) if fields else None


def sample(newsletter: Newsletter, now: datetime) -> Issue | None:
    """What an issue would hold now; it is kept nowhere. None: nothing, or editors write them."""
    back = BACK.get(Newsletter.Kind(newsletter.kind))
    fields = _holding(newsletter, now - back, now) if back else None
    return Issue(newsletter=newsletter, **fields) if fields else None


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


def _holding(newsletter: Newsletter, since: datetime, until: datetime) -> dict[str, Any] | None:
    stories = _ranked(newsletter, since, until)
    if not stories:
        return None
    return {
        "subject": stories[0].title[:LONGEST_SUBJECT],
        "teaser": "; ".join(story.title for story in stories[1:4])[:150],
        "body": list(_blocks(newsletter, stories)),
    }


def _ranked(newsletter: Newsletter, since: datetime, until: datetime) -> list[Article]:
    """The story that editors put on top of the front page, then the most read, then the newest."""
    wanted = _out(newsletter).filter(published_at__gt=since, published_at__lte=until)
    if newsletter.topic_id:
        wanted = wanted.filter(topics=newsletter.topic)
    if newsletter.author_id:
        wanted = wanted.filter(byline__author=newsletter.author)
    most = MOST_STORIES[Newsletter.Kind(newsletter.kind)]
    points = dict(counted(newsletter.edition, until))
    leads = newsletter.edition.slots.filter(place=Place.LEAD).values_list("story", flat=True)
    led = set(leads)
    ranked = sorted(
        wanted.newest()[: 10 * most],
        key=lambda story: (story.pk not in led, -points.get(story.pk, 0)),
    )
    return dressed(ranked[:most], newsletter.edition.sections)


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
