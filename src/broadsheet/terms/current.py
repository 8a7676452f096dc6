"""Which terms are in force, for an edition and in a language."""

from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from broadsheet.newsroom.models import Edition
from broadsheet.terms.models import Terms

LAST_RESORT = "en"


def terms_for(edition: Edition | None, language: str, now: datetime | None = None) -> Terms | None:
    """The terms in force at `now` (a time; by default the present); None: nothing is published.

    The edition's own line goes before the general one. Its last version counts, whatever the
    language: in `language` (such as "es") if it is there, else in the edition's, else in English.
    """
    now = now or timezone.now()
    for line in [edition.pk, None] if edition else [None]:
        published = Terms.objects.of_line(line).published(now)
        last = published.aggregate(number=Max("version"))["number"]
        if last is not None:
            texts = {one.language: one for one in published.filter(version=last)}
            return _in_words(texts, language, edition)
    return None


def versions_of(line: int | None, now: datetime) -> list[Terms]:
    """Every text of a line (an edition's id, or None) published at `now`, the last first."""
    published = Terms.objects.of_line(line).published(now)
    return list(published.select_related("edition").order_by("-version", "language"))


def _in_words(texts: dict[str, Terms], language: str, edition: Edition | None) -> Terms:
    wanted = [language, edition.language if edition else "", LAST_RESORT]
    for code in wanted:
        found = texts.get(code) or texts.get(code.partition("-")[0])
        if found is not None:
            return found
    return next(iter(texts.values()))
