"""What was published, for the other hosts of a paper of many."""

from django.db import models
from django.db.models.functions import Now


class Publication(models.Model):
    """A change of what readers see, written down in the very transaction that makes it.

    So it becomes visible together with the change, whatever crashes. Rows are only ever added,
    which makes no publisher wait for another, and are taken away once they are old.
    """

    at = models.DateTimeField(db_default=Now())
    """When its transaction began."""

    class Meta:
        """Kept apart from what editors see."""

        default_permissions = ()

    def __str__(self) -> str:
        return f"publication {self.pk}"
