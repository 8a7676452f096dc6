"""A context for each kind of letter: what a caller may give, and the worst that it may be."""

from datetime import UTC, date, datetime
from typing import Any

from broadsheet.mail.kinds import KINDS, Value

MOMENT = datetime(2031, 3, 9, 14, 5, tzinfo=UTC)
DAY = date(2031, 4, 23)
HOSTILE = (
    "</mj-text><mj-raw><script>alert(1)</script>\"'\r\nBcc: x@evil.example\x00\u202e{{ site_url }}"
    "{% now 'Y' %}%(plan)s &amp;"
)


def context(name: str) -> dict[str, Any]:
    """Plain values, each of which can be told from every other."""
    return {key: _plain(key, value) for key, value in KINDS[name].values.items()}


def hostile_context(name: str) -> dict[str, Any]:
    """The same with everything that somebody may have typed."""
    return {key: _hostile(key, value) for key, value in KINDS[name].values.items()}


def empty_context(name: str) -> dict[str, Any]:
    """The same with everything empty that may be."""
    return context(name) | dict.fromkeys(KINDS[name].optional, None)


def links(values: dict[str, Any]) -> list[str]:
    return [value for key, value in values.items() if key.endswith("_url")]


def _plain(key: str, value: Value) -> Any:
    match value:
        case Value.TEXT:
            return f"the {key.replace('_', ' ')} & more"
        case Value.MESSAGE:
            return f"first of {key}\n\nlast of {key}"
        case Value.DAY:
            return DAY
        case Value.MOMENT:
            return MOMENT
        case Value.URL:
            return f"https://paper.example/{key}/?a=1&b=2"
        case Value.LINES:
            return [{"text": "Premium, April", "amount": "10.00 €"}]


def _hostile(key: str, value: Value) -> Any:
    match value:
        case Value.TEXT | Value.MESSAGE:
            return HOSTILE
        case Value.URL:
            return f"https://paper.example/{key}/?a=\"'<script>alert(1)</script>{{{{site_url}}}}"
        case Value.LINES:
            return [{"text": HOSTILE, "amount": HOSTILE}]
    return _plain(key, value)
