"""Stripe's form encoding: `a[b][0][c]=d` read into nested values, and asked for by name."""

import base64
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from broadsheet.stripe_stand_in import errors

type Doc = dict[str, Any]

PART = re.compile(r"\[([^\]]*)\]")


def read(encoded: str) -> Doc:
    """Nested values of a query string or a form body."""
    values: Doc = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        head, bracket, tail = name.partition("[")
        path = [head, *PART.findall(bracket + tail)]
        _place(values, path, value)
    return {name: _lists(value) for name, value in values.items()}


def _place(values: Doc, path: list[str], value: str) -> None:
    inner = values
    for part in path[:-1]:
        step = inner.setdefault(part or str(len(inner)), {})
        if not isinstance(step, dict):
            raise errors.invalid("Invalid encoding of parameters", path[0])
        inner = step
    inner[path[-1] or str(len(inner))] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [_lists(value[name]) for name in sorted(value, key=int)]
    return {name: _lists(inner) for name, inner in value.items()}


class Params:
    """Parameters of a request; each question refuses what Stripe would refuse."""

    def __init__(self, values: Doc, at: str = "") -> None:
        self.values = values
        self.at = at

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __bool__(self) -> bool:
        return bool(self.values)

    def name(self, name: str) -> str:
        """What Stripe calls this parameter in an error."""
        return f"{self.at}[{name}]" if self.at else name

    def only(self, known: Collection[str]) -> None:
        """Refuses parameters that the stand-in would ignore."""
        for name in self.values:
            if name not in known:
                raise errors.invalid(
                    f"Received unknown parameter: {self.name(name)}",
                    self.name(name),
                    "parameter_unknown",
                )

    def text(self, name: str) -> str | None:
        """A string; None if it is missing or empty."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            raise errors.invalid(f"Invalid string: {self.name(name)}", self.name(name))
        return value or None

    def required(self, name: str) -> str:
        """A string that must be there."""
        value = self.text(name)
        if value is None:
            raise errors.invalid(
                f"Missing required param: {self.name(name)}.", self.name(name), "parameter_missing"
            )
        return value

    def number(self, name: str) -> int | None:
        """A whole number."""
        value = self.text(name)
        if value is None:
            return None
        if not re.fullmatch(r"-?\d{1,18}", value):
            raise errors.invalid(
                f"Invalid integer: {value}", self.name(name), "parameter_invalid_integer"
            )
        return int(value)

    def flag(self, name: str) -> bool | None:
        """A boolean."""
        value = self.text(name)
        if value is None:
            return None
        if value not in {"true", "false"}:
            raise errors.invalid(f"Invalid boolean: {value}", self.name(name))
        return value == "true"

    def choice(self, name: str, choices: Collection[str], default: str | None = None) -> str | None:
        """One of some words."""
        value = self.text(name)
        if value is None:
            return default
        if value not in choices:
            raise errors.invalid(
                f"Invalid {self.name(name)}: must be one of {', '.join(choices)}", self.name(name)
            )
        return value

    def cleared(self, name: str) -> bool:
        """Whether an empty value was given, which unsets."""
        return self.values.get(name) == ""

    def inner(self, name: str) -> "Params":
        """Parameters below a name; empty if there are none."""
        value = self.values.get(name)
        if value in (None, ""):
            value = {}
        if not isinstance(value, dict):
            raise errors.invalid(f"Invalid object: {self.name(name)}", self.name(name))
        return Params(value, self.name(name))

    def each(self, name: str) -> "list[Params]":
        """Parameters of each element of a list; empty if there is none."""
        value = self.values.get(name)
        if value in (None, ""):
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise errors.invalid(f"Invalid array: {self.name(name)}", self.name(name))
        return [Params(one, f"{self.name(name)}[{at}]") for at, one in enumerate(value)]

    def texts(self, name: str) -> list[str]:
        """A list of strings."""
        value = self.values.get(name)
        if value in (None, ""):
            return []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise errors.invalid(f"Invalid array: {self.name(name)}", self.name(name))
        return list(value)

    def metadata(self, old: Doc | None = None, name: str = "metadata") -> Doc:
        """Metadata after this request: empty values take keys away, an empty whole takes all."""
        if self.cleared(name):
            return {}
        kept = dict(old or {})
        for key, value in self.inner(name).values.items():
            if value == "":
                kept.pop(key, None)
            else:
                kept[key] = value
        return kept


def bearer(authorization: str) -> str:
    """The key of an `Authorization` header, Bearer or Basic; empty if there is none."""
    kind, _, rest = authorization.partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(rest).decode().partition(":")[0]
        except ValueError:
            return ""
    return ""
