"""The contract of a meter store."""

from typing import Protocol

from broadsheet.access import Meter


class MeterStore(Protocol):
    """Counts the articles each registered reader has opened under the meter."""

    def spend(self, reader: int, article: int, allowance: int, now: float) -> Meter:
        """The meter at this article, counting it (once) when the allowance lets it open.

        Atomic over all processes. Raises StoreAway; then nothing was counted.
        """
