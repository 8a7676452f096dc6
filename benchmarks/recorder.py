"""Has what the gate notes recorded in the database, batch after batch: `recorder.py WHAT COUNT`.

A batch of `events` is one takeover: a device refused, then the seat taken over, on a seat that
the paper knows. A batch of `openings` is what a process has noted in two seconds of a news peak:
twenty openings of ten stories. It works on the paper that the environment names, and prints JSON.
"""

import itertools
import json
import sys
import time
from collections.abc import Callable
from statistics import median

import django

django.setup()

from broadsheet.gate.events import Event, SeatEvent  # noqa: E402 (Django must be set up first)
from broadsheet.gate.openings import Opening  # noqa: E402
from broadsheet.newsroom.models import Article  # noqa: E402
from broadsheet.shelf import openings as shelf  # noqa: E402
from broadsheet.subscriptions import sharing  # noqa: E402
from broadsheet.subscriptions.models import Seat  # noqa: E402

WARM_UP = 20
STRANGERS = 1_000_000_000
"""Above it nobody has an account."""


def events() -> Callable[[], None]:
    """Records a takeover each time, on one seat after the other, to and fro."""
    seats = [seat.key for seat in Seat.objects.order_by("pk")[:50]]
    numbers = itertools.count()

    def record() -> None:
        number, now = next(numbers), time.time()
        mine, other = ("phone", "laptop")[:: -1 if number // len(seats) % 2 else 1]
        kinds = (Event.REFUSED, Event.TAKEOVER)
        key = seats[number % len(seats)]
        sharing.record([SeatEvent(kind, key, mine, other, now) for kind in kinds])

    return record


def openings() -> Callable[[], None]:
    """Records twenty openings each time, by subscribers without a history."""
    stories = list(Article.objects.live().order_by("pk").values_list("pk", flat=True)[:10])
    numbers = itertools.count(STRANGERS)

    def record() -> None:
        now = time.time()
        shelf.record([Opening(story, next(numbers), now) for story in stories * 2])

    return record


def main(what: str, count: int) -> None:
    """Record so many batches, and say how long one took."""
    record = {"events": events, "openings": openings}[what]()
    times = []
    for _ in range(WARM_UP + count):
        start = time.perf_counter()
        record()
        times.append(time.perf_counter() - start)
    print(json.dumps({"microseconds": median(times[WARM_UP:]) * 1e6, "count": len(times)}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
