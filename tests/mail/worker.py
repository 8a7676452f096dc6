"""A process of the paper that does with letters what it reads on its standard input, by lines."""

import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402 (Django must be set up first)
from django.utils import timezone  # noqa: E402

from broadsheet.mail import post  # noqa: E402
from broadsheet.mail.delivery import attempt  # noqa: E402
from broadsheet.mail.models import Letter  # noqa: E402

ENDED = {"plan": "Premium", "plans_url": "https://paper.example/plans/"}


def prepare() -> None:
    """Make the tables."""
    for app in ("mail", "django_tasks_database"):
        call_command("migrate", app, verbosity=0, skip_checks=True)


def write(count: str) -> None:
    """Write so many letters."""
    for number in range(int(count)):
        post.send("ended", f"reader-{number}@example.com", "en", ENDED)


def send() -> None:
    """Send what is due."""
    for letter in Letter.objects.due(timezone.now()).order_by("pk"):
        attempt(letter.pk, timezone.now())


def later() -> None:
    """Let every lease have run out."""
    Letter.objects.filter(sent_at=None).update(due_at=timezone.now())


def tell() -> str:
    """The first letter's attempts, whether it was sent, and how long its text is."""
    letter = Letter.objects.earliest("pk")
    return f"{letter.attempts} {bool(letter.sent_at)} {len(letter.text)}"


KNOWN = {"prepare": prepare, "write": write, "send": send, "later": later, "tell": tell}

for line in sys.stdin:
    command, *arguments = line.split()
    answer = KNOWN[command](*arguments)
    sys.stdout.write(f"{answer or 'done'}\n")
    sys.stdout.flush()
