"""The contract of a meter store."""

from typing import Protocol

from broadsheet.access import Meter


class MeterStore(Protocol):
    """Counts the articles each registered reader has opened under the meter."""

    async def spend(self, reader: int, article: int, allowance: int, now: float) -> Meter:
        """The meter at this article, counting it (once) when the allowance lets it open.

        Atomic over all processes. Raises StoreAway; then nothing was counted.
        """

    def opened(self, reader: int, now: float) -> dict[int, float]:
        """The articles that count for the reader at `now`, and when each was opened.

        Raises StoreAway.
        """

    def forget(self, reader: int) -> None:
        """Drop everything counted for the reader. Raises StoreAway; then nothing was dropped."""
