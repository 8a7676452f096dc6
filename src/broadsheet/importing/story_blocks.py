"""HTML of other papers becomes blocks of a story. Nothing in it runs, and no word of it is lost.

The HTML is first set right and cleaned by nh3, which reads it as browsers do, and then walked
through once, without recursion.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Any

import nh3
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from broadsheet.importing import players
from broadsheet.importing.decoding import printable
from broadsheet.importing.pieces import Loss, PictureAt
from broadsheet.newsroom.extrablocks import MOST_CELL, MOST_COLUMNS, MOST_LINES

INLINE = {"b": "b", "strong": "b", "i": "i", "em": "i", "a": "a", "q": "i"}
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
FRAMES = frozenset(("iframe", "video", "audio", "embed", "object"))
BREAKING = HEADINGS | {
    *("p", "div", "section", "article", "aside", "main", "header", "footer", "address", "center"),
    *("details", "summary", "form", "fieldset", "dl", "dt", "dd", "hr", "pre", "figure", "table"),
    *("ul", "ol", "li", "blockquote", "figcaption", "caption", "tr", "thead", "tbody", "tfoot"),
}
"""Where one paragraph ends and another begins."""
TAGS = (
    BREAKING
    | set(INLINE)
    | FRAMES
    | {"br", "img", "td", "th", "cite", "source", "code", "button", "input"}
)
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "title", "data-src", "data-lazy-src", "data-orig-file"},
    "iframe": {"src", "title", "data-src"},
    "video": {"src"},
    "audio": {"src"},
    "source": {"src"},
    "embed": {"src"},
    "object": {"data"},
    "figure": {"class"},
    "blockquote": {"class", "cite"},
    "aside": {"class"},
    "div": {"class"},
    "td": {"colspan"},
}
DROPPED = {"script", "style", "noscript"}
MARKS = frozenset(("more", "members-only", "kg-card-begin: paywall"))
LOST = "lost:"
"""How converters before this one leave word of what they dropped: <!--lost:what|why-->."""
WP_BLOCK = re.compile(r"^\s*wp:([\w/-]+)\s*(\{.*\})?\s*/\s*$", re.DOTALL)
BARE_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,2000}")
SCRIPT = re.compile(r"<\s*(script|style)\b", re.IGNORECASE)
OPENED = re.compile(r"<(?!br\b|img\b|hr\b|input\b|source\b|embed\b)[a-z]", re.IGNORECASE)
SPACES = re.compile(r"[ \t\r\n\f\v]+")
LINES = re.compile(r"\n\s*\n+")
MOST_DEPTH = 3000
MOST_HEADING = 120
MOST_CAPTION = 400
MOST_ALT = 250
MOST_SPEAKER = 120
MOST_ROLE = 160
LONG_QUOTATION = 600
PICTURE = "picture"
"""A picture's block holds a PictureAt here; whoever stores the story finds the picture."""


@dataclass(slots=True)
class Converted:
    """Blocks in order, as (type, value), and what could not be kept as it was."""

    blocks: list[tuple[str, Any]] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def pictures(self) -> list[PictureAt]:
        """The pictures between its paragraphs."""
        return [value for kind, value in self.blocks if kind == PICTURE]


def convert(html: str) -> Converted:
    """The blocks of a story written in HTML. Raises nothing, whatever the HTML."""
    html = printable(html)
    losses = []
    scripts = len(SCRIPT.findall(html))
    if scripts:
        losses.append(
            Loss(_("Scripts or styles: %(n)d") % {"n": scripts}, _("Stories do not run programs."))
        )
    if len(OPENED.findall(html)) - html.count("</") > MOST_DEPTH:
        losses.append(Loss(_("The markup"), _("It is nested too deeply; only the text was kept.")))
        html = "".join(f"<p>{escape(part)}</p>" for part in LINES.split(strip_tags(html)))
    setter = _Setter(losses)
    setter.feed(_clean(html))
    setter.close()
    return setter.finished()


def lost(what: str, why: str) -> str:
    """A remark in HTML that `convert` makes a loss of; both texts are for who reads the list."""
    text = f"{what}|{why}".replace("--", "–").replace(">", "›")
    return f"<!--{LOST}{text}-->"


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags=DROPPED,
        strip_comments=False,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


@dataclass(slots=True)
class _Figure:
    pictures: list[PictureAt] = field(default_factory=list)
    caption: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Quote:
    pulled: bool
    lines: list[str] = field(default_factory=list)
    speaker: list[str] = field(default_factory=list)


