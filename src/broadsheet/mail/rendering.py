"""Letters in words: MJML is compiled once for each kind, then Django fills it for each letter.

Values never pass through MJML, and are escaped as they are filled in; nothing in them is markup.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import Context, Engine, Template
from django.utils import translation
from mjml import mjml2html

from broadsheet.mail.kinds import Kind, Value
from broadsheet.settings.django import PAPER

TEMPLATES = Path(__file__).resolve().parent / "templates"
LONGEST_SUBJECT = 150
INCLUDE = re.compile(r'<mj-include path="([\w/.]+)" />')
BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make text read in another order than it is written."""

BUILTINS = ["django.templatetags.i18n"]
HTML = Engine(dirs=[str(TEMPLATES)], builtins=BUILTINS)
PLAIN = Engine(dirs=[str(TEMPLATES)], builtins=BUILTINS, autoescape=False)


@dataclass(frozen=True, slots=True)
class Words:
    """A letter as it is read."""

    subject: str
    text: str
    html: str


def spoken(language: str) -> str:
    """The language a letter is written in: the one asked for, or the paper's first."""
    offered = [code for code, _ in settings.INTERFACE_LANGUAGES]
    primary = language.lower().partition("-")[0]
    return primary if primary in offered else offered[0]


def render(name: str, kind: Kind, language: str, context: Mapping[str, Any]) -> Words:
    """Write a letter of a kind; its context has been checked."""
    values = {key: _plain(kind.values[key], value) for key, value in context.items()}
    values |= {
        "paper_name": settings.WAGTAIL_SITE_NAME,
        "site_url": PAPER.site_url,
        "contact": parseaddr(PAPER.mail_from)[1],
        "language": language,
    }
    with translation.override(language):
        subject = one_line(_fill(_plain_template(f"mail/{name}.subject.txt"), values))
        subject = subject[:LONGEST_SUBJECT]
        values["subject"] = subject
        text = _fill(_plain_template(f"mail/{name}.txt"), values)
        html = _fill(_compiled(name), values)
    return Words(subject, BLANK_LINES.sub("\n\n", text).strip() + "\n", html)


def one_line(text: str) -> str:
    """Text on one line, in the order it is written, without control characters."""
    return " ".join(_printable(text).split())


def _plain(value: Value, given: Any) -> Any:
    if given is None:
        return None
    if value is Value.TEXT:
        return one_line(given)
    if value is Value.MESSAGE:
        return "\n".join(one_line(line) for line in given.strip().splitlines())
    if value is Value.LINES:
        return [{part: one_line(text) for part, text in line.items()} for line in given]
    return given


def _printable(text: str) -> str:
    kept = (c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(c for c in kept if c not in TURNING)


def _fill(template: Template, values: Mapping[str, Any]) -> str:
    return template.render(Context(values, autoescape=template.engine.autoescape))


@cache
def _plain_template(path: str) -> Template:
    return PLAIN.get_template(path)


@cache
def _compiled(name: str) -> Template:
    return HTML.from_string(compiled(TEMPLATES / "mail" / f"{name}.mjml"))


def compiled(file: Path) -> str:
    """An MJML file as HTML, what it includes of the letters' parts in it; Django's tags are left
    as they are."""
    html: str = mjml2html(_source(file), fonts={})
    return html


def _source(file: Path) -> str:
    # The compiler lays out what it includes itself as if it stood in no column.
    return INCLUDE.sub(lambda found: _source(TEMPLATES / "mail" / found[1]), file.read_text())
