"""The course of an issue: made, approved, begun, stopped and gone on with, ended.

Everything here may be done by several processes at once, and again after one was killed.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta
from functools import cache, partial
from itertools import islice
from zoneinfo import ZoneInfo

from django.tasks import task
from django.utils import timezone

from broadsheet.newsletters import composing, trials
from broadsheet.newsletters.joining import end_pauses
from broadsheet.newsletters.models import Delivery, Issue, Membership, Newsletter, Recipient
from broadsheet.newsletters.sending import resolve_doubts
from broadsheet.newsroom.models import BreakingNews
from broadsheet.settings.django import SLOW

CHUNK = 2_000
"""Rows that are written at a time."""

State, Kind = Issue.State, Newsletter.Kind


@task(queue_name=SLOW)
def keep_newsletters() -> None:
    """Make, begin and end the issues that are due."""
    keep_time(timezone.now())


def keep_time(now: datetime) -> None:
    """Everything that is due: issues are made, begun and ended."""
    end_pauses(now)
    resolve_doubts(now)
    for line in BreakingNews.objects.filter(until__gt=now).select_related("story"):
        for newsletter in Newsletter.objects.filter(kind=Kind.BREAKING, edition=line.edition_id):
            composing.tell(newsletter, line)
    for newsletter in Newsletter.objects.filter(kind__in=composing.BACK):
        goes = composing.due(newsletter, now)
        if goes is not None:
            composing.make(newsletter, goes)
    ready = Issue.objects.filter(state=State.APPROVED)
    for issue in ready.select_related("newsletter__edition"):
        if issue.send_at is None or issue.send_at <= now:
            begin(issue, now)
    for issue in Issue.objects.filter(state=State.SENDING):
        end(issue, now)


def approve(issue: Issue) -> bool:
    """It may go at its time; False: it is no draft any more."""
    return _to(issue, State.APPROVED, [State.DRAFT])


def back_to_draft(issue: Issue) -> bool:
    """It is changed once more before it goes; False: it has begun."""
    return _to(issue, State.DRAFT, [State.APPROVED])


def stop(issue: Issue) -> bool:
    """No more mails of it; those that a process has in hand, a few dozen, still go."""
    return _to(issue, State.STOPPED, [State.SENDING])


def go_on(issue: Issue) -> bool:
    """The rest of its mails."""
    return _to(issue, State.SENDING, [State.STOPPED])


def reopen(issue: Issue) -> bool:
    """Some of its mails go again after it was sent."""
    return _to(issue, State.SENDING, [State.SENT])


def begin(issue: Issue, now: datetime) -> None:
    """Write a row for everybody who gets it, then send. What a killed process has written is
    kept; what it has not is written now."""
    due = cache(partial(_moment, issue, now=now))
    for chunk in _chunks(_recipients(issue)):
        Delivery.objects.bulk_create(
            [_delivery(issue, each, due) for each in chunk], ignore_conflicts=True
        )
    began = Issue.objects.filter(pk=issue.pk, state=State.APPROVED)
    began.update(state=State.SENDING, began_at=now)


def end(issue: Issue, now: datetime) -> None:
    """Nothing is left to be sent."""
    open_ = [Delivery.State.WAITING, Delivery.State.HANDING]
    if not issue.deliveries.filter(state__in=open_).exists():
        Issue.objects.filter(pk=issue.pk, state=State.SENDING).update(
            state=State.SENT, ended_at=now
        )


def _moment(issue: Issue, zone: str, now: datetime) -> datetime:
    """When it goes to readers of a time zone (empty: the edition's)."""
    newsletter = issue.newsletter
    if not zone or not newsletter.in_their_morning:
        return now
    home = ZoneInfo(newsletter.edition.time_zone)
    day = issue.day or (issue.send_at or now).astimezone(home).date()
    return max(now, datetime.combine(day, time(newsletter.hour), ZoneInfo(zone)))


def _delivery(issue: Issue, recipient: Recipient, due: Callable[[str], datetime]) -> Delivery:
    subject = trials.draw(issue)
    later = trials.lasts(issue) if subject is None else timedelta()
    return Delivery(
        issue=issue,
        recipient=recipient,
        subject=subject,
        due_at=due(recipient.time_zone) + later,
    )


def _recipients(issue: Issue) -> Iterator[Recipient]:
    """Everybody on the list to whom mail may be sent."""
    on = Membership.objects.filter(newsletter=issue.newsletter, state=Membership.State.JOINED)
    people = Recipient.objects.filter(refused="", pk__in=on.values("recipient"))
    return people.only("pk", "time_zone").order_by("pk").iterator(chunk_size=CHUNK)


def _chunks(people: Iterable[Recipient]) -> Iterator[list[Recipient]]:
    people = iter(people)
    while chunk := list(islice(people, CHUNK)):
        yield chunk


def _to(issue: Issue, state: Issue.State, of: list[Issue.State]) -> bool:
    changed = bool(Issue.objects.filter(pk=issue.pk, state__in=of).update(state=state))
    if changed:
        issue.state = state
    return changed


def pace(issue: Issue) -> float:
    """Mails a minute, over the last five minutes."""
    since = timezone.now() - timedelta(minutes=5)
    return issue.deliveries.filter(sent_at__gt=since).count() / 5
