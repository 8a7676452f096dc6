"""Which ranges read now: what the gate asks for."""

from datetime import UTC, datetime

from django.db.models import F, Min

from broadsheet.gate.networks import Ranges
from broadsheet.institutions.models import Institution, Network
from broadsheet.subscriptions.models import Subscription


def ranges(now: float) -> Ranges:
    """The ranges that read at `now` (Unix time), and until when that is so."""
    moment = datetime.fromtimestamp(now, UTC)
    reading = Network.objects.filter(
        institution__subscription__in=Subscription.objects.current(moment)
    )
    pairs = [
        (int(first, 16), int(last, 16)) for first, last in reading.values_list("first", "last")
    ]
    theirs = Subscription.objects.filter(pk__in=Institution.objects.values("subscription"))
    turns = [
        *theirs.filter(starts_at__gt=moment).aggregate(at=Min(F("starts_at"))).values(),
        *theirs.filter(ends_at__gt=moment).aggregate(at=Min(F("ends_at"))).values(),
    ]
    known = [turn.timestamp() for turn in turns if turn is not None]
    return Ranges(pairs, min(known)) if known else Ranges(pairs)
