"""Publishes what is due and takes back what has expired, in the background, every minute."""

import logging
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.tasks import task
from django.utils import timezone
from wagtail.models import Page, Revision

logger = logging.getLogger(__name__)


@task()
def keep_schedule() -> None:
    """Take back what has expired, and publish what is due.

    Wagtail's own command does the same, but stops at the first story that cannot be published,
    and every one behind it stays unpublished. Here each is one transaction of its own, and is
    looked at again inside it: however many do this at once, each is published once.
    """
    now = timezone.now()
    expired = Page.objects.filter(live=True, expire_at__lt=now).order_by("expire_at")
    _each(
        expired,
        lambda page: page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled"),
    )
    due = Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at")
    _each(due, lambda revision: revision.publish(log_action="wagtail.publish.scheduled"))


def _each(rows: QuerySet[Any], act: Any) -> None:
    for key in list(rows.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                row = rows.select_for_update(no_key=True).filter(pk=key).first()
                if row is not None:
                    act(row)
        except Exception:
            logger.exception("%s %s: its time has come, and it cannot be done", rows.model, key)
