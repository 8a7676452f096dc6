"""How a line of the log is written: without what would open something to whoever reads it."""

import logging
import re

SECRET = re.compile(
    r"(/(?:card|gifts|invitation|join|subscribe/(?:done|left)|account/password/reset/key)/"
    r"|[?&]gift=)[\w:.-]{16,}"
)
"""Addresses that are keys: whoever has one needs nothing else."""


class WithoutSecrets(logging.Formatter):
    """Leaves them out, of messages and of traces alike."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with … for what is secret."""
        return SECRET.sub(r"\1…", super().format(record))
