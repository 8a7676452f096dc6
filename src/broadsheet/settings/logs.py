"""How a line of the log is written: without what would open something to whoever reads it."""

import logging
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from broadsheet.gate.ids import REQUEST_ID

SECRET = re.compile(
    r"(/(?:card|gifts|invitation|join|subscribe/(?:done|left)|account/password/reset/key)/"
    r"|[?&]gift=)[\w:.-]{16,}"
)
"""Addresses that are keys: whoever has one needs nothing else."""
WRITTEN = frozenset(
    {"time", "level", "logger", "message", "exc_info", "stack_info", "request_id"}
    | {"method", "path", "status", "milliseconds"}
)
"""Fields of a line in JSON: those of every line, and those of an access log's."""


class WithoutSecrets(logging.Formatter):
    """A line for people. `%(request_id)s` is the request it was written for, or -."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, of messages and of traces alike, with … for what is secret."""
        record.request_id = REQUEST_ID.get() or "-"
        return SECRET.sub(r"\1…", super().format(record))


class JsonWithoutSecrets(JsonFormatter):
    """One JSON object a line, with the fields of WRITTEN that there are."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp="time",
            json_ensure_ascii=False,
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Leave out what libraries hang onto their records: whole requests, values of queries."""
        written = {name: value for name, value in log_data.items() if name in WRITTEN}
        return {**written, "request_id": REQUEST_ID.get()} if REQUEST_ID.get() else written

    def format(self, record: logging.LogRecord) -> str:
        """The object, with … for what is secret wherever it stands."""
        return SECRET.sub(r"\1…", super().format(record))


def formatter(log_format: str) -> dict[str, Any]:
    """The formatter of `log_format` ("text" or "json"), as logging's dictConfig wants it."""
    if log_format == "json":
        return {"()": "broadsheet.settings.logs.JsonWithoutSecrets"}
    line = "%(asctime)s %(levelname)s %(name)s [%(request_id)s]: %(message)s"
    return {"()": "broadsheet.settings.logs.WithoutSecrets", "format": line}
