"""Which seat a reader reads under, and what the seat store calls it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from broadsheet.access import Mode
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import Seat, Subscription


def reader_key(reader: int) -> str:
    """What the store keeps a reader's revocation number under while they have no seat."""
    return f"reader:{reader}"


def seat_of(reader: Reader, now: datetime) -> Seat | None:
    """The seat the reader reads under at `now`: of several, the one that lasts longest."""
    current = Subscription.objects.current(now)
    return (
        Seat.objects.filter(reader=reader, subscription__in=current)
        .select_related("subscription__plan")
        .order_by(F("subscription__ends_at").desc(nulls_first=True), "pk")
        .first()
    )


def modes_of(readers: Iterable[int], now: datetime) -> dict[int, Mode]:
    """The mode of each reader's seat at `now`, of those who have one; see `seat_of`."""
    rows = (
        Seat.objects.filter(
            reader__in=list(readers), subscription__in=Subscription.objects.current(now)
        )
        .select_related("subscription__plan")
        .order_by(F("subscription__ends_at").desc(nulls_first=True), "pk")
    )
    found: dict[int, Mode] = {}
    for seat in rows:
        assert seat.reader_id is not None  # they were asked for by their readers
        found.setdefault(seat.reader_id, seat.subscription.mode)
    return found


def keys_of(reader: int) -> list[str]:
    """Every name under which the store may know this reader's right."""
    return [reader_key(reader), *(seat.key for seat in Seat.objects.filter(reader_id=reader))]
