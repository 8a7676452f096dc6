"""Checks answers against Stripe's published shapes."""

import json
from pathlib import Path
from typing import Any

NEWER = {
    "product": {"type"},
    "customer": {"deleted"},
}
"""Properties that the SDK's version has and the published file, two months older, has not."""
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


class Shapes:
    """The published shapes. `seen` collects the kinds of objects that were checked."""

    def __init__(self, path: Path) -> None:
        self.all = json.loads(path.read_text())["components"]["schemas"]
        self.seen: set[str] = set()

    def problems(self, answer: dict[str, Any]) -> list[str]:
        """What is wrong with an answer of the API."""
        if "error" in answer:
            self.seen.add(f"error {answer['error']['type']}")
            return self._check(answer, self.all["error"], "error")
        if answer["object"] == "list":
            found = []
            for name in ("data", "has_more", "url"):
                found += [] if name in answer else [f"list: {name} is missing"]
            for one in answer["data"]:
                found += self.problems(one)
            return found
        kind = answer["object"]
        if answer.get("deleted"):
            kind = f"deleted_{kind}"
        self.seen.add(kind)
        return self._check(answer, self.all[kind], kind)

    def _check(self, value: Any, schema: dict[str, Any], at: str) -> list[str]:
        if "$ref" in schema:
            return self._check(value, self.all[schema["$ref"].rpartition("/")[2]], at)
        if value is None:
            return [] if schema.get("nullable") else [f"{at}: may not be null"]
        if "anyOf" in schema:
            return self._any(value, schema["anyOf"], at)
        if "enum" in schema and value not in schema["enum"]:
            return [f"{at}: {value!r} is not one of {schema['enum']}"]
        kind = schema.get("type")
        if kind == "number":
            return [] if isinstance(value, int | float) else [f"{at}: not a number"]
        if kind and (type(value) is not TYPES[kind]):
            return [f"{at}: {value!r} is not of type {kind}"]
        if kind == "array":
            each = [self._check(one, schema["items"], f"{at}[]") for one in value]
            return [problem for found in each for problem in found]
        return self._object(value, schema, at) if kind == "object" else []

    def _any(self, value: Any, schemas: list[dict[str, Any]], at: str) -> list[str]:
        tried = [self._check(value, one, at) for one in schemas]
        return min(tried, key=len) if [] not in tried else []

    def _object(self, value: dict[str, Any], schema: dict[str, Any], at: str) -> list[str]:
        known = schema.get("properties", {})
        found = [
            f"{at}: {one} is missing" for one in schema.get("required", []) if one not in value
        ]
        for name, inner in value.items():
            if name in known:
                found += self._check(inner, known[name], f"{at}.{name}")
            elif known and name not in NEWER.get(str(value.get("object")), set()):
                found.append(f"{at}: {name} is unknown")
        return found
