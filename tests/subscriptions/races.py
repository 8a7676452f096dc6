"""Races for seats, run in a process of its own: `python -m tests.subscriptions.races`.

What came of them goes to standard output. The settings chosen must name an empty folder: its
database is a file, which threads with connections of their own share. (A test's own database is
one connection, in memory.)
"""

import json
import sys
import threading
import time
import traceback
from collections.abc import Callable

import django

django.setup()

from django.core.management import call_command  # noqa: E402 (Django must be set up first)
from django.db import connections, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from broadsheet.readers.models import Reader  # noqa: E402
from broadsheet.subscriptions import invitations, joining  # noqa: E402
from broadsheet.subscriptions.models import Plan, Subscription  # noqa: E402
from broadsheet.subscriptions.seating import locked  # noqa: E402
from tests import people  # noqa: E402

TURNS = 10
type Work = Callable[[], object]
type Race = Callable[[Subscription, Reader, Reader], list[str]]


def at_once(*works: Work) -> list[str]:
    """What became of each, in alphabetical order: done, or the name of what was raised."""
    gate, said = threading.Barrier(len(works)), list[str]()

    def run(work: Work) -> None:
        gate.wait()
        try:
            work()
            said.append("done")
        except Exception as error:
            traceback.print_exc()
            said.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


def accepted_twice(mine: Subscription, eva: Reader, _pia: Reader) -> list[str]:
    made = invitations.invite(mine, mine.owner, eva.email, "en", timezone.now())
    said = at_once(*[lambda: invitations.accept(made, eva, timezone.now())] * 2)
    assert mine.seats.filter(reader=eva).count() == 1
    return said


def last_seat(mine: Subscription, eva: Reader, pia: Reader) -> list[str]:
    mine.seats_bought = 2
    mine.save()
    said = at_once(*[_invites(mine, one) for one in (eva, pia)])
    assert mine.invitations.count() == 1
    return said


def same_address(mine: Subscription, eva: Reader, _pia: Reader) -> list[str]:
    said = at_once(*[_invites(mine, eva)] * 2)
    assert mine.invitations.count() == 1
    return said


def last_use(mine: Subscription, eva: Reader, pia: Reader) -> list[str]:
    link, _token = joining.make_link(mine, mine.owner, 1, 1, timezone.now())
    works = [
        lambda one=one: joining.take_by_link(link, one, timezone.now())  # type: ignore[misc]
        for one in (eva, pia)
    ]
    said = at_once(*works)
    assert mine.seats.exclude(reader=None).count() == 2
    return said


def changing_hands(mine: Subscription, _eva: Reader, pia: Reader) -> list[str]:
    held = threading.Event()

    def hand_over() -> None:
        with transaction.atomic():
            Subscription.objects.filter(pk=mine.pk).update(owner=pia)
            held.set()
            time.sleep(0.1)  # for the other to begin to wait

    def wait_for_it() -> None:
        held.wait()
        with transaction.atomic():
            assert locked(mine.pk).owner == pia

    return at_once(hand_over, wait_for_it)


RACES: dict[str, Race] = {
    "accepted twice": accepted_twice,
    "last seat": last_seat,
    "same address": same_address,
    "last use": last_use,
    "changing hands": changing_hands,
}


def _invites(mine: Subscription, whom: Reader) -> Work:
    return lambda: invitations.invite(mine, mine.owner, whom.email, "en", timezone.now())


def main() -> dict[str, list[list[str]]]:
    """Of each race, what was said in each of its turns."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    owner, eva, pia = (people.reader(f"{one}@example.org") for one in ("owner", "eva", "pia"))
    plan: Plan = people.plan("family", 4)
    told: dict[str, list[list[str]]] = {}
    for name, race in RACES.items():
        told[name] = []
        for _ in range(TURNS):
            mine = people.subscribe(owner, plan)
            told[name].append(race(mine, eva, pia))
            mine.delete()
    return told


if __name__ == "__main__":
    json.dump(main(), sys.stdout)
