"""The page that readers get while the database is away. It needs none itself."""

from functools import cache

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.template.loader import render_to_string
from django.utils import translation

from broadsheet.gate import language
from broadsheet.gate.request import LANGUAGE, Request

AGAIN = 30
"""Seconds after which to try again."""
OF_THE_FILE = ("locked", "unable to open", "disk i/o error", "disk is full", "readonly database")
"""What SQLite says when its file is away, or the disk under it full; whatever else it says is our
own fault."""


@cache
def page(code: str) -> bytes:
    """The page in one language of the interface."""
    with translation.override(code):
        return render_to_string("503.html").encode()


def language_of(request: Request) -> str:
    """The language that whoever asks wants it in."""
    codes = tuple(code for code, _ in settings.INTERFACE_LANGUAGES)
    chosen = request.cookies.get(LANGUAGE, "")
    return language.choose(chosen, request.languages, settings.LANGUAGE_CODE, codes)


def is_away(error: BaseException | None) -> bool:
    """Whether this says that the database cannot be reached, or not now."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return any(words in str(error).lower() for words in OF_THE_FILE)
    return True
