"""A task that leaves a trace each time it is done."""

from django.tasks import task
from django.utils import timezone

from broadsheet.subscriptions.models import SeatContest


@task()
def trace(seat: int, number: int) -> None:
    SeatContest.objects.create(
        seat_id=seat,
        kind=SeatContest.Kinds.REFUSED,
        device=str(number),
        other="",
        at=timezone.now(),
    )
