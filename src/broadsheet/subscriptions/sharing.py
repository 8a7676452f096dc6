"""Sharing cases in the database: what the gate saw is kept, counted, and acted on."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, Q
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext

from broadsheet.access import Contest, Ending, Happening, is_quiet, message_due, opens_case
from broadsheet.access import overlaps as count_overlaps
from broadsheet.gate.events import Event, SeatEvent
from broadsheet.readers.models import Device
from broadsheet.settings.django import PAPER
from broadsheet.subscriptions.models import (
    DailyTotal,
    MineAnswer,
    Seat,
    SeatContest,
    SharingCase,
)
from broadsheet.subscriptions.revocation import end_case, revoke

CONTESTS = {Event.REFUSED, Event.TAKEOVER, Event.OVERLAP}


def record(events: Sequence[SeatEvent]) -> None:
    """Keep what happened at the gate. Raises what the database raises; then nothing was kept."""
    with transaction.atomic():
        _total(events)
        seats = _one_at_a_time(events)
        for event in events:
            seat = seats.get(event.key)
            if seat is not None and event.kind in CONTESTS:
                _keep(seat, event)
            elif seat is not None and event.kind is Event.MINE:
                _answer(seat, event)
        contested = {event.key for event in events if event.kind in CONTESTS}
        for key in contested & seats.keys():
            _watch(seats[key])


def message_for(seat: Seat, device: Device, now: datetime) -> str:
    """The label of the other device while the case's message is due on this one; else empty."""
    case = SharingCase.objects.filter(seat=seat, ended_at=None).first()
    if case is None or device.key not in case.devices:
        return ""
    other = _other_device(seat, device.key)
    answer = MineAnswer.objects.filter(
        Q(device=device.key, other=other) | Q(device=other, other=device.key), seat=seat
    ).aggregate(at=Max("at"))["at"]
    answered = answer.timestamp() if answer else None
    if not message_due(answered, now.timestamp(), PAPER.sharing):
        return ""
    known = Device.objects.filter(reader=seat.reader, key=other).first()
    return known.label if known else gettext("another device")


@task()
def tidy() -> None:
    """End quiet cases, and forget contests that are older than they may be kept."""
    now = timezone.now()
    for case in SharingCase.objects.filter(ended_at=None).select_related("seat"):
        last = case.seat.contests.aggregate(at=Max("at"))["at"] or case.opened_at
        if is_quiet(last.timestamp(), now.timestamp(), PAPER.sharing):
            end_case(case, Ending.QUIET)
    oldest = now - timedelta(days=PAPER.events_keep_days)
    SeatContest.objects.filter(at__lt=oldest).delete()


def _one_at_a_time(events: Sequence[SeatEvent]) -> dict[str, Seat]:
    # Another process may have seen the other device of the same contest.
    rows = Seat.objects.filter(pk__in=_seat_ids(events)).order_by("pk")
    return {seat.key: seat for seat in rows.select_for_update(no_key=True)}


def _seat_ids(events: Iterable[SeatEvent]) -> set[int]:
    return {int(event.key[5:]) for event in events if event.key.startswith("seat:")}


def _total(events: Sequence[SeatEvent]) -> None:
    counts = Counter((datetime.fromtimestamp(e.at, UTC).date(), e.kind.value) for e in events)
    for (day, kind), count in sorted(counts.items()):  # in every process in the same order
        total, _ = DailyTotal.objects.get_or_create(day=day, kind=kind)
        DailyTotal.objects.filter(pk=total.pk).update(count=F("count") + count)


def _keep(seat: Seat, event: SeatEvent) -> None:
    SeatContest.objects.create(
        seat=seat,
        kind=event.kind.value,
        device=event.device,
        other=event.other,
        at=datetime.fromtimestamp(event.at, UTC),
    )


def _answer(seat: Seat, event: SeatEvent) -> None:
    other = event.other or _other_device(seat, event.device)
    at = datetime.fromtimestamp(event.at, UTC)
    MineAnswer.objects.create(seat=seat, device=event.device, other=other, at=at)
    transaction.on_commit(lambda: revoke([seat.key]))


def _other_device(seat: Seat, device: str) -> str:
    last = seat.contests.filter(Q(device=device) | Q(other=device)).order_by("-at", "-pk").first()
    if last is None:
        return ""
    return last.other if last.device == device else last.device


def _watch(seat: Seat) -> None:
    now = timezone.now()
    since = now - timedelta(seconds=PAPER.sharing.window)
    settled = seat.cases.aggregate(at=Max("ended_at"))["at"]
    rows = list(seat.contests.filter(at__gte=max(since, settled or since)))
    contests = [
        Contest(Happening(row.kind), row.device, row.other, row.at.timestamp()) for row in rows
    ]
    case = SharingCase.objects.filter(seat=seat, ended_at=None).first()
    if case is None and not opens_case(contests, now.timestamp(), PAPER.sharing):
        return
    devices = {contest.device for contest in contests} | {contest.other for contest in contests}
    count = count_overlaps(contests, now.timestamp(), PAPER.sharing)
    if case is None:
        SharingCase.objects.create(
            seat=seat, opened_at=now, devices=sorted(devices), overlaps=count
        )
    elif devices <= set(case.devices):
        SharingCase.objects.filter(pk=case.pk).update(overlaps=max(count, case.overlaps))
        return
    else:
        case.devices = sorted(devices | set(case.devices))
        case.overlaps = max(count, case.overlaps)
        case.save(update_fields=["devices", "overlaps"])
    # New passes carry the message.
    transaction.on_commit(lambda: revoke([seat.key]))
