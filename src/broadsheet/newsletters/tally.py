"""What became of an issue's mails: counted from their rows, and kept when the rows go."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Count
from django.tasks import task
from django.utils import timezone

from broadsheet.newsletters import trials
from broadsheet.newsletters.models import Delivery, Issue
from broadsheet.settings.django import SLOW

KEPT = timedelta(days=90)
"""How long the rows of an issue's mails are kept: nobody tells of a mail that is older, and who
got which is a reader's own."""
CHUNK = 5_000
"""Rows that go in one transaction, so that nobody waits long for the database."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Mails by how far they are, by what became of them, and clicks for each mail sent."""

    states: Mapping[str, int]
    """By Delivery.State's names."""
    ended: Mapping[str, int]
    rates: list[float]
    """Of each subject."""

    @property
    def total(self) -> int:
        """All mails."""
        return sum(self.states.values())

    def of(self, *states: Delivery.State) -> int:
        """Mails in one of these states."""
        return sum(self.states.get(state.name, 0) for state in states)


def tally(issue: Issue) -> Tally:
    """Counted now, or when the rows went."""
    if issue.tally:
        return Tally(**issue.tally)
    rows = issue.deliveries.order_by()
    states = rows.values_list("state").annotate(n=Count("pk"))
    ended = rows.exclude(ended="").values_list("ended").annotate(n=Count("pk"))
    return Tally(
        states={Delivery.State(state).name: count for state, count in states},
        ended=dict(ended),
        rates=[trials.rate(issue, number) for number in range(len(issue.subjects))],
    )


@task(queue_name=SLOW)
def forget_mails() -> None:
    """Take away the rows of issues that ended long ago; their counts stay."""
    old = Issue.objects.filter(state=Issue.State.SENT, ended_at__lt=timezone.now() - KEPT)
    for issue in old.filter(tally={}):
        issue.tally = asdict(tally(issue))
        issue.save(update_fields=["tally"])
    rows = Delivery.objects.filter(issue__in=old).order_by("pk")
    while keys := list(rows.values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            Delivery.objects.filter(pk__in=keys).delete()
