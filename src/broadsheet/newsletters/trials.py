"""Two subjects tried on readers drawn by lot, and which of them the rest get."""

import random
from datetime import timedelta

from broadsheet.newsletters.models import Click, Delivery, Issue


def draw(issue: Issue) -> int | None:
    """The subject of one more mail; None: it waits for the trial's end. Each mail is drawn by
    itself, so that nothing about a reader has to do with what they get."""
    if not issue.other_subject:
        return 0
    if random.random() * 100 >= issue.tried_on:  # noqa: S311 (no secret)
        return None
    return random.randrange(2)  # noqa: S311


def lasts(issue: Issue) -> timedelta:
    """How long the rest waits."""
    return timedelta(minutes=issue.tried_for)


def winner(issue: Issue) -> int:
    """The subject by whose mails more of their readers clicked; the first when neither did, or
    clicks are not counted."""
    return max(range(len(issue.subjects)), key=lambda number: (rate(issue, number), -number))


def rate(issue: Issue, subject: int) -> float:
    """Mails of a subject from which a link was followed, per mail sent."""
    sent = Delivery.objects.filter(issue=issue, subject=subject, state=Delivery.State.SENT).count()
    clicked = Click.objects.filter(issue=issue, subject=subject).values("mail").distinct().count()
    return clicked / sent if sent else 0.0
