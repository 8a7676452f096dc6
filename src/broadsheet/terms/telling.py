"""Letters to readers when the terms have changed, sent once for each version by staff."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.tasks import task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from broadsheet.mail import post
from broadsheet.readers.models import Reader
from broadsheet.terms.current import terms_for
from broadsheet.terms.models import Terms

AT_ONCE = 100
"""Letters written in one go, so that other work is not held up."""


def can_be_told(terms: Terms, now: datetime) -> bool:
    """Whether it is a change that is in force, and readers were not written to about it."""
    return terms.is_published(now) and bool(terms.what_changed) and terms.told_at is None


def who_owes(terms: Terms) -> "QuerySet[Reader]":
    """Readers who accepted an earlier version of this line, and not this one or a later one."""
    line = Terms.objects.of_line(terms.edition_id)
    return (
        Reader.objects.filter(is_active=True, acceptances__terms__in=line)
        .annotate(last_accepted=Max("acceptances__terms__version"))
        .filter(last_accepted__lt=terms.version)
        .order_by("pk")
    )


def tell_readers(terms: Terms, now: datetime) -> bool:
    """Have everybody who owes this version written to; False when that was done before."""
    same = Terms.objects.of_line(terms.edition_id).filter(version=terms.version)
    with transaction.atomic():
        if not can_be_told(terms, now) or not same.filter(told_at=None).update(told_at=now):
            return False
        transaction.on_commit(lambda: tell.enqueue(terms.pk, 0))
    return True


@task()
def tell(pk: int, after: int) -> None:
    """Write about terms (an id) to the next readers whose ids come after `after`, and so on."""
    with transaction.atomic():
        # Held, so that of two hosts that do this at once the second sees what the first has done.
        Terms.objects.select_for_update().get(pk=pk)
        if _told_already(pk, after):
            return
        terms = Terms.objects.select_related("edition").get(pk=pk)
        readers = list(who_owes(terms).filter(pk__gt=after)[:AT_ONCE])
        for reader in readers:
            _write(reader, terms)
        if readers:
            # In the same transaction: whoever does this again can see that it was done.
            tell.enqueue(pk, readers[-1].pk)


def _told_already(pk: int, after: int) -> bool:
    # The process may have died after the letters, and before it said that this was done.
    later = DBTaskResult.objects.filter(
        task_path=tell.module_path, args_kwargs__args__0=pk, args_kwargs__args__1__gt=after
    )
    return later.exists()


def _write(reader: Reader, terms: Terms) -> None:
    words = terms_for(terms.edition, reader.language, timezone.now()) or terms
    if words.version != terms.version or not words.what_changed:
        words = terms  # something newer came meanwhile, which has a letter of its own
    values = {
        "valid_from": words.published_at,
        "summary": words.what_changed,
        "terms_url": post.address(words.get_absolute_url()),
    }
    post.send("terms_changed", reader.email, reader.language, values)
