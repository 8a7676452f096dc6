"""What two do at the same moment, run in a process of its own: `python -m tests.postgres.races`.

What came of it goes to standard output. The settings chosen must name an empty database.
"""

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402 (Django must be set up first)
from django.db.models.signals import pre_delete  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_tasks_db.models import DBTaskResult  # noqa: E402
from wagtail.models import Page, PageLogEntry, Site  # noqa: E402

from broadsheet.background import _worker  # noqa: E402
from broadsheet.billing import giving  # noqa: E402
from broadsheet.billing.models import Customer, Gift, Purchase  # noqa: E402
from broadsheet.gate.events import Event, SeatEvent  # noqa: E402
from broadsheet.gate.openings import Opening  # noqa: E402
from broadsheet.gifts.giving import give  # noqa: E402
from broadsheet.newsroom.models import Article, Author, Edition, Paper, Section  # noqa: E402
from broadsheet.newsroom.scheduling import keep_schedule  # noqa: E402
from broadsheet.newsroom.wagtail_hooks import hold  # noqa: E402
from broadsheet.readers.models import Reader  # noqa: E402
from broadsheet.recommendations import making  # noqa: E402
from broadsheet.shelf import keeping, openings  # noqa: E402
from broadsheet.subscriptions import seating, sharing  # noqa: E402
from broadsheet.subscriptions.models import (  # noqa: E402
    DailyTotal,
    Plan,
    SeatContest,
    SharingCase,
    Subscription,
)
from tests import people  # noqa: E402
from tests.postgres.searches import found  # noqa: E402
from tests.postgres.work import trace  # noqa: E402
from tests.subscriptions import races as seats  # noqa: E402
from tests.subscriptions.races import at_once  # noqa: E402

TURNS = 5
TASKS = 30


class World:
    """Whom and what the races are about."""

    def __init__(self) -> None:
        self.plan: Plan = people.plan("family", 4)
        Plan.objects.filter(pk=self.plan.pk).update(gifts_per_month=1)
        self.plan.refresh_from_db()
        root = Page.get_first_root_node()
        paper = root.add_child(instance=Paper(title="The Test Sheet"))
        Site.objects.update(root_page=paper)
        self.us = paper.add_child(instance=Edition(title="US", slug="us", language="en-US"))
        self.world = self.us.add_child(instance=Section(title="World", slug="world"))
        self.turn = 0

    def reader(self) -> Reader:
        self.turn += 1
        return people.reader(f"reader{self.turn}@example.org")

    def story(self, **fields: Any) -> Article:
        self.turn += 1
        body = [{"type": "paragraph", "value": "<p>Words.</p>"}]
        story = Article(title="A story", slug=f"story-{self.turn}", body=body, **fields)
        self.world.add_child(instance=story)
        return Article.objects.get(pk=story.pk)


def seat_taken_twice(world: World) -> list[str]:
    mine, eva = people.subscribe(world.reader(), world.plan), world.reader()
    said = at_once(*[lambda: seating.seat(eva, mine)] * 3)
    return [*said, f"{mine.seats.filter(reader=eva).count()} seats"]


def subscription_changed_twice(world: World) -> list[str]:
    mine = people.subscribe(world.reader(), world.plan)

    def buy_more() -> None:
        again = Subscription.objects.get(pk=mine.pk)
        again.seats_bought = 9
        again.save()

    return [*at_once(buy_more, buy_more, buy_more), f"{mine.seats.count()} seats"]


def contests_seen_by_two_hosts(world: World) -> list[str]:
    one, other = (people.subscribe(world.reader(), world.plan).seats.first() for _ in range(2))
    assert one is not None
    assert other is not None

    def happened(*keys: str) -> list[SeatEvent]:
        kinds = [Event.TAKEOVER, Event.OVERLAP]
        return [
            SeatEvent(kind, key, device, held, time.time())
            for key in keys
            for device, held in (("phone", "laptop"), ("laptop", "phone"))
            for kind in (kinds if key == keys[0] else reversed(kinds))
        ]

    before = DailyTotal.objects.filter(kind="overlap").values_list("count", flat=True).first() or 0
    said = at_once(
        lambda: sharing.record(happened(one.key, other.key)),
        lambda: sharing.record(happened(other.key, one.key)),
    )
    counted = DailyTotal.objects.get(kind="overlap").count - before
    open_cases = SharingCase.objects.filter(seat__in=(one, other), ended_at=None).count()
    return [*said, f"{counted} counted", f"{open_cases} cases"]


