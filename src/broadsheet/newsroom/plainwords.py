"""Words as a paper prints them: nothing in them that cannot be seen and changes what can."""

import re

UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls, but for those that end a line
    "\u202a-\u202e\u2066-\u2069"  # what turns the direction of all that follows
    "\ufdd0-\ufdef\ufffe\uffff]"  # what is no character at all
)
SPACE = re.compile(r"\s+")


def seen(text: str) -> str:
    """The text without control characters and overrides of its direction; lines stay lines."""
    return UNSEEN.sub("", text)


def in_one_line(text: str) -> str:
    """The same as one line, with single spaces."""
    return SPACE.sub(" ", seen(text)).strip()
