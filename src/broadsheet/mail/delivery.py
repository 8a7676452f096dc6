"""Handing letters over to the mail server, in the background, each by one process."""

import logging
import time
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import partial

from django.core.mail import EmailMultiAlternatives, mailers
from django.db import transaction
from django.tasks import task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from broadsheet.mail import answers
from broadsheet.mail.models import KEPT, Letter
from broadsheet.settings.django import PAPER

logger = logging.getLogger(__name__)

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
"""Between an attempt that failed and the next; there is one attempt more than pauses."""
LEASE = timedelta(minutes=5)
"""How long a claimed letter is one process's. Longer than a conversation with the server takes,
whose single steps end after 20 seconds; so a slow one is not claimed by a second process."""
SWEEP_SECONDS = 20
"""After so long a sweep lets other work go first, and goes on behind it."""
TASKS_KEPT = timedelta(days=2)
BROKEN_OFF = "The paper stopped while it was being sent."


@task()
def deliver(letter: int) -> None:
    """Send a letter (an id) if it is due and no other process is sending it."""
    attempt(letter, timezone.now())


@task()
def sweep() -> None:
    """Send every letter that is due: those whose pause is over, and those a stop left behind."""
    end = time.monotonic() + SWEEP_SECONDS
    due = Letter.objects.due(timezone.now()).order_by("due_at").values_list("pk", flat=True)
    for letter in list(due):
        if time.monotonic() > end:
            sweep.enqueue()
            return
        attempt(letter, timezone.now())


@task()
def forget_letters() -> None:
    """Delete letters that are older than they are kept, and the records of tasks that are done."""
    now = timezone.now()
    Letter.objects.filter(created_at__lt=now - KEPT).delete()
    DBTaskResult.objects.finished().filter(finished_at__lt=now - TASKS_KEPT).delete()


def enqueue_letters() -> None:
    """Queue a sweep if there is something for it to do."""
    if Letter.objects.due(timezone.now()).exists():
        sweep.enqueue()


def attempt(pk: int, now: datetime) -> bool:
    """Try once to send a letter; whether the server took it.

    It goes once, with one exception that no mail system is without: when this process dies after
    the server's acceptance and before our record of it, the lease runs out, and the letter goes
    again, under the same Message-ID, by which mailboxes know a double. A letter that is claimed
    and not yet handed over when the process dies is only late.
    """
    letter = claim(pk, now)
    if letter is None:
        return False
    try:
        mailers.default.send_messages([_message(letter)])
    except Exception as error:  # whatever a backend raises, the letter must not be lost
        _record_failure(letter, error)
        return False
    _record(letter, sent_at=timezone.now(), due_at=None, text="", html="", error="")
    return True


def claim(pk: int, now: datetime) -> Letter | None:
    """Make a due letter this process's for LEASE; None if it is not due or another's."""
    letter = Letter.objects.due(now).filter(pk=pk).first()
    if letter is None:
        return None
    if letter.attempts > len(PAUSES):
        _record(letter, due_at=None, error=letter.error or BROKEN_OFF)
        return None
    unclaimed = Letter.objects.filter(pk=pk, attempts=letter.attempts, due_at=letter.due_at)
    letter.attempts += 1
    letter.due_at = now + LEASE
    return letter if unclaimed.update(attempts=letter.attempts, due_at=letter.due_at) else None


def send_again(letter: Letter) -> bool:
    """Give a letter that was not sent all its attempts again; False if it went already."""
    waiting = Letter.objects.filter(pk=letter.pk, sent_at=None).exclude(text="")
    again = bool(waiting.update(attempts=0, due_at=timezone.now(), error=""))
    if again:
        transaction.on_commit(partial(deliver.enqueue, letter.pk), robust=True)
    return again


def _message(letter: Letter) -> EmailMultiAlternatives:
    domain = parseaddr(PAPER.mail_from)[1].rpartition("@")[2] or "localhost"
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        to=[letter.to],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={
            "Message-ID": f"<{letter.key}@{domain}>",
            "Content-Language": letter.language,
            "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday replies, please
        },
    )
    message.attach_alternative(letter.html, "text/html")
    return message


def _record_failure(letter: Letter, error: Exception) -> None:
    answer = answers.of_this_mail(error)
    last = letter.attempts > len(PAUSES) or (answer is not None and answer.final)
    due = None if last else timezone.now() + PAUSES[letter.attempts - 1]
    # Neither the address nor the body may stand in the log.
    logger.warning("letter %d (%s) not sent: %s", letter.pk, letter.kind, type(error).__name__)
    _record(letter, due_at=due, error=answers.in_words(error))


def _record(letter: Letter, **values: object) -> None:
    # Only the claim that is still the latest may say how it ended.
    Letter.objects.filter(pk=letter.pk, attempts=letter.attempts, sent_at=None).update(**values)
