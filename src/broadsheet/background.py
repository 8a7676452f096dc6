"""Background work of one process: the task queue, and what is due every minute, hour and day."""

import logging
import threading
import time

from django.core.cache import cache
from django.db import connections, transaction
from django.tasks.signals import task_enqueued
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from broadsheet.billing.sweeping import compare, sweep
from broadsheet.gifts.giving import tidy_gifts
from broadsheet.mail.delivery import enqueue_letters, forget_letters
from broadsheet.newsroom.clockwork import follow_the_clock
from broadsheet.newsroom.illustrations import enqueue_avif
from broadsheet.newsroom.scheduling import keep_schedule
from broadsheet.readers.export_jobs import tidy_exports
from broadsheet.recommendations.likening import liken
from broadsheet.recommendations.making import recommend_to_active
from broadsheet.recommendations.refreshing import refresh_most_read
from broadsheet.shelf.history import tidy_history
from broadsheet.shelf.openings import tidy_openings
from broadsheet.subscriptions.invitations import tidy_invitations
from broadsheet.subscriptions.sharing import tidy

logger = logging.getLogger(__name__)

INTERVAL = 2.0
"""Seconds between looks into an empty queue; what this process queues itself is seen at once."""
MINUTE = 60
HOUR = 3600
DAY = 86400


class Background:
    """Runs queued tasks in a thread of this process. Tasks are claimed one by one, so any
    number of processes may do this at once."""

    def __init__(self) -> None:
        self._worker = Worker(
            queue_names=["default"],
            interval=INTERVAL,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)

    def start(self) -> None:
        """Begin."""
        task_enqueued.connect(self._wake_after_commit)
        self._thread.start()

    def stop(self) -> None:
        """End after the task under way, or after ten seconds."""
        task_enqueued.disconnect(self._wake_after_commit)
        self._stop.set()
        self._wake.set()
        self._worker.running = False
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(INTERVAL)
            self._wake.clear()
            try:
                self._enqueue_what_is_due()
                self._worker.run()
            except Exception:  # the database may be away; the queue is still there later
                logger.exception("background work failed, trying again")
            finally:
                connections.close_all()

    def _wake_after_commit(self, **_: object) -> None:
        # Somebody may be waiting for a code; before the commit there is nothing to be found.
        transaction.on_commit(self._wake.set)

    def _enqueue_what_is_due(self) -> None:
        # One process of all puts the minute's key into the cache first, and does its work.
        if cache.add(f"minute-{int(time.time() // MINUTE)}", 1, timeout=2 * MINUTE):
            sweep.enqueue()
            keep_schedule.enqueue()
            follow_the_clock.enqueue()
            enqueue_letters()
            enqueue_avif()
        if cache.add(f"hourly-{int(time.time() // HOUR)}", 1, timeout=2 * HOUR):
            tidy.enqueue()
            forget_letters.enqueue()
            tidy_exports.enqueue()
            tidy_invitations.enqueue()
            tidy_gifts.enqueue()
            tidy_openings.enqueue()
            tidy_history.enqueue()
            liken.enqueue()
            refresh_most_read.enqueue()
            recommend_to_active.enqueue()
        if cache.add(f"daily-{int(time.time() // DAY)}", 1, timeout=2 * DAY):
            compare.enqueue()
