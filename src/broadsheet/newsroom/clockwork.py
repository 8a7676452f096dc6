"""What readers see differently because time has passed, without anybody having published."""

from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.tasks import task
from django.utils import timezone

from broadsheet.newsroom import publications
from broadsheet.newsroom.models import BreakingNews, Edition

PRINTED_FOR = "clockwork-printed-for"
"""The cache's key for the state that pages were last printed anew for."""
ENDED = 20
"""Lines that ended last, enough to see that one did."""


@task()
def follow_the_clock() -> None:
    """Have pages printed anew when a line of breaking news has ended, or a day has begun.

    Pages say the hour of what is from today and the date of what is older. To be done every
    minute; a page is out of date for no longer.
    """
    state = _state()
    if cache.get(PRINTED_FOR) == state:
        return
    cache.set(PRINTED_FOR, state, timeout=None)
    publications.announce()


def _state() -> dict[str, Any]:
    # Those that have ended, not those that are shown: one may come and go between two looks.
    now = timezone.now()
    zones = Edition.objects.live().values_list("time_zone", flat=True)
    return {
        "ended": list(BreakingNews.objects.ended().values_list("pk", flat=True)[:ENDED]),
        "days": {zone: now.astimezone(ZoneInfo(zone)).date() for zone in zones},
    }
