"""No faster than the provider, and the mailboxes' own servers, take mail.

Whoever sends first reserves a moment, in a row that all processes share: of the whole paper, and of
each domain that has a pace of its own.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from broadsheet.newsletters.models import Slot
from broadsheet.settings.django import PAPER

ALL = "*"


class Pace:
    """Reserves moments."""

    PATIENCE = 5.0
    """Seconds a process waits for a moment; a mail whose moment is later waits in its row."""

    def reserve(self, email: str) -> float:
        """Seconds until this mail may go. More than PATIENCE: ask again then."""
        domain = email.rpartition("@")[2]
        paces = {ALL: PAPER.newsletter_pace, domain: PAPER.newsletter_domain_pace.get(domain, 0.0)}
        limited = {key: pace for key, pace in paces.items() if pace > 0}
        return max((self._reserve(key, pace) for key, pace in limited.items()), default=0.0)

    def _reserve(self, key: str, pace: float) -> float:
        with transaction.atomic():
            slot, _ = Slot.objects.select_for_update().get_or_create(
                key=key, defaults={"free_at": timezone.now()}
            )
            now = timezone.now()
            wait = max(0.0, (slot.free_at - now).total_seconds())
            if wait <= self.PATIENCE:
                slot.free_at = max(slot.free_at, now) + timedelta(seconds=1 / pace)
                slot.save(update_fields=["free_at"])
            return wait
