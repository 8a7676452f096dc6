"""The paper's side of `newsletters.py`, in a process of its own, on the paper that the environment
names: `mailing.py prepare MAILS`, `mailing.py states ISSUE`, `mailing.py render MAILS`."""

import json
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402 (Django must be set up first)

from broadsheet.newsletters import composing, course  # noqa: E402
from broadsheet.newsletters.models import (  # noqa: E402
    Delivery,
    Issue,
    Membership,
    Newsletter,
    Recipient,
)
from broadsheet.newsletters.personal import Personal  # noqa: E402
from broadsheet.newsletters.pressing import Press  # noqa: E402

CHUNK = 5_000


def prepare(mails: int) -> dict[str, int]:
    """So many addresses on one list, and an issue on its way to all of them."""
    newsletter = Newsletter.objects.filter(kind=Newsletter.Kind.WEEKLY).first()
    assert newsletter is not None
    Issue.objects.filter(newsletter=newsletter).delete()
    newsletter.memberships.exclude(recipient__email__endswith="@example.com").delete()
    have = newsletter.current().count()
    for start in range(have, mails, CHUNK):
        people = [
            Recipient(email=f"reader{n}@example.com", language="en", created_at=timezone.now())
            for n in range(start, min(mails, start + CHUNK))
        ]
        made = Recipient.objects.bulk_create(people)
        Membership.objects.bulk_create(
            Membership(recipient=each, newsletter=newsletter, state="joined", since=timezone.now())
            for each in made
        )
    issue = composing.make(newsletter, timezone.now() - timedelta(minutes=1))
    assert issue is not None
    course.approve(issue)
    began = time.perf_counter()
    course.begin(issue, timezone.now())
    rows_a_second = round(issue.deliveries.count() / (time.perf_counter() - began))
    course.stop(issue)
    return {"issue": issue.pk, "mails": issue.deliveries.count(), "rows_a_second": rows_a_second}


def states(issue: int) -> dict[str, int]:
    """How many mails are how far."""
    rows = Delivery.objects.filter(issue=issue).values_list("state", flat=True)
    found: dict[str, int] = {}
    for state in rows:
        name = Delivery.State(state).name
        found[name] = found.get(name, 0) + 1
    return found


def go(issue: int) -> dict[str, bool]:
    """Begin to send."""
    return {"begun": course.go_on(Issue.objects.get(pk=issue))}


def render(mails: int) -> dict[str, float]:
    """Mails written for so many readers, and nothing sent: how many a second, of how many bytes."""
    issue = Issue.objects.select_related("newsletter__edition").latest("pk")
    press = Press(issue)
    personal = Personal(issue, press.contents, composing.others(issue, timezone.now()))
    batches = list(_batches(issue, mails))
    now, size, began = timezone.now(), 0, time.process_time()
    for batch in batches:
        faces = personal.faces([each.recipient for each in batch], now)
        for each, values in personal.values(batch, now):
            mail = press.pressed(faces[each.recipient_id], 0).message(values)
            size += len(mail.message().as_bytes())
    seconds = time.process_time() - began
    return {"per_second": mails / seconds, "bytes": size / mails}


def _batches(issue: Issue, mails: int) -> Iterator[list[Delivery]]:
    rows = issue.deliveries.select_related("recipient__reader").order_by("pk")
    for start in range(0, mails, 50):
        yield list(rows[start : start + 50])


if __name__ == "__main__":
    what = {"prepare": prepare, "states": states, "go": go, "render": render}[sys.argv[1]]
    print(json.dumps(what(int(sys.argv[2]))))
