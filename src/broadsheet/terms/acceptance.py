"""Who accepted which terms, and who is asked to again."""

from datetime import datetime

from django.db.models import Max

from broadsheet.newsroom.models import Edition
from broadsheet.readers.models import Reader
from broadsheet.terms.current import terms_for
from broadsheet.terms.models import Acceptance, How, Terms


class NotPublished(Exception):
    """Nobody can accept terms that are not in force yet."""


def accept(reader: Reader, terms: Terms, how: How, now: datetime) -> Acceptance:
    """Note that the reader accepts this version at `now`; the first time counts.

    Raises NotPublished for terms that are not in force at `now`.
    """
    if not terms.is_published(now):
        raise NotPublished
    acceptance, _ = Acceptance.objects.get_or_create(
        reader=reader, terms=terms, defaults={"at": now, "how": how.value}
    )
    return acceptance


def owed(reader: Reader, edition: Edition | None, language: str) -> Terms | None:
    """The terms in force if the reader has not accepted their version yet; else None.

    A version that was accepted in one language holds in every other.
    """
    terms = terms_for(edition, language)
    if terms is None:
        return None
    accepted = _last_version(reader, terms.edition_id)
    return terms if accepted is None or accepted < terms.version else None


def last_accepted(reader: Reader, line: Terms | None = None) -> Terms | None:
    """The version the reader accepted last; the highest of the line of `line` if that is given."""
    accepted = reader.acceptances.select_related("terms")
    if line is None:
        last = accepted.first()
    else:
        same_line = Terms.objects.of_line(line.edition_id)
        last = accepted.filter(terms__in=same_line).order_by("-terms__version", "-at").first()
    return last.terms if last else None


def _last_version(reader: Reader, line: int | None) -> int | None:
    accepted = Acceptance.objects.filter(reader=reader, terms__in=Terms.objects.of_line(line))
    last: int | None = accepted.aggregate(number=Max("terms__version"))["number"]
    return last
