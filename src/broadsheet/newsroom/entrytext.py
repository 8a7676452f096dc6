"""An entry's text as it is typed in the field: plain words with a few signs, and no more.

An empty line ends a paragraph, `*word*` is italic, `**word**` bold, `[words](address)` a link,
and an address that stands alone is one too.
"""

import re
from html import unescape
from html.parser import HTMLParser

from django.utils.html import escape
from wagtail.rich_text import expand_db_html

from broadsheet.newsroom.storytext import clean

BLANK = re.compile(r"\n[ \t]*\n\s*")
ADDRESS = r"(?:https?://|mailto:|/(?!/))[^\s<>\"()]+"
BOLD_OR_ITALIC = (
    r"\*\*(?P<bold>[^\s*](?:[^*\n]{0,998}[^\s*])?)\*\*"
    r"|(?<![\w*])\*(?P<italic>[^\s*](?:[^*\n]{0,998}[^\s*])?)\*(?![\w*])"
)
EMPHASIS = re.compile(BOLD_OR_ITALIC)
MARKS = re.compile(
    rf"\[(?P<words>[^\[\]\n]{{1,300}})\]\((?P<to>{ADDRESS})\)"
    r"|(?P<bare>https?://[^\s<>\"()\[\]]*[^\s<>\"()\[\].,;:!?'*])"
    rf"|{BOLD_OR_ITALIC}"
)
SIGNS = {"b": "**", "strong": "**", "i": "*", "em": "*"}


def to_html(typed: str) -> str:
    """What was typed as paragraphs of HTML. Whatever else was typed stays words."""
    parts = BLANK.split(typed.replace("\r\n", "\n").replace("\r", "\n").strip())
    lines = (_marked(part.strip()).replace("\n", "<br/>") for part in parts if part.strip())
    return "".join(f"<p>{line}</p>" for line in lines)


def _marked(text: str, marks: re.Pattern[str] = MARKS) -> str:
    done, at = [], 0
    for found in marks.finditer(text):
        done += [escape(text[at : found.start()]), _one(found)]
        at = found.end()
    return "".join([*done, escape(text[at:])])


def _one(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "to":
            return f'<a href="{escape(found["to"])}">{_marked(found["words"], EMPHASIS)}</a>'
        case "bare":
            return f'<a href="{escape(found["bare"])}">{escape(found["bare"])}</a>'
        case "bold":
            return f"<b>{_marked(found['bold'])}</b>"
        case _:
            return f"<i>{_marked(found['italic'])}</i>"


class _Typed(HTMLParser):
    """Reads cleaned HTML and writes what one would have typed for it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.typed: list[str] = []
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A sign, a line, or the beginning of a link."""
        if tag == "br":
            self.typed.append("\n")
        elif tag == "a":
            self._links.append((unescape(dict(attrs).get("href") or ""), len(self.typed)))
        else:
            self.typed.append(SIGNS.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        """The sign again, the end of a paragraph, or of a link."""
        if tag == "p":
            self.typed.append("\n\n")
        elif tag == "a" and self._links:
            to, since = self._links.pop()
            words = "".join(self.typed[since:])
            self.typed[since:] = [words if words == to or not to else f"[{words}]({to})"]
        else:
            self.typed.append(SIGNS.get(tag, ""))

    def handle_data(self, data: str) -> None:
        """Words."""
        self.typed.append(data)


def to_typed(html: str) -> str:
    """What one would have typed for this HTML; what could not be typed is left out."""
    reader = _Typed()
    reader.feed(clean(expand_db_html(html)))
    reader.close()
    return "".join(reader.typed).strip()
