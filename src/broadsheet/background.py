"""Background work of one process: the task queues, and what is due every minute, hour and day."""

import logging
import threading
import time
from datetime import timedelta

from django.core.cache import cache
from django.db import connection, connections, transaction
from django.tasks import task
from django.tasks.base import TaskResult, TaskResultStatus
from django.tasks.signals import task_enqueued, task_finished, task_started
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from broadsheet.billing.sweeping import compare, sweep
from broadsheet.gate.ids import REQUEST_ID
from broadsheet.gifts.giving import tidy_gifts
from broadsheet.mail.delivery import enqueue_letters, forget_letters
from broadsheet.newsletters.course import keep_newsletters
from broadsheet.newsletters.joining import forget_unconfirmed
from broadsheet.newsletters.mailbox import look_into_mailbox
from broadsheet.newsletters.sending import Sender
from broadsheet.newsletters.tally import forget_mails
from broadsheet.newsroom.clockwork import follow_the_clock
from broadsheet.newsroom.illustrations import enqueue_avif
from broadsheet.newsroom.publications import forget_publications
from broadsheet.newsroom.scheduling import keep_schedule
from broadsheet.readers.export_jobs import tidy_exports
from broadsheet.recommendations.likening import liken
from broadsheet.recommendations.making import recommend_to_active
from broadsheet.recommendations.refreshing import refresh_most_read
from broadsheet.settings.django import SLOW
from broadsheet.shelf.history import tidy_history
from broadsheet.shelf.openings import tidy_openings
from broadsheet.subscriptions.invitations import tidy_invitations
from broadsheet.subscriptions.sharing import tidy
from broadsheet.web.away import is_away

logger = logging.getLogger(__name__)

INTERVAL = 2.0
"""Seconds between looks into an empty queue; what this process queues itself is seen at once."""
MINUTE = 60
HOUR = 3600
DAY = 86400
SIGN = 20.0
"""Seconds between two signs of life of a process that works."""
SILENCE = 120
"""Seconds without one, after which a process is taken for dead, and what it had begun for broken
off."""
TRIES = 3
"""Times a task is begun: one that ends its process each time is given up."""


