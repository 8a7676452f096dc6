"""Printed pages show what is most read: they are printed anew when that has changed."""

from django.core.cache import cache
from django.tasks import task
from django.utils import timezone

from broadsheet.newsroom import most_read, publications
from broadsheet.newsroom.models import Edition

SHOWN = 5
"""The places that pages show."""
DAY = 86400


@task()
def refresh_most_read() -> None:
    """Throw printed pages away if the most read stories of any edition are others than when this
    was last looked at. Once an hour is enough: it is a list of days."""
    now = timezone.now()
    lists = {
        edition.pk: most_read.most_read(edition, now, SHOWN) for edition in Edition.objects.live()
    }
    if cache.get("most-read-printed") != lists:
        cache.set("most-read-printed", lists, 2 * DAY)
        publications.announce()
