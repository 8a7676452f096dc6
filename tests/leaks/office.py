"""The editors' and the staff's side of a paper that is being served, as a process of its own.

It works on the same data folder as the server, so what it does reaches readers as everything
does that another process of the host has done. One JSON list a line comes in: a function of
this module and its arguments; one JSON value a line goes out.
"""

import json
import sys
import time
from datetime import timedelta
from typing import Any

import django

django.setup()

from allauth.account.models import EmailAddress  # noqa: E402 (Django must be set up first)
from django.conf import settings  # noqa: E402
from django.contrib.auth import login  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connections, transaction  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_tasks_db.models import DBTaskResult  # noqa: E402

from broadsheet.gate.request import DEVICE  # noqa: E402
from broadsheet.gifts import giving  # noqa: E402
from broadsheet.gifts import office as gifts  # noqa: E402
from broadsheet.gifts.models import StoryGift  # noqa: E402
from broadsheet.institutions.models import Institution, Network  # noqa: E402
from broadsheet.newsroom.models import Article, Section  # noqa: E402
from broadsheet.readers import sign_ins  # noqa: E402
from broadsheet.readers.models import Reader  # noqa: E402
from broadsheet.subscriptions import seating  # noqa: E402
from broadsheet.subscriptions.models import (  # noqa: E402
    DailyTotal,
    Plan,
    Seat,
    SharingCase,
    Subscription,
)
from broadsheet.subscriptions.revocation import revoke  # noqa: E402
from tests.hosts.tasks import note  # noqa: E402
from tests.leaks.desk import MARK  # noqa: E402

# Readers


def reader(email: str, password_of: str, plan: str = "", owner: str = "") -> int:
    """Somebody with the password of somebody else, on a plan of their own or on an owner's."""
    known = Reader.objects.get(email=password_of)
    someone = Reader(email=email, password=known.password, is_staff=plan == "staff")
    someone.is_superuser = someone.is_staff
    someone.save()
    EmailAddress.objects.create(user=someone, email=email, verified=True, primary=True)
    if plan and not someone.is_staff:
        paying = Reader.objects.get(email=owner or email)
        under, _ = Subscription.objects.get_or_create(
            owner=paying, plan=Plan.objects.get(code=plan)
        )
        seating.seat(someone, under)
    return someone.pk