class Background:
    """Runs queued tasks in threads of this process, one for each queue, so that no letter waits
    for an import. Tasks are claimed one by one, so any number of processes may do this at once."""

    def __init__(self) -> None:
        self._workers = {queue: _worker(queue) for queue in ("default", SLOW)}
        self._stop = threading.Event()
        self._waits = False
        self._clock = threading.Thread(target=self._keep_time, name="background-clock", daemon=True)
        self._wake = {queue: threading.Event() for queue in self._workers}
        self._threads = [
            threading.Thread(
                target=self._run, args=[queue], name=f"background-{queue}", daemon=True
            )
            for queue in self._workers
        ]
        self._threads.append(
            threading.Thread(target=self._send_newsletters, name="newsletters", daemon=True)
        )

    def start(self) -> None:
        """Begin."""
        task_enqueued.connect(self._wake_after_commit)
        for thread in [self._clock, *self._threads]:
            thread.start()

    def stop(self) -> None:
        """End after the tasks under way, or after ten seconds."""
        task_enqueued.disconnect(self._wake_after_commit)
        self._stop.set()
        self._wake_all()
        for worker in self._workers.values():
            worker.running = False
        end = time.monotonic() + 10
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _run(self, queue: str) -> None:
        wake = self._wake[queue]
        while not self._stop.is_set():
            wake.wait(INTERVAL)
            wake.clear()
            try:
                self._workers[queue].run()
                self._waits = False
            except Exception as error:  # the queue is still there later
                self._failed(error)
            finally:
                connections.close_all()

    def _send_newsletters(self) -> None:
        # Beside the queues: an issue takes minutes, and its rows are a queue of their own.
        sender = Sender(lambda: not self._stop.is_set())
        while not self._stop.is_set():
            sent = 0
            try:
                sent = sender.batch()
            except Exception as error:  # the rows are still there later
                self._failed(error)
            finally:
                if not sent:
                    connections.close_all()
            if not sent:
                self._stop.wait(INTERVAL)
        sender.close()

    def _keep_time(self) -> None:
        # Apart from the workers: however much waits in the queues, the hour strikes.
        signed = -SIGN
        while not self._stop.is_set():
            try:
                if time.monotonic() - signed >= SIGN:
                    self._give_sign()
                    signed = time.monotonic()
                self._enqueue_what_is_due()
            except Exception as error:  # what is due is so still
                self._failed(error)
            finally:
                connections.close_all()
            self._stop.wait(INTERVAL)

    def _failed(self, error: Exception) -> None:
        if not is_away(error):
            logger.error("background work failed, trying again", exc_info=error)
        elif not self._waits:
            self._waits = True
            logger.warning("background work waits for the database: %s", error)

    def _give_sign(self) -> None:
        for worker in self._workers.values():
            cache.set(_sign_of(worker.worker_id), 1, timeout=SILENCE)

    def _wake_all(self) -> None:
        for event in self._wake.values():
            event.set()

    def _wake_after_commit(self, **_: object) -> None:
        # Somebody may be waiting for a code; before the commit there is nothing to be found.
        transaction.on_commit(self._wake_all)

    def _enqueue_what_is_due(self) -> None:
        # One process of all puts the minute's key into the cache first, and does its work.
        if cache.add(f"minute-{int(time.time() // MINUTE)}", 1, timeout=2 * MINUTE):
            sweep.enqueue()
            keep_schedule.enqueue()
            follow_the_clock.enqueue()
            enqueue_letters()
            enqueue_avif()
            keep_newsletters.enqueue()
            look_into_mailbox.enqueue()
            take_up_again()
        if cache.add(f"hourly-{int(time.time() // HOUR)}", 1, timeout=2 * HOUR):
            forget_expired.enqueue()
            tidy.enqueue()
            forget_letters.enqueue()
            tidy_exports.enqueue()
            tidy_invitations.enqueue()
            tidy_gifts.enqueue()
            tidy_openings.enqueue()
            tidy_history.enqueue()
            forget_unconfirmed.enqueue()
            forget_publications.enqueue()
            liken.enqueue()
            refresh_most_read.enqueue()
            recommend_to_active.enqueue()
        if cache.add(f"daily-{int(time.time() // DAY)}", 1, timeout=2 * DAY):
            compare.enqueue()
            forget_mails.enqueue()


def _say_queued(task_result: TaskResult[..., object], **_: object) -> None:
    # Joins a request's lines to those of what it has set going.
    if REQUEST_ID.get():
        logger.info("queued %s as task-%s", task_result.task.name, task_result.id)


def _begin_task(task_result: TaskResult[..., object], **_: object) -> None:
    REQUEST_ID.set(f"task-{task_result.id}")


def _end_task(**_: object) -> None:
    REQUEST_ID.set("")


task_enqueued.connect(_say_queued)
task_started.connect(_begin_task)
task_finished.connect(_end_task)


@task()
def forget_expired() -> None:
    """Delete from the cache what has expired: by itself it does so only when it is full."""
    with connection.cursor() as cursor:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        cursor.execute("DELETE FROM cache WHERE expires < %s", [now])


def take_up_again() -> None:
    """Have done again what a process had begun that has died. Tasks bear being done twice."""
    now = timezone.now()
    begun = DBTaskResult.objects.running().filter(
        started_at__lt=now - timedelta(seconds=SILENCE), started_at__gt=now - timedelta(days=1)
    )
    for one in begun:
        if cache.get(_sign_of(one.worker_ids[-1])) is None:
            given_up = len(one.worker_ids) >= TRIES
            same = begun.filter(pk=one.pk, started_at=one.started_at)
            status = TaskResultStatus.FAILED if given_up else TaskResultStatus.READY
            same.update(status=status, finished_at=now if given_up else None)
            logger.warning("%s was broken off: %s", one.task_path, status.label)


def _sign_of(worker: str) -> str:
    return f"background-{worker}"


def _worker(queue: str) -> Worker:
    return Worker(
        queue_names=[queue],
        interval=INTERVAL,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )
