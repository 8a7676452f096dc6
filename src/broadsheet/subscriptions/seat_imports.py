"""Lists of addresses become invitations: looked at first, carried out in the background."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F
from django.tasks import task
from django.utils import timezone

from broadsheet.readers.models import Reader
from broadsheet.subscriptions import invitations, refusals, seating
from broadsheet.subscriptions.address_lists import Row, neutral
from broadsheet.subscriptions.addresses import verified_keys
from broadsheet.subscriptions.models import (
    Invitation,
    SeatImport,
    SeatImportRow,
    Subscription,
)

BATCH = 1000
STALLED = timedelta(minutes=10)
"""After so long without a step, whatever carried the list out has been stopped."""
Outcomes = SeatImportRow.Outcomes


def look_at(
    rows: Iterable[Row], subscription: Subscription, by: Reader, language: str, now: datetime
) -> SeatImport:
    """Keep a list, with what would happen to each of its rows; nothing is done yet.

    Raises whatever `rows` raises while it is read; then nothing was kept.
    """
    looked = [_looked(row, outcome) for row, outcome in _foresee(rows, subscription, by, now)]
    counts = Counter(row.outcome for row in looked)
    with transaction.atomic():
        made = SeatImport.objects.create(
            subscription=subscription,
            by=by,
            language=language,
            created_at=now,
            moved_at=now,
            rows_count=len(looked),
            to_invite=counts[Outcomes.INVITE],
        )
        for row in looked:
            row.seat_import = made
        SeatImportRow.objects.bulk_create(looked, batch_size=BATCH)
    return made


def start(seat_import: SeatImport, now: datetime) -> bool:
    """Have the list carried out; False if that is under way or done. One that was broken off
    goes on where it stopped."""
    waiting = SeatImport.objects.filter(pk=seat_import.pk)
    started = waiting.filter(state=SeatImport.States.PREVIEW) | waiting.filter(
        state=SeatImport.States.RUNNING, moved_at__lt=now - STALLED
    )
    with transaction.atomic():
        if not started.update(state=SeatImport.States.RUNNING, moved_at=now):
            return False
        transaction.on_commit(lambda: carry_out.enqueue(seat_import.pk))
    return True


@task()
def carry_out(pk: int) -> None:
    """Invite whom a list (an id) says. A row is invited once, however often this runs."""
    work = SeatImport.objects.select_related("subscription", "by").filter(
        pk=pk, state=SeatImport.States.RUNNING
    )
    for row in SeatImportRow.objects.filter(seat_import=pk, outcome=Outcomes.INVITE).iterator(
        chunk_size=BATCH
    ):
        seat_import = work.first()
        if seat_import is None:  # thrown away meanwhile
            return
        _invite(row, seat_import)
    work.update(state=SeatImport.States.DONE, moved_at=timezone.now())


def counts(seat_import: SeatImport) -> list[tuple[str, int]]:
    """How many rows have each outcome, in words, those that happened first."""
    found = dict(seat_import.rows.order_by().values_list("outcome").annotate(number=Count("pk")))
    return [(str(one.label), found[one.value]) for one in Outcomes if one.value in found]


def results(seat_import: SeatImport) -> Iterator[str]:
    """The lines of a CSV file with every row's outcome. Every cell is safe in a spreadsheet."""
    writer = csv.writer(_Line())
    yield writer.writerow(["line", "email", "outcome"])
    for row in seat_import.rows.iterator(chunk_size=BATCH):
        yield writer.writerow([row.line, neutral(row.email), row.outcome])


class _Line:
    """A file for csv.writer that gives each line back."""

    def write(self, line: str) -> str:
        return line


def _foresee(
    rows: Iterable[Row], subscription: Subscription, by: Reader, now: datetime
) -> Iterator[tuple[Row, str]]:
    seated = invitations.seated_keys(subscription)
    promised = set(
        Invitation.objects.good(now)
        .filter(subscription=subscription, role=Invitation.Roles.MEMBER)
        .values_list("email_key", flat=True)
    )
    own = verified_keys(by)
    free = seating.free_seats(subscription, now)
    for row in rows:
        if row.fault is not None:
            outcome = Outcomes(row.fault.value)
        elif row.key in seated or row.key in own:
            outcome = Outcomes.SEATED if row.key in seated else Outcomes.FAILED
        elif row.key in promised:
            outcome = Outcomes.PROMISED
        elif free <= 0:
            outcome = Outcomes.NO_SEAT
        else:
            free -= 1
            outcome = Outcomes.INVITE
        yield row, outcome


def _looked(row: Row, outcome: str) -> SeatImportRow:
    return SeatImportRow(line=row.line, email=row.email, outcome=outcome)


def _invite(row: SeatImportRow, seat_import: SeatImport) -> None:
    with transaction.atomic():
        outcome = _outcome(row, seat_import)
        taken = SeatImportRow.objects.filter(pk=row.pk, outcome=Outcomes.INVITE)
        taken.update(outcome=outcome)
        SeatImport.objects.filter(pk=seat_import.pk).update(
            handled=F("handled") + 1,
            invited=F("invited") + int(outcome == Outcomes.INVITED),
            moved_at=timezone.now(),
        )


def _outcome(row: SeatImportRow, seat_import: SeatImport) -> str:
    subscription, by = seat_import.subscription, seat_import.by
    if not seating.managed_by(by).filter(pk=subscription.pk).exists():
        return Outcomes.FAILED
    try:
        invitations.invite(subscription, by, row.email, seat_import.language, timezone.now())
    except refusals.AlreadySeated:
        return Outcomes.SEATED
    except refusals.AlreadyInvited:
        return Outcomes.PROMISED
    except refusals.NoSeatLeft:
        return Outcomes.NO_SEAT
    except refusals.Refused:
        return Outcomes.FAILED
    return Outcomes.INVITED
