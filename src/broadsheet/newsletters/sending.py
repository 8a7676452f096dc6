"""Issues on their way: a row for each mail, claimed before it is sent.

Any number of processes send at once, and any of them may be killed. Before a mail is handed over,
its row says so in a committed transaction, together with the row of the mail before it, which now
is sent. So of a process that is killed one mail at the most is in doubt: its row says that it was
being handed over, and nobody knows whether the server had taken it. It is not sent again by itself
(a reader who gets an issue twice is told that the paper does not know what it does; staff see the
row, and can send it again). All others it had claimed are sent by whoever comes next.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.core.mail import mailers
from django.db import connection, transaction
from django.utils import timezone

from broadsheet.mail import answers
from broadsheet.newsletters import composing, trials
from broadsheet.newsletters.contents import Face
from broadsheet.newsletters.joining import refuse
from broadsheet.newsletters.models import Delivery, Issue, Membership, Recipient
from broadsheet.newsletters.pace import Pace
from broadsheet.newsletters.personal import Personal
from broadsheet.newsletters.pressing import Message, Press, TooLong

logger = logging.getLogger(__name__)

BATCH = 50
"""Mails that are claimed at a time."""
LEASE = timedelta(minutes=15)
"""How long claimed mails are one process's: longer than a batch takes, whose mails take 20 seconds
each where a server is as slow as we let it be."""
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (2, 10, 30, 120, 360))
"""After an answer that says "later" (a greylist, a full mailbox); then it is given up."""
AWAY = 10.0
"""Seconds without asking a mail server that could not be reached."""

State = Delivery.State
NOT_GONE = (State.UNKNOWN, State.FAILED)
"""What staff may send again."""
STEP = f"""
UPDATE {Delivery._meta.db_table} SET
    state = CASE WHEN id = %(done)s THEN {State.SENT.value} ELSE {State.HANDING.value} END,
    sent_at = CASE WHEN id = %(done)s THEN %(now)s ELSE sent_at END,
    attempts = CASE WHEN id = %(done)s THEN attempts ELSE attempts + 1 END,
    subject = CASE WHEN id = %(done)s THEN subject ELSE %(subject)s END