class _Setter(HTMLParser):
    """Walks through clean HTML. What is open is kept in stacks; what is written, in a buffer."""

    def __init__(self, losses: list[Loss]) -> None:
        super().__init__(convert_charrefs=True)
        self._done = Converted(losses=losses)
        self._line: list[str] = []
        self._inline: list[tuple[str, str]] = []
        self._lists: list[list[int]] = []
        self._mark = ""
        self._heading = 0
        self._pre = 0
        self._captions = 0
        self._cites = 0
        self._figures: list[_Figure] = []
        self._quotes: list[_Quote] = []
        self._rows: list[list[str]] = []
        self._tables = 0
        self._table_caption: list[str] = []
        self._heads = self._named = False
        self._said: set[str] = set()

    # What the parser finds

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        given = {name: value or "" for name, value in attrs}
        if tag in INLINE:
            self._open(INLINE[tag], given)
        elif tag == "br":
            self._break()
        elif tag == "img":
            self._picture(given)
        elif tag in FRAMES or tag == "source":
            self._frame(tag, given)
        elif tag in ("td", "th"):
            self._cell(tag)
        elif tag == "cite" and self._quotes:
            self._flush()
            self._cites += 1
        elif tag in ("button", "input"):
            self._once(_("Buttons and fields"), _("Stories have no forms."))
        elif tag in BREAKING:
            self._flush()
            self._enter(tag, given)

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""
        if tag in INLINE:
            self._shut(INLINE[tag])
        elif tag in ("td", "th"):
            self._flush()
        elif tag == "cite":
            self._flush()
            self._cites = max(0, self._cites - 1)
        elif tag in BREAKING:
            self._flush()
            self._leave(tag)

    def handle_data(self, data: str) -> None:
        """Text."""
        if self._pre:
            parts = data.split("\n")
            for place, part in enumerate(parts):
                if place:
                    self._line.append("<br/>")
                self._line.append(escape(part))
            return
        self._line.append(escape(SPACES.sub(" ", data)))

    def handle_comment(self, data: str) -> None:
        """A remark: the end of the preview, a block of WordPress's, or word of a loss."""
        said = data.strip()
        if said in MARKS or said.startswith("more "):
            self._flush()
            self._preview_ends()
        elif said.startswith(LOST):
            what, _bar, why = said.removeprefix(LOST).partition("|")
            self._done.losses.append(Loss(what, why))
        elif found := WP_BLOCK.match(data):
            self._wp_block(found[1])

    def finished(self) -> Converted:
        """All of it, when everything was fed."""
        self._flush()
        while self._quotes:
            self._end_quote()
        while self._figures:
            self._end_figure()
        if self._rows:
            self._end_table()
        return self._done

    # Blocks that hold others

    def _enter(self, tag: str, given: dict[str, str]) -> None:
        if tag in HEADINGS:
            self._heading += 1
        elif tag == "pre":
            self._pre += 1
        elif tag in ("ul", "ol"):
            self._lists.append([0, tag == "ol"])
        elif tag == "li":
            self._item()
        elif tag in ("table", "tr", "caption", "figcaption"):
            self._enter_table(tag)
        elif tag == "figure":
            self._figures.append(_Figure())
        elif tag == "blockquote":
            kinds = given.get("class", "")
            self._quotes.append(_Quote("pull" in kinds or "kg-blockquote-alt" in kinds))
        elif tag == "hr":
            self._once(_("Lines between parts"), _("Stories are parted by subheadings."))

    def _enter_table(self, tag: str) -> None:
        if tag == "table":
            self._tables += 1
        elif tag != "tr":
            self._captions += 1
        elif self._tables:
            self._rows.append([])
            self._heads = True

    def _leave(self, tag: str) -> None:
        if tag in HEADINGS:
            self._heading = max(0, self._heading - 1)
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
            self._once(_("Text set as code"), _("It became a paragraph."))
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self._mark = ""
        elif tag == "figure" and self._figures:
            self._end_figure()
        elif tag in ("figcaption", "caption"):
            self._captions = max(0, self._captions - 1)
        elif tag == "blockquote" and self._quotes:
            self._end_quote()
        elif tag == "table":
            self._tables = max(0, self._tables - 1)
            if not self._tables:
                self._end_table()

    def _cell(self, tag: str) -> None:
        self._flush()
        if not self._rows:
            return
        self._rows[-1].append("")
        # The first row names the columns when all its cells are heads.
        if len(self._rows) == 1:
            self._heads &= tag == "th"
            self._named = self._heads

    def _item(self) -> None:
        self._once(_("Lists"), _("Each point became a paragraph."))
        self._mark = "• "
        if self._lists:
            self._lists[-1][0] += 1
            if self._lists[-1][1]:
                self._mark = f"{self._lists[-1][0]}. "

    def _end_figure(self) -> None:
        figure = self._figures.pop()
        caption = " ".join(figure.caption).strip()
        if self._figures and figure.pictures:
            outer = self._figures[-1]
            outer.pictures += [_with_caption(one, caption) for one in figure.pictures]
            return
        for place, one in enumerate(figure.pictures):
            # Below several pictures one caption stands with the last.
            last = place == len(figure.pictures) - 1
            self._put(PICTURE, self._fitting(_with_caption(one, caption if last else "")))
        if caption and not figure.pictures:
            self._below(caption)

    def _below(self, caption: str) -> None:
        """Words below a table are its caption; below anything else, a paragraph."""
        last = self._done.blocks[-1] if self._done.blocks else None
        if last is not None and last[0] == "table" and not last[1]["table"]["table_caption"]:
            last[1]["table"]["table_caption"] = caption
        else:
            self._paragraph(escape(caption))

    def _fitting(self, picture: PictureAt) -> PictureAt:
        if len(picture.caption) > MOST_CAPTION:
            self._say(_("A long caption"), _("Its end became a paragraph."))
        return picture

    def _end_quote(self) -> None:
        quote = self._quotes.pop()
        if self._quotes:
            self._quotes[-1].lines += [*quote.lines, *quote.speaker]
            return
        speaker = _plain(" ".join(quote.speaker))
        words = "\n".join(filter(None, map(_plain, quote.lines)))
        if not words:
            if speaker:
                self._paragraph(escape(speaker))
        elif speaker and len(speaker) <= MOST_SPEAKER + MOST_ROLE and not quote.pulled:
            self._quotation(words, speaker)
        elif quote.pulled or len(words) <= LONG_QUOTATION:
            self._put("pull_quote", words)
            if speaker:
                self._paragraph(escape(f"— {speaker}"))
        else:
            self._say(_("A long quotation"), _("Without a speaker’s name it became paragraphs."))
            for line in [*quote.lines, *quote.speaker]:
                self._paragraph(line)

    def _quotation(self, words: str, speaker: str) -> None:
        name, role = speaker.lstrip("—–- "), ""
        if len(name) > MOST_SPEAKER or "," in name:
            name, _comma, role = name.partition(",")
        if len(name) > MOST_SPEAKER or len(role.strip()) > MOST_ROLE:
            self._put("pull_quote", words)
            self._paragraph(escape(f"— {speaker}"))
            return
        value = {"text": words, "speaker": name.strip(), "speaker_role": role.strip(), "agency": ""}
        self._put("quotation", value)

    def _end_table(self) -> None:
        rows = [row for row in self._rows if any(row)]
        caption = " ".join(self._table_caption)
        named = self._named
        self._rows, self._table_caption, self._named = [], [], False
        if not rows:
            if caption:
                self._paragraph(escape(caption))
            return
        cells = [[_plain(cell) for cell in row] for row in rows]
        columns = max(map(len, cells))
        longest = max(len(cell) for row in cells for cell in row)
        if len(cells) > MOST_LINES or columns > MOST_COLUMNS or longest > MOST_CELL:
            self._say(_("A table"), _("It is too large; each row became a paragraph."))
            for row in rows:
                self._paragraph(" | ".join(row))
            return
        if any("<" in cell for row in rows for cell in row):
            self._once(_("Links and emphasis in tables"), _("Tables hold plain words."))
        self._once(_("The source of a table"), _("The file does not say it; say it yourself."))
        even = [row + [""] * (columns - len(row)) for row in cells]
        table = {
            "data": even,
            "cell": [],
            "first_row_is_table_header": named,
            "first_col_is_header": not named,
            "table_caption": caption,
            "table_header_choice": "row" if named else "column",
        }
        self._put("table", {"table": table, "source": ""})

    # One line of text

    def _open(self, tag: str, given: dict[str, str]) -> None:
        if tag == "a":
            href = given.get("href", "")
            if not href or any(open_tag == "a" for open_tag, _start in self._inline):
                self._inline.append(("", ""))
                return
            start = f'<a href="{escape(href)}">'
        else:
            start = f"<{tag}>"
        self._inline.append((tag, start))
        self._line.append(start)

    def _shut(self, tag: str) -> None:
        if not self._inline:
            return
        opened, _start = self._inline.pop()  # nh3 has closed everything in order
        if opened:
            self._line.append(f"</{opened}>")

    def _break(self) -> None:
        if self._line and self._line[-1] == "<br/>" and not self._pre:
            self._line.pop()
            self._flush()
        else:
            self._line.append("<br/>")

    def _flush(self) -> None:
        """The line is full: it goes where it belongs, and what is open is open in the next."""
        closing = "".join(f"</{tag}>" for tag, _start in reversed(self._inline) if tag)
        line = "".join(self._line) + closing
        self._line = [start for tag, start in self._inline if tag]
        text = _plain(line)
        if not text:
            return
        line = _trimmed(line)
        if self._captions and self._tables:
            self._table_caption.append(text)
        elif self._captions and self._figures:
            self._figures[-1].caption.append(text)
        elif self._rows and self._rows[-1]:
            self._rows[-1][-1] = " ".join(filter(None, (self._rows[-1][-1], line)))
        elif self._quotes:
            quote = self._quotes[-1]
            (quote.speaker if self._cites or self._captions else quote.lines).append(line)
        elif self._heading:
            self._set_heading(text)
        else:
            self._paragraph(self._mark + line)
            self._mark = ""

    def _set_heading(self, text: str) -> None:
        if len(text) <= MOST_HEADING:
            self._put("subheading", text)
        else:
            self._say(_("A long subheading"), _("It became a paragraph."))
            self._paragraph(f"<b>{escape(text)}</b>")

    def _paragraph(self, line: str) -> None:
        address = BARE_ADDRESS.fullmatch(_plain(line))
        if address and "<a " not in line:
            self._leads_to(address[0])
            return
        self._put("paragraph", f"<p>{line}</p>")

    # Pictures, frames and marks

    def _picture(self, given: dict[str, str]) -> None:
        names = ("data-orig-file", "data-lazy-src", "data-src", "src")
        address = next((given[name] for name in names if given.get(name)), "")
        alt = (given.get("alt") or given.get("title") or "").strip()
        if not address:
            self._say(_("A picture %(words)s") % {"words": f"“{alt}”"}, _("It has no address."))
            return
        picture = PictureAt(address, alt)
        if self._figures:
            self._figures[-1].pictures.append(picture)
        elif self._rows or self._quotes or self._heading:
            self._put(PICTURE, picture)
        else:
            self._flush()
            self._put(PICTURE, picture)

    def _frame(self, tag: str, given: dict[str, str]) -> None:
        address = given.get("src") or given.get("data-src") or given.get("data") or ""
        if not address:
            return
        self._flush()
        full = "https:" + address if address.startswith("//") else address
        self._leads_to(full, given.get("title", ""))

    def _leads_to(self, address: str, title: str = "") -> None:
        shown_here = players.embed(address, title)
        if shown_here is not None:
            self._put("embed", shown_here)
            return
        self._say(
            _("Something shown inside the story: %(address)s") % {"address": address},
            _("Stories show nothing of other sites; a link stands in its place."),
        )
        shown = escape(address)
        if address.startswith(("http://", "https://")):
            shown = f'<a href="{shown}">{shown}</a>'
        self._put("paragraph", f"<p>{shown}</p>")

    def _wp_block(self, name: str) -> None:
        if name not in ("more", "nextpage", "separator", "spacer"):
            self._say(
                _("A block that WordPress fills itself: %(name)s") % {"name": name},
                _("There is nothing of it in the file."),
            )

    def _preview_ends(self) -> None:
        if all(kind != "preview_end" for kind, _value in self._done.blocks):
            self._put("preview_end", None)

    def _put(self, kind: str, value: Any) -> None:
        self._done.blocks.append((kind, value))

    def _say(self, what: str, why: str) -> None:
        self._done.losses.append(Loss(what, why))

    def _once(self, what: str, why: str) -> None:
        if what not in self._said:
            self._said.add(what)
            self._say(what, why)


def _with_caption(picture: PictureAt, caption: str) -> PictureAt:
    both = " ".join(filter(None, (picture.caption, caption)))
    return PictureAt(picture.address, picture.alt, both)


def _plain(line: str) -> str:
    """The words of a line of the setter's own HTML."""
    return " ".join(_unescaped(line.replace("<br/>", "\n")).split())


def _unescaped(line: str) -> str:
    reader = _Words()
    reader.feed(line)
    reader.close()
    return "".join(reader.words)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _trimmed(line: str) -> str:
    line = line.strip()
    while line.startswith("<br/>"):
        line = line.removeprefix("<br/>").lstrip()
    while line.endswith("<br/>"):
        line = line.removesuffix("<br/>").rstrip()
    return line


def plain(parts: Iterable[str]) -> str:
    """The words of HTML as one line, for titles and excerpts."""
    html = " ".join(parts)
    return " ".join(_unescaped(nh3.clean(html, tags=set(), clean_content_tags=DROPPED)).split())
