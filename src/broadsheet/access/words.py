"""The words of the rule: what an article asks for, and how strictly a plan is kept."""

from enum import StrEnum


class Level(StrEnum):
    """Who an article is for."""

    FREE = "free"
    REGISTERED = "registered"
    SUBSCRIBERS = "subscribers"


class Mode(StrEnum):
    """What a plan does when one seat is read on two devices at once."""

    OFF = "off"
    """Nothing: no lease is asked for."""
    MONITOR = "monitor"
    """Events are kept; readers notice nothing."""
    NOTIFY = "notify"
    """Nobody is refused; a sharing case shows its message."""
    ENFORCE = "enforce"
    """One device at a time."""
