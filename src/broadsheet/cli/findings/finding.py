"""One thing that is wrong with a deployment, or could be better."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    FAULT = "fault"
    """Something does not work, or readers are harmed."""
    ADVICE = "advice"
    """It works; it could fail later, or be safer."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`text` is a sentence that says what is the matter and what to do."""

    level: Level
    text: str


def fault(text: str) -> Finding:
    """Something that must be seen to."""
    return Finding(Level.FAULT, text)


def advice(text: str) -> Finding:
    """Something to think about."""
    return Finding(Level.ADVICE, text)
