"""An export's files: the data, and a page to read it with."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from broadsheet.readers.export import Chapter, chapters
from broadsheet.readers.models import Reader

FOLDER = "my-data"


def write(target: Path, reader: Reader, language: str, now: datetime) -> int:
    """Write the ZIP of all that is known of the reader, its words in `language`; its size in bytes.

    Raises OSError, and what a chapter raises; then a part of the file may be there.
    """
    with translation.override(language):
        known = [(chapter, chapter.collect(reader)) for chapter in chapters()]
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in _files(known, now):
                archive.writestr(f"{FOLDER}/{name}", text)
    return target.stat().st_size


def _files(known: list[tuple[Chapter, Any]], now: datetime) -> list[tuple[str, str]]:
    data = {"made_at": now} | {chapter.name: found for chapter, found in known}
    parts = [(f"{chapter.name}.json", _json(found)) for chapter, found in known]
    return [("index.html", page(known, now)), ("data.json", _json(data)), *parts]


def page(known: list[tuple[Chapter, Any]], now: datetime) -> str:
    """The page: one table for each chapter, everything in it escaped."""
    parts = [
        {"name": chapter.name, "title": chapter.title, **_table(found, chapter.words)}
        for chapter, found in known
    ]
    language = translation.get_language()
    context = {"parts": parts, "made_at": _cell(now, {}), "language": language}
    return render_to_string("readers/export.html", context)


def _json(data: Any) -> str:
    text = io.StringIO()
    json.dump(data, text, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    return text.getvalue()


def _table(found: Any, words: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(found, Mapping):
        return {"heads": [], "rows": [(_word(k, words), _cell(v, words)) for k, v in found.items()]}
    keys = list(dict.fromkeys(key for row in found for key in row))
    rows = [[_cell(row.get(key), words) for key in keys] for row in found]
    return {"heads": [_word(key, words) for key in keys], "rows": rows}


def _word(key: str, words: Mapping[str, Any]) -> str:
    return str(words.get(key, key.replace("_", " ")))


def _cell(value: Any, words: Mapping[str, Any]) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            local = timezone.localtime(value) if timezone.is_aware(value) else value
            return f"{date_format(local, 'DATETIME_FORMAT')} UTC"
        case date():
            return date_format(value, "DATE_FORMAT")
        case Mapping():
            return ", ".join(f"{_word(k, words)}: {_cell(v, words)}" for k, v in value.items())
        case list() | tuple() | set():
            return "; ".join(_cell(one, words) for one in value) or "–"
        case str() | Promise():
            return str(value)
    return str(value)
