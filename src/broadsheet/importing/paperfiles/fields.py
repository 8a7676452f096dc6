"""Which fields of the newsroom's models are written as they are, and under which names.

A field that is added to a model is carried with no word here, as long as it holds a text, a number,
a date or plain data; a relation must be named in HANDLED, which a test sees to.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from broadsheet.newsroom.models import (
    Article,
    Author,
    Correction,
    Edition,
    LiveEntry,
    Paper,
    Picture,
    Section,
    Topic,
)

PAGE_FIELDS = ("title", "slug", "seo_title", "search_description", "go_live_at", "expire_at")
NAMES: dict[type[models.Model], dict[str, str]] = {
    Article: {
        "title": "headline",
        "published_at": "published",
        "updated_at": "updated",
        "go_live_at": "goes_live",
        "expire_at": "ends",
    },
    LiveEntry: {"is_key": "key"},
}
ORDER = {
    Article: ("slug", "title", "kicker", "standfirst", "genre", "access", "place"),
    Edition: ("slug", "title", "language"),
    Section: ("slug", "title", "introduction"),
    Topic: ("slug", "name", "description"),
    Author: ("slug", "name", "role", "biography"),
    Picture: ("title", "description", "photographer", "agency"),
}
HANDLED: dict[type[models.Model], frozenset[str]] = {
    Paper: frozenset(("page_ptr",)),
    Edition: frozenset(("page_ptr",)),
    Section: frozenset(("page_ptr",)),
    Article: frozenset(
        ("page_ptr", "body", "lead_picture", "lead_alt", "lead_caption", "topics", "also_in")
    ),
    Topic: frozenset(("id", "edition", "picture", "picture_alt")),
    Author: frozenset(("id", "portrait")),
    Correction: frozenset(("id", "article", "sort_order")),
    LiveEntry: frozenset(("id", "article", "author", "picture", "picture_alt", "text")),
    Picture: frozenset(
        (
            *("id", "file", "collection", "created_at", "uploaded_by_user", "width", "height"),
            *("file_size", "file_hash", "tags"),
        )
    ),
}
"""What is not written as it is: made from something else, or written in its own way."""
SIMPLE = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.DateTimeField,
    models.DateField,
    models.JSONField,
)


def simple_fields(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    """Fields written as they are, by the names they have in files."""
    names = NAMES.get(model, {})
    own = [f for f in model._meta.local_fields if f.name not in HANDLED[model]]
    fields: list[Any] = [f for f in own if isinstance(f, SIMPLE)]
    if "page_ptr" in HANDLED[model]:
        fields = [model._meta.get_field(name) for name in PAGE_FIELDS] + fields
    order = ORDER.get(model, ())
    fields.sort(key=lambda f: order.index(f.name) if f.name in order else len(order))
    return {names.get(f.name, f.name): f for f in fields}


def written(instance: models.Model) -> dict[str, Any]:
    """The instance's own values, without those every new one has."""
    values = {}
    for name, field in simple_fields(type(instance)).items():
        value = getattr(instance, field.attname)
        if value in (None, "") or (value == _default(field) and name not in ("title", "access")):
            continue
        values[name] = value
    return values


def fill(instance: models.Model, given: dict[str, Any]) -> None:
    """Set what is given, and all else to what every new one has. Takes what it knows from `given`.

    Raises ValueError for a value that cannot be one.
    """
    for name, field in simple_fields(type(instance)).items():
        value = given.pop(name, None)
        if value is None:
            setattr(instance, field.attname, _default(field))
            continue
        try:
            setattr(instance, field.attname, _value(field, value))
        except (ValidationError, TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"{name}: {_said(error)}") from None


def _value(field: models.Field[Any, Any], value: Any) -> Any:
    if isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.DateTimeField):
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value
        raise ValueError("a moment has a date, a time and a zone: 2024-05-17T10:00:00+00:00")
    if isinstance(value, (list, dict)):
        raise ValueError("a text or a number is wanted")
    return field.to_python(value)


def _default(field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.DateTimeField):
        return field.get_default() if not field.null else None
    return field.get_default()


def _said(error: Exception) -> str:
    return " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
