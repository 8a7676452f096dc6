"""Tells one listener that something readers can see has changed."""

from collections.abc import Callable


class Publications:
    """A registry of one: whoever keeps printed pages listens here."""

    def __init__(self) -> None:
        self._listener: Callable[[], None] | None = None

    def listen(self, listener: Callable[[], None] | None) -> None:
        """Call `listener` at every publication from now on, instead of the one before."""
        self._listener = listener

    def announce(self) -> None:
        """Something was published, withdrawn, moved or corrected, and is committed."""
        if self._listener is not None:
            self._listener()


_paper = Publications()
listen = _paper.listen
announce = _paper.announce
