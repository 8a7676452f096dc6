"""How many get a list, week by week, as the record of consents tells it."""

from collections import Counter
from datetime import date, datetime, timedelta

from broadsheet.newsletters.models import Consent, Newsletter

WEEKS = 26
Act = Consent.Act
CAME = (Act.CONFIRMED, Act.JOINED, Act.IMPORTED)
WENT = (Act.LEFT, Act.REFUSED)


def weeks(newsletter: Newsletter, now: datetime) -> list[tuple[date, int]]:
    """The last WEEKS weeks, each by its Monday, with how many were on the list at its end.

    Reckoned back from those who are on it now; who joined twice without leaving counts twice, so
    the past is at the least what it says.
    """
    monday = (now - timedelta(days=now.weekday())).date()
    moved: Counter[date] = Counter()
    first = monday - timedelta(weeks=WEEKS - 1)
    rows = Consent.objects.filter(newsletter=newsletter, at__date__gte=first, act__in=CAME + WENT)
    for act, at in rows.values_list("act", "at"):
        day = at.date()
        moved[day - timedelta(days=day.weekday())] += 1 if act in CAME else -1
    count = newsletter.memberships.filter(state__in=["joined", "paused"]).count()
    found = []
    for back in range(WEEKS):
        week = monday - timedelta(weeks=back)
        found.append((week, count))
        count = max(0, count - moved[week])
    return found[::-1]