def two_gifts_redeemed(world: World) -> list[str]:
    giver, lucky = world.reader(), world.reader()
    customer = Customer.objects.create(reader=giver)
    gifts = [
        Gift.objects.create(
            purchase=Purchase.objects.create(
                customer=customer, seats=1, kind=Purchase.Kinds.GIFT, created_at=timezone.now()
            ),
            plan=world.plan,
            months=3,
            giver="Nora",
            receiver="Luis",
            language="en",
            deliver_at=timezone.now(),
        )
        for _ in range(2)
    ]
    now = timezone.now()
    said = at_once(*[lambda one=one: giving.redeem(one, lucky, now, UTC) for one in gifts])  # type: ignore[misc]
    first, second = Subscription.objects.filter(owner=lucky).order_by("starts_at")
    return [*said, "one after the other" if first.ends_at == second.starts_at else "at once"]


def last_story_given(world: World) -> list[str]:
    giver = world.reader()
    people.subscribe(giver, world.plan)
    stories = [world.story() for _ in range(2)]
    return at_once(*[lambda one=one: give(giver, one, timezone.now()) for one in stories])  # type: ignore[misc]


def published_by_two_hosts(world: World) -> list[str]:
    story = world.story(live=False)
    story.go_live_at = timezone.now() - timedelta(minutes=1)
    story.save_revision(approved_go_live_at=story.go_live_at)
    said = at_once(*[keep_schedule.func] * 2)
    log = PageLogEntry.objects.filter(page=story.pk, action="wagtail.publish.scheduled")
    story.refresh_from_db()
    return [*said, f"{log.count()} times", "out" if story.live else "not out"]


def deleted_while_it_is_opened(world: World) -> list[str]:
    """What is noted when all that belongs to the story was looked for, and it is not gone yet."""
    story, looked = world.story(), threading.Event()

    def wait(**_: object) -> None:
        looked.set()
        time.sleep(0.3)

    def delete() -> None:
        with transaction.atomic():
            hold(None, story)
            story.delete()

    def note() -> None:
        looked.wait(30)
        openings.record([Opening(story.pk, None, time.time())])

    pre_delete.connect(wait, sender=Article)
    said = at_once(delete, note)
    pre_delete.disconnect(wait, sender=Article)
    note()  # the gate tries again
    return [*said, "there" if Article.objects.filter(pk=story.pk).exists() else "gone"]


def recommended_by_two_hosts(world: World) -> list[str]:
    author = Author.objects.create(name=f"Ann {world.turn}", slug=f"ann-{world.turn}")
    reader, now = world.reader(), timezone.now()
    story = world.story(published_at=now)
    story.byline.create(author=author)
    story.save()
    keeping.follow(reader, author, now)
    making.cache.clear()
    pools = {world.us.pk: making.Pool(world.us, now)}
    said = at_once(*[lambda: making.make(reader, pools, now)] * 3)
    return [*said, "something" if reader.recommended.exists() else "nothing"]


def tasks_done_by_three_hosts(world: World) -> list[str]:
    seat = people.subscribe(world.reader(), world.plan).seats.first()
    assert seat is not None
    DBTaskResult.objects.all().delete()  # what the other races have left to do
    for number in range(TASKS):
        trace.enqueue(seat.pk, number)
    said = at_once(*[_worker("default").run] * 3)
    done = Counter(SeatContest.objects.filter(seat=seat).values_list("device", flat=True))
    return [*said, f"{len(done)} done", f"{max(done.values())} at most"]


RACES: dict[str, Callable[[World], list[str]]] = {
    race.__name__: race
    for race in (
        seat_taken_twice,
        subscription_changed_twice,
        contests_seen_by_two_hosts,
        two_gifts_redeemed,
        last_story_given,
        published_by_two_hosts,
        deleted_while_it_is_opened,
        recommended_by_two_hosts,
        tasks_done_by_three_hosts,
    )
}


def main() -> dict[str, Any]:
    """Of each race, what was said in each of its turns; and what a search finds."""
    told = seats.main()
    Plan.objects.all().delete()
    world = World()
    searches = found(world.us.get_parent(), world.world)
    told |= {name: [race(world) for _ in range(TURNS)] for name, race in RACES.items()}
    return {"races": told, "searches": searches}


if __name__ == "__main__":
    json.dump(main(), sys.stdout)
