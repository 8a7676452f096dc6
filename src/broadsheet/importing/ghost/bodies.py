"""What Ghost keeps a story in: Lexical (since 5.x), Mobiledoc (before), and the HTML of both."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from broadsheet.importing.ghost.cards import card, said

BOLD, ITALIC = 1, 2
BLOCKS = {"paragraph": "p", "quote": "blockquote", "listitem": "li", "aside": "blockquote"}
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
MOST_NODES = 200_000


class NotWritten(ValueError):
    """A story's text is not in the form it claims."""


def lexical(text: str) -> str:
    """A Lexical document as HTML. Raises NotWritten."""
    root = _loaded(text).get("root")
    if not isinstance(root, Mapping):
        raise NotWritten
    return "".join(_walked(root))


def mobiledoc(text: str) -> str:
    """A Mobiledoc as HTML. Raises NotWritten."""
    document = _loaded(text)
    sections = document.get("sections")
    if not isinstance(sections, list):
        raise NotWritten
    try:
        return "".join(_Mobiledoc(document).section(section) for section in sections)
    except (TypeError, ValueError, LookupError, AttributeError):
        raise NotWritten from None


def _loaded(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise NotWritten from None
    if not isinstance(document, Mapping):
        raise NotWritten
    return document


def _walked(root: Mapping[str, Any]) -> Iterator[str]:
    # A stack of nodes and of the ends of those that are open: a hostile document may be deep.
    stack: list[Any] = [root]
    for _number in range(MOST_NODES):
        if not stack:
            return
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, Mapping):
            start, end, inside = _node(node)
            yield start
            stack.append(end)
            stack += reversed(inside)


def _node(node: Mapping[str, Any]) -> tuple[str, str, list[Any]]:
    children = node.get("children")
    inside = children if isinstance(children, list) else []
    kind = said(node, "type").removeprefix("extended-")
    if kind == "text":
        return (
            _marked(str(node.get("text") or ""), node.get("format")),
            "",
            [],
        )
    if kind in ("linebreak", "tab"):
        return ("<br>" if kind == "linebreak" else " "), "", []
    if kind in ("link", "autolink"):
        return f'<a href="{escape(said(node, "url"))}">', "</a>", inside
    if kind == "heading":
        tag = said(node, "tag") if node.get("tag") in HEADINGS else "h2"
        return f"<{tag}>", f"</{tag}>", inside
    if kind == "list":
        tag = "ol" if node.get("listType") == "number" else "ul"
        return f"<{tag}>", f"</{tag}>", inside
    if kind in BLOCKS:
        return f"<{BLOCKS[kind]}>", f"</{BLOCKS[kind]}>", inside
    if kind in ("root", "") or inside:
        return "", "", inside
    return card(kind, node), "", []


def _marked(text: str, format_bits: Any) -> str:
    bits = format_bits if isinstance(format_bits, int) else 0
    html = escape(text)
    html = f"<i>{html}</i>" if bits & ITALIC else html
    return f"<b>{html}</b>" if bits & BOLD else html


class _Mobiledoc:
    """Sections of numbers that lead into lists: markups, atoms and cards."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._markups = _list(document, "markups")
        self._atoms = _list(document, "atoms")
        self._cards = _list(document, "cards")

    def section(self, section: Any) -> str:
        match section:
            case [1, str(tag), list(markers), *_rest]:
                tag = tag if tag in HEADINGS | {"p", "blockquote", "aside"} else "p"
                tag = "blockquote" if tag == "aside" else tag
                return f"<{tag}>{self._markers(markers)}</{tag}>"
            case [2, str(source), *_rest]:
                return f'<img src="{escape(source)}" alt="">'
            case [3, str(tag), list(items), *_rest]:
                tag = "ol" if tag == "ol" else "ul"
                inside = "".join(f"<li>{self._markers(item)}</li>" for item in items)
                return f"<{tag}>{inside}</{tag}>"
            case [10, int(number), *_rest]:
                name, values = self._cards[number][:2]
                return card(str(name), values if isinstance(values, Mapping) else {})
        return ""

    def _markers(self, markers: list[Any]) -> str:
        opened: list[str] = []
        parts = []
        for kind, opens, closes, value in markers:
            for number in opens:
                start, tag = self._markup(self._markups[number])
                parts.append(start)
                opened.append(tag)
            parts.append(escape(str(value)) if kind == 0 else self._atom(value))
            for _ in range(min(int(closes), len(opened))):
                tag = opened.pop()
                parts.append(f"</{tag}>" if tag else "")
        return "".join(parts)

    def _atom(self, number: int) -> str:
        name, text = self._atoms[number][:2]
        return "<br>" if name == "soft-return" else escape(str(text or ""))

    def _markup(self, markup: list[Any]) -> tuple[str, str]:
        tag = str(markup[0]).lower()
        if tag == "a":
            values = markup[1] if len(markup) > 1 else []
            named = dict(zip(values[::2], values[1::2], strict=False))
            return f'<a href="{escape(str(named.get("href", "")))}">', "a"
        tag = {"strong": "b", "b": "b", "em": "i", "i": "i"}.get(tag, "")
        return (f"<{tag}>" if tag else ""), tag


def _list(document: Mapping[str, Any], name: str) -> list[Any]:
    found = document.get(name)
    return found if isinstance(found, list) else []
