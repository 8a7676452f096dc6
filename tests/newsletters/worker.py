"""A process of the paper that does with an issue what it reads on its standard input, by lines."""

import sys
from collections import Counter

import django

django.setup()

from django.utils import timezone  # noqa: E402 (Django must be set up first)
from wagtail.models import Page  # noqa: E402

from broadsheet.newsletters import course  # noqa: E402
from broadsheet.newsletters.models import (  # noqa: E402
    Delivery,
    Issue,
    Membership,
    Newsletter,
    Recipient,
)
from broadsheet.newsletters.sending import LEASE, Sender, resolve_doubts  # noqa: E402
from broadsheet.newsroom.models import Edition, Paper  # noqa: E402


def write(count: str) -> None:
    """An issue for so many readers, begun."""
    root = Page.get_first_root_node()
    paper = root.add_child(instance=Paper(title="Paper", slug="paper"))
    us = paper.add_child(instance=Edition(title="US", slug="us"))
    newsletter = Newsletter.objects.create(edition=us, name="The Fold", slug="fold")
    now = timezone.now()
    for number in range(int(count)):
        recipient = Recipient.objects.create(
            email=f"reader-{number}@example.com", language="en", created_at=now
        )
        Membership.objects.create(
            recipient=recipient, newsletter=newsletter, state="joined", since=now
        )
    issue = Issue.objects.create(newsletter=newsletter, subject="One", body=[("heading", "Hello")])
    course.approve(issue)
    course.begin(issue, now)


def send() -> None:
    """Send what is due."""
    sender = Sender()
    while sender.batch():
        pass


def later() -> None:
    """Let the leases of whoever is dead have run out."""
    Delivery.objects.filter(state__lt=Delivery.State.SENT).update(due_at=timezone.now() - LEASE)
    resolve_doubts(timezone.now())


def tell() -> str:
    """How many mails are how far."""
    states = Counter(Delivery.objects.values_list("state", flat=True))
    return " ".join(f"{Delivery.State(state).name}={states[state]}" for state in sorted(states))


KNOWN = {"write": write, "send": send, "later": later, "tell": tell}

for line in sys.stdin:
    command, *arguments = line.split()
    answer = KNOWN[command](*arguments)
    sys.stdout.write(f"{answer or 'done'}\n")
    sys.stdout.flush()
