"""Wagtail's search in the paper's own database, whichever that is, asked for words alone."""

from typing import Any

from django.db import connection
from django.utils.module_loading import import_string

from broadsheet.newsroom.word_index.asking import MOST_WORDS, tamed

__all__ = ["MOST_WORDS", "SearchBackend", "tamed"]

SearchBackend: type[Any] = import_string(f"{__name__}.{connection.vendor}.SearchBackend")
"""The backend of this paper's database: each has tables of its own, and only they are there."""
