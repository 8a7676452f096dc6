"""Has seat events recorded as the gate's batches are, one after the other: `recorder.py COUNT`.

Each batch is one takeover: a device refused, then the seat taken over, on a seat that the paper
knows. It works on the paper that the environment names, and prints JSON.
"""

import json
import sys
import time
from statistics import median

import django

django.setup()

from broadsheet.gate.events import Event, SeatEvent  # noqa: E402 (Django must be set up first)
from broadsheet.subscriptions import sharing  # noqa: E402
from broadsheet.subscriptions.models import Seat  # noqa: E402

WARM_UP = 20


def main(count: int) -> None:
    """Record so many, and say how long one took."""
    seats = [seat.key for seat in Seat.objects.order_by("pk")[:50]]
    times = []
    for number in range(WARM_UP + count):
        key, now = seats[number % len(seats)], time.time()
        mine, other = ("phone", "laptop")[:: -1 if number // len(seats) % 2 else 1]
        kinds = (Event.REFUSED, Event.TAKEOVER)
        start = time.perf_counter()
        sharing.record([SeatEvent(kind, key, mine, other, now) for kind in kinds])
        times.append(time.perf_counter() - start)
    print(json.dumps({"microseconds": median(times[WARM_UP:]) * 1e6, "count": len(times)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
