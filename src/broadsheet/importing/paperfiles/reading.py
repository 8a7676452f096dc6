"""YAML files of a paper, read with suspicion: what is in them was written by anybody."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST_BYTES = 32_000_000
MOST_DEPTH = 60


class FileFault(ValueError):
    """A file is not what it should be; the text says how."""


def load(file: Path) -> Any:
    """What a file says. Raises FileFault."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise FileFault("it is too large")
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileFault(f"it cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise FileFault(f"it is not UTF-8 (byte {error.start})") from None
    try:
        _look_through(text)
        return yaml.load(text, LOADER)  # noqa: S506 (a safe one)
    except FileFault:
        raise
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        raise FileFault(f"it is not YAML as it is written here: {error}") from None


def _look_through(text: str) -> None:
    """Refuse what makes small files large, and what is nested without end."""
    depth = 0
    for event in yaml.parse(text, LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise FileFault("it refers to itself (*name); write it out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MOST_DEPTH:
            raise FileFault("it is nested too deeply")


def fingerprint(value: Any) -> str:
    """The same for the same values."""
    return hashlib.sha256(json.dumps(value, default=str, sort_keys=True).encode()).hexdigest()


class Lines:
    """Keys and values that are taken out one by one; what is left at the end was not known."""

    def __init__(self, values: Any, what: str = "the file") -> None:
        if not isinstance(values, Mapping):
            raise FileFault(f"{what} is not made of keys and values")
        self.left: dict[str, Any] = {str(name): value for name, value in values.items()}

    def text(self, name: str, default: str | None = "") -> str:
        """A text. Without a default it must be there."""
        value = self.left.pop(name, None)
        if value is None:
            if default is None:
                raise FileFault(f"{name} is missing")
            return default
        if isinstance(value, (list, dict)):
            raise FileFault(f"{name} is not a text")
        return str(value)

    def many(self, name: str) -> list[Any]:
        """A list; an empty one when there is none."""
        value = self.left.pop(name, None)
        if value is None:
            return []
        if not isinstance(value, list):
            raise FileFault(f"{name} is not a list")
        return value

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        found = self.many(name)
        if not all(isinstance(one, (str, int)) for one in found):
            raise FileFault(f"{name} is not a list of texts")
        return [str(one) for one in found]

    def lines(self, name: str) -> "Lines | None":
        """Keys and values of their own."""
        value = self.left.pop(name, None)
        return None if value is None else Lines(value, name)

    def end(self) -> None:
        """Refuse what nobody has asked for."""
        if self.left:
            raise FileFault(f"there is no key {', '.join(sorted(map(repr, self.left)))}")
