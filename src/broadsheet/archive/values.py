"""Values as they stand in an archive: the same, whichever database they came from.

A value is whatever JSON holds, and has one way of being written. So rows of two databases can be
compared by their bytes.
"""

import base64
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignKey

type Value = str | int | float | bool | None


class Kind(NamedTuple):
    """What a column holds: how it is read from a database, and made into one's parameter."""

    read: Callable[[Any], Value]
    write: Callable[[Any, BaseDatabaseWrapper], Any]


def _as_it_is(value: Any, _to: BaseDatabaseWrapper) -> Any:
    return value


def _moment(value: Any) -> str:
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if found.tzinfo is not None:
        found = found.astimezone(UTC).replace(tzinfo=None)
    return found.isoformat(timespec="microseconds")


def _to_moment(value: str, to: BaseDatabaseWrapper) -> Any:
    return to.ops.adapt_datetimefield_value(datetime.fromisoformat(value).replace(tzinfo=UTC))


def _day(value: Any) -> str:
    return value if isinstance(value, str) else str(value.isoformat())


def _hour(value: Any) -> str:
    found = value if isinstance(value, time) else time.fromisoformat(value)
    return found.isoformat(timespec="microseconds")


def _span(value: Any) -> int:
    return value if isinstance(value, int) else value // timedelta(microseconds=1)


def _to_span(value: int, to: BaseDatabaseWrapper) -> Any:
    return timedelta(microseconds=value) if to.features.has_native_duration_field else value


def _decimal(value: Any) -> str:
    return format(Decimal(str(value)).normalize(), "f")


def _json(value: Any) -> str:
    # PostgreSQL keeps a document's meaning, and neither its order nor its way to write numbers.
    said = json.loads(value, parse_float=_number) if isinstance(value, str | bytes) else value
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _number(text: str) -> float | int:
    whole = "e" in text.lower() and Decimal(text) == Decimal(text).to_integral_value()
    return int(Decimal(text)) if whole else float(text)


def _to_uuid(value: str, to: BaseDatabaseWrapper) -> str:
    return value if to.features.has_native_uuid_field else UUID(value).hex


def _bytes(value: Any) -> str:
    return base64.b64encode(bytes(value)).decode()


def _to_bytes(value: str, _to: BaseDatabaseWrapper) -> bytes:
    return base64.b64decode(value)


KINDS = {
    "whole": Kind(int, _as_it_is),
    "flag": Kind(bool, _as_it_is),
    "number": Kind(float, _as_it_is),
    "text": Kind(str, _as_it_is),
    "moment": Kind(_moment, _to_moment),
    "day": Kind(_day, lambda value, to: to.ops.adapt_datefield_value(date.fromisoformat(value))),
    "hour": Kind(_hour, lambda value, to: to.ops.adapt_timefield_value(time.fromisoformat(value))),
    "span": Kind(_span, _to_span),
    "decimal": Kind(_decimal, _as_it_is),
    "json": Kind(_json, _as_it_is),
    "uuid": Kind(lambda value: str(UUID(str(value))), _to_uuid),
    "bytes": Kind(_bytes, _to_bytes),
}
OF_FIELDS = {
    "BooleanField": "flag",
    "FloatField": "number",
    "DateTimeField": "moment",
    "DateField": "day",
    "TimeField": "hour",
    "DurationField": "span",
    "DecimalField": "decimal",
    "JSONField": "json",
    "UUIDField": "uuid",
    "BinaryField": "bytes",
    "CharField": "text",
    "TextField": "text",
    "SlugField": "text",
    "FileField": "text",
    "FilePathField": "text",
    "GenericIPAddressField": "text",
}
"""Django's fields by their own name. Those that hold whole numbers are known by it."""


def kind_of(field: "Field[Any, Any]") -> str:
    """The name of what a field's column holds. Raises TypeError for a field like no other here."""
    while isinstance(field, ForeignKey):
        field = field.target_field
    internal = field.get_internal_type()
    if internal.endswith(("IntegerField", "AutoField")):
        return "whole"
    if internal not in OF_FIELDS:
        raise TypeError(f"{field}: there is no way yet to carry a {internal}")
    return OF_FIELDS[internal]
