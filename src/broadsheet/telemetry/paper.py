"""The numbers that are the whole paper's: what waits in its database."""

import logging
import time
from collections.abc import Iterator

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.db.models import Count, Max, Min
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.models import Page

from broadsheet.mail.models import Letter
from broadsheet.settings.django import SLOW
from broadsheet.telemetry.catalogue import Sample

logger = logging.getLogger(__name__)


def of_database() -> Iterator[Sample]:
    """What waits, and for how long; only that the database is away when it is."""
    close_old_connections()
    try:
        found = [*_tasks(), *_letters(), *_publication()]
    except (DatabaseError, InterfaceError) as error:
        logger.warning("the database does not say how much waits: %s", error)
        yield Sample("broadsheet_database_up", (), 0)
        return
    finally:
        connection.close()  # the thread that asks is another each time
    yield Sample("broadsheet_database_up", (), 1)
    yield from found


def of_pool() -> Iterator[Sample]:
    """This process's connections to the database, where it keeps a pool of them."""
    pool = getattr(connection, "pool", None)
    if pool is None:
        return
    stats = pool.get_stats()
    idle, waiting = stats.get("pool_available", 0), stats.get("requests_waiting", 0)
    states = {"used": stats.get("pool_size", 0) - idle, "idle": idle, "awaited": waiting}
    for state, number in states.items():
        yield Sample("broadsheet_database_connections", (state,), number)


def _tasks() -> Iterator[Sample]:
    rows = (
        DBTaskResult.objects.ready()
        .order_by()
        .values_list("queue_name")
        .annotate(Count("pk"), Min("enqueued_at"))
    )
    waiting = {queue: (number, oldest) for queue, number, oldest in rows}
    for queue in ("default", SLOW):
        number, oldest = waiting.get(queue, (0, None))
        seconds = time.time() - oldest.timestamp() if oldest else 0.0
        yield Sample("broadsheet_tasks_waiting", (queue,), number)
        yield Sample("broadsheet_tasks_oldest_seconds", (queue,), max(0.0, seconds))


def _letters() -> Iterator[Sample]:
    waiting = Letter.objects.due(timezone.now()).count()
    given_up = Letter.objects.filter(sent_at=None, due_at=None).count()
    yield Sample("broadsheet_letters_waiting", (), waiting)
    yield Sample("broadsheet_letters_given_up", (), given_up)


def _publication() -> Iterator[Sample]:
    last = Page.objects.filter(live=True).aggregate(at=Max("last_published_at"))["at"]
    if last is not None:
        yield Sample("broadsheet_last_publication_timestamp_seconds", (), last.timestamp())