def sign_in(email: str, agent: str) -> dict[str, str]:
    """The cookies of a new device on which the reader is signed in.

    Without the form, whose password takes the server longer than all that is tested with it.
    """
    someone = Reader.objects.get(email=email)
    request = RequestFactory(headers={"user-agent": agent}).get("/account/login/")
    request.session = SessionStore()
    login(request, someone, backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    secret, key = sign_ins.device_secret(""), request.session.session_key
    sign_ins.note(someone, secret, key, agent, timezone.now())
    return {settings.SESSION_COOKIE_NAME: key, DEVICE: secret}


def password(email: str, new: str) -> None:
    someone = Reader.objects.get(email=email)
    someone.set_password(new)
    someone.save()


def close_account(email: str) -> None:
    someone = Reader.objects.get(email=email)
    someone.is_active = False
    someone.save()


def remove(email: str) -> None:
    for someone in Reader.objects.filter(email=email):
        with transaction.atomic():  # or the server notes a reading of theirs meanwhile
            someone.delete()


# Seats


def take_seat(email: str) -> None:
    for seat in Seat.objects.filter(reader__email=email):
        seat.reader = None
        seat.save()


def give_seat(email: str, owner: str) -> None:
    under = Subscription.objects.get(owner__email=owner)
    seating.seat(Reader.objects.get(email=email), under)


def end_subscription(email: str) -> None:
    for one in Subscription.objects.filter(owner__email=email):
        one.ends_at = timezone.now()
        one.save()


def free(email: str) -> None:
    """Nobody reads on this reader's seat, nobody has lately, and the seat is not shared."""
    seat = Seat.objects.get(reader__email=email)
    seat.contests.all().delete()
    seat.cases.all().delete()
    seat.mine_answers.all().delete()
    revoke([seat.key], frozenset(_devices(seat)))


def open_case(email: str) -> None:
    seat = Seat.objects.get(reader__email=email)
    SharingCase.objects.create(seat=seat, opened_at=timezone.now(), devices=_devices(seat))
    revoke([seat.key])


def total(kind: str) -> int:
    return sum(DailyTotal.objects.filter(kind=kind).values_list("count", flat=True))


def _devices(seat: Seat) -> list[str]:
    assert seat.reader is not None
    return list(seat.reader.devices.values_list("key", flat=True))


# Gifts


def gift(email: str, slug: str, openings: int = 10) -> list[Any]:
    """A link to the story: its number and its token."""
    given, token = giving.give(Reader.objects.get(email=email), _at(slug), timezone.now())
    StoryGift.objects.filter(pk=given.pk).update(openings_allowed=openings)
    return [given.pk, token]


def count_openings(given: int, times: int) -> int:
    """How many of so many openings were counted here."""
    return sum(gifts.count(given, time.time()) for _ in range(times))


def openings(given: int) -> int:
    return StoryGift.objects.get(pk=given).openings


def withdraw_gift(given: int) -> None:
    giving.withdraw(StoryGift.objects.get(pk=given), timezone.now())


def end_gift(given: int) -> None:
    StoryGift.objects.filter(pk=given).update(expires_at=timezone.now())


# Networks


def network(name: str, cidr: str, owner: str) -> None:
    """The range reads under the owner's subscription."""
    under = Subscription.objects.get(owner__email=owner)
    institution = Institution.objects.create(name=name, subscription=under)
    Network.objects.create(institution=institution, cidr=cidr)


def close_network(name: str) -> None:
    Institution.objects.filter(name=name).delete()


# Stories


def story(slug: str, section: str, access: str) -> str:
    """A story with three open paragraphs and MARK behind them; its address."""
    texts = [f"<p>Open paragraph number {n}.</p>" for n in range(3)]
    texts += [f"<p>{MARK} {n}.</p>" for n in range(3)]
    article = Article(
        title=slug.replace("-", " ").capitalize(),
        slug=slug,
        live=False,
        access=access,
        standfirst="What everybody may know of it.",
        body=[{"type": "paragraph", "value": text} for text in texts],
    )
    _section(section).add_child(instance=article)
    article.save_revision().publish()
    return str(article.get_url())


def level(slug: str, access: str) -> None:
    article = _at(slug)
    article.access = access
    article.save_revision().publish()


def unpublish(slug: str) -> None:
    _at(slug).unpublish()


def publish(slug: str) -> None:
    _at(slug).save_revision().publish()


def move(slug: str, section: str) -> str:
    """The story's new address."""
    _at(slug).move(_section(section), pos="last-child")
    return str(_at(slug).get_url())


def delete(slug: str) -> None:
    for article in Article.objects.filter(slug=slug):
        with transaction.atomic():  # as in the admin
            article.delete()


def number(slug: str) -> int:
    return int(_at(slug).pk)


def _at(slug: str) -> Any:
    return Article.objects.get(slug=slug)


def _section(address: str) -> Any:
    edition, _, name = address.partition("/")
    return next(one for one in Section.objects.filter(slug=name) if one.edition.slug == edition)


# Work in the background


def work(file: str, what: str, seconds: float) -> None:
    """Have it noted by whoever does the background's work."""
    note.enqueue(file, what, seconds)


def queued_since(at: float, name: str) -> int:
    """How often a task was queued."""
    since = timezone.now() - timedelta(seconds=time.time() - at)
    return DBTaskResult.objects.filter(task_path=name, enqueued_at__gte=since).count()


def give_up() -> None:
    """What waits is not done any more."""
    DBTaskResult.objects.exclude(pk__in=DBTaskResult.objects.finished()).delete()


if __name__ == "__main__":
    for line in sys.stdin:
        what, *words = json.loads(line)
        sys.stdout.write(json.dumps(globals()[what](*words)) + "\n")
        sys.stdout.flush()
        connections.close_all()  # the database may be another by the next time