WHERE id = %(done)s OR (
    id = %(each)s AND worker = %(worker)s AND state = {State.WAITING.value} AND due_at > %(now)s
)
"""  # noqa: S608 (numbers and a name of ours)
"""Once for every mail: the ORM took as long to write it each time as the mail to be handed over."""


class Sender:
    """Sends what is due, a batch at a time; one for each process."""

    def __init__(self, goes_on: Callable[[], bool] = lambda: True) -> None:
        """`goes_on`: asked before each mail; a process that is told to end hands over no more."""
        self.name = uuid4().hex
        self._goes_on = goes_on
        self._backend: Any = None
        self._away_until = 0.0
        self._handed = 0
        self._kept: tuple[Press, Personal] | None = None

    def batch(self) -> int:
        """Send one batch; how many mails were dealt with."""
        if time.monotonic() < self._away_until:
            return 0
        claimed = self._claim(timezone.now())
        if not claimed:
            self.close()
            return 0
        for issue in {each.issue_id: each.issue for each in claimed}.values():
            try:
                self._send(issue, [each for each in claimed if each.issue_id == issue.pk])
            except TooLong:  # a story has grown since it was approved
                logger.error("issue %d is stopped: it is too long for mail programs", issue.pk)
                Issue.objects.filter(pk=issue.pk).update(state=Issue.State.STOPPED)
        return len(claimed)

    def close(self) -> None:
        """Let go of the mail server."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None

    def _claim(self, now: datetime) -> list[Delivery]:
        until = now + LEASE
        waiting = Delivery.objects.filter(state=State.WAITING, due_at__lte=now)
        going = waiting.filter(issue__state=Issue.State.SENDING).order_by("due_at")
        with transaction.atomic():
            keys = list(
                going.select_for_update(skip_locked=True, of=("self",)).values_list(
                    "pk", flat=True
                )[:BATCH]
            )
            waiting.filter(pk__in=keys).update(worker=self.name, due_at=until)
        mine = Delivery.objects.filter(pk__in=keys, worker=self.name, due_at=until)
        return list(
            mine.select_related("issue__newsletter__edition", "recipient__reader").order_by("pk")
        )

    def _send(self, issue: Issue, claimed: Sequence[Delivery]) -> None:
        press, personal = self._prepared(issue)
        now = timezone.now()
        faces = personal.faces([each.recipient for each in claimed], now)
        left = _left(issue, claimed, faces)
        winner = trials.winner(issue) if any(each.subject is None for each in claimed) else 0
        done: Delivery | None = None
        pace = Pace()
        try:
            for each, values in personal.values(claimed, now):
                if each.recipient_id in left:
                    _record(each, state=State.DROPPED)
                    continue
                wait = pace.reserve(each.recipient.email)
                if wait > pace.PATIENCE:
                    _record(each, worker="", due_at=timezone.now() + timedelta(seconds=wait))
                    continue
                time.sleep(wait)
                each.subject = winner if each.subject is None else each.subject
                mail = press.pressed(faces[each.recipient_id], each.subject).message(values)
                if not self._step(done, each):
                    done = None
                    continue
                done = each if self._hand_over(each, mail) else None
                if self._backend is None or not self._goes_on():
                    break  # the server is away, or we go: whoever sends next takes the rest
        finally:  # whatever went wrong: the last one went
            self._step(done, None)
            _give_back(claimed, self.name)

    def _step(self, done: Delivery | None, each: Delivery | None) -> bool:
        """In one transaction: `done` is sent, and `each` is being handed over; whether it still
        may be."""
        if done is None and each is None:
            return False
        values = {
            "done": done.pk if done else 0,
            "each": each.pk if each else 0,
            "subject": each.subject if each else 0,
            "worker": self.name,
            "now": connection.ops.adapt_datetimefield_value(timezone.now()),
        }
        with connection.cursor() as cursor:
            cursor.execute(STEP, values)
            return each is not None and cursor.rowcount == (2 if done else 1)

    def _hand_over(self, each: Delivery, mail: Message) -> bool:
        try:
            if self._backend is None:
                self._backend = mailers["default"]
                self._backend.open()
                self._handed = 0
            self._backend.send_messages([mail])
        except Exception as error:  # whatever a backend raises: this mail's row says it
            self._failed(each, error)
            return False
        self._handed += 1
        return True

    def _failed(self, each: Delivery, error: Exception) -> None:
        answer, said = answers.of_this_mail(error), answers.in_words(error)
        in_doubt, now = answers.in_doubt(error, self._backend), timezone.now()
        if answer is None:
            self._let_go(error)
        if answer is None and in_doubt:
            _record(each, state=State.UNKNOWN, error=said)
        elif answer is None:  # the server had not got it: as if it was not tried
            _record(each, state=State.WAITING, worker="", due_at=now, error=said)
        elif answer.final or each.attempts >= len(PAUSES):
            _record(each, state=State.FAILED, error=said)
            if answer.no_such_mailbox:
                refuse(each.recipient, Recipient.Refused.BOUNCED, now)
        else:
            due = now + PAUSES[each.attempts]
            _record(each, state=State.WAITING, worker="", due_at=due, error=said)

    def _let_go(self, error: Exception) -> None:
        # Servers may close after so many mails; one that took none is left alone for a while.
        if not self._handed:
            logger.warning("newsletters wait for the mail server: %s", type(error).__name__)
            self._away_until = time.monotonic() + AWAY
        backend, self._backend = self._backend, None
        if backend is not None:
            with suppress(OSError):  # which smtplib's own are, too
                backend.close()

    def _prepared(self, issue: Issue) -> tuple[Press, Personal]:
        if self._kept is not None:
            press, personal = self._kept
            if press.issue.pk == issue.pk and press.contents.are_those_of(issue):
                return press, personal
        press = Press(issue)
        personal = Personal(issue, press.contents, composing.others(issue, timezone.now()))
        self._kept = (press, personal)
        return press, personal


def resolve_doubts(now: datetime) -> int:
    """Say of mails whose process ended while it handed them over that nobody knows whether they
    went; how many these are."""
    handing = Delivery.objects.filter(state=State.HANDING, due_at__lte=now)
    return handing.update(state=State.UNKNOWN)


def send_again(issue: Issue) -> int:
    """Staff want an issue's mails sent that failed or are in doubt; how many go again."""
    again = issue.deliveries.filter(state__in=NOT_GONE)
    return again.update(state=State.WAITING, worker="", attempts=0, due_at=timezone.now(), error="")


def _left(issue: Issue, claimed: Sequence[Delivery], faces: Mapping[int, Face]) -> set[int]:
    """Of these recipients those who do not get the list any more."""
    keys = {each.recipient_id for each in claimed if not each.recipient.refused}
    lists = Membership.objects.filter(recipient__in=keys, state=Membership.State.JOINED)
    getting = {
        recipient
        for recipient, newsletter in lists.values_list("recipient", "newsletter")
        if newsletter == issue.newsletter_id
    }
    if issue.newsletter.for_subscribers:
        getting = {key for key in getting if faces[key].mode is not None}
    return {each.recipient_id for each in claimed} - getting


def _record(each: Delivery, **values: Any) -> None:
    # Not the row of a mail that has become another's, or is sent.
    Delivery.objects.filter(
        pk=each.pk, worker=each.worker, state__in=[State.WAITING, State.HANDING]
    ).update(**values)


def _give_back(claimed: Sequence[Delivery], worker: str) -> None:
    Delivery.objects.filter(
        pk__in=[each.pk for each in claimed], worker=worker, state=State.WAITING
    ).update(worker="", due_at=timezone.now())
