"""Blocks and rich text without keys of a database: pictures by name, stories by address.

Works along Wagtail's definitions of blocks, so that a new kind of block is carried as it is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from html import escape, unescape
from typing import Any

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.images.blocks import ImageChooserBlock

SCHEME = "page:"
"""In an address of a link: a page of the paper, by its place in it, as in page:us/world/slug."""
INNER_LINK = re.compile(r"<a\b[^>]*\blinktype=\"page\"[^>]*>")
LINK_ID = re.compile(r"\bid=\"(\d+)\"")
PORTABLE_LINK = re.compile(rf"<a href=\"{SCHEME}([^\"]*)\">")
ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p\b).)*)</p>", re.DOTALL)
PARAGRAPHS = re.compile(r"(?:<p>(?:(?!</?p\b).)*</p>\s*)+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Names:
    """How keys are named when a paper is written, and found when it is read. Each gives None
    for what it does not know."""

    picture: Callable[[Any], Any]
    page: Callable[[Any], Any]


def written(block: blocks.Block, raw: Any, names: Names) -> Any:
    """A block's raw value as it is written."""
    match block:
        case ImageChooserBlock():
            return names.picture(raw) if raw else None
        case blocks.PageChooserBlock():
            return names.page(raw) if raw else None
        case blocks.StaticBlock():
            return True
        case blocks.StructBlock():
            return _written_struct(block, raw, names)
        case blocks.ListBlock():
            items = [_item(one) for one in raw or []]
            return [written(block.child_block, one, names) for one in items]
        case blocks.StreamBlock():
            return written_stream(block, raw or [], names)
        case blocks.RichTextBlock():
            return written_text(raw or "", names)
        case blocks.DecimalBlock() | blocks.FloatBlock():
            return _number(raw)
    return raw


def written_stream(block: blocks.StreamBlock, raw: Any, names: Names) -> list[dict[str, Any]]:
    """Blocks in order, each with its kind; what is of no known kind is left out."""
    return [
        {one["type"]: written(block.child_blocks[one["type"]], one["value"], names)}
        for one in raw
        if one["type"] in block.child_blocks
    ]


def _written_struct(block: blocks.StructBlock, raw: Any, names: Names) -> dict[str, Any]:
    values = {
        name: written(child, raw[name], names)
        for name, child in block.child_blocks.items()
        if raw.get(name) not in (None, "")
    }
    if "image" in values:
        values = {"name": values.pop("image"), **values}
    return values


def read(block: blocks.Block, value: Any, names: Names) -> Any:
    """What is written as a block's raw value. Raises ValueError where it is none."""
    match block:
        case ImageChooserBlock():
            return _known(names.picture, value, "picture")
        case blocks.PageChooserBlock():
            return _known(names.page, value, "page")
        case blocks.StaticBlock():
            return None
        case blocks.StructBlock():
            return _read_struct(block, value, names)
        case blocks.ListBlock():
            items = value if isinstance(value, list) else _wrong("a list", value)
            return [{"type": "item", "value": read(block.child_block, one, names)} for one in items]
        case blocks.StreamBlock():
            return read_stream(block, value, names)
        case blocks.RichTextBlock():
            return read_text(value, names)
        case blocks.DecimalBlock():
            return None if value is None else str(_decimal(value))
        case TableBlock():
            return _table(value)
    return _checked(block, value)


def read_stream(block: blocks.StreamBlock, value: Any, names: Names) -> list[dict[str, Any]]:
    """The same for blocks in order."""
    found = []
    for place, one in enumerate(value if isinstance(value, list) else _wrong("a list", value)):
        if not isinstance(one, Mapping) or len(one) != 1:
            raise ValueError(f"block {place + 1}: a block is one key with its value")
        kind, inside = next(iter(one.items()))
        if kind not in block.child_blocks:
            raise ValueError(f"block {place + 1}: there are no blocks of the kind {kind!r}")
        try:
            found.append({"type": kind, "value": read(block.child_blocks[kind], inside, names)})
        except ValueError as error:
            raise ValueError(f"block {place + 1} ({kind}): {error}") from None
    return found


def _read_struct(block: blocks.StructBlock, value: Any, names: Names) -> dict[str, Any]:
    given = dict(value) if isinstance(value, Mapping) else _wrong("keys and values", value)
    if "image" in block.child_blocks and "name" not in block.child_blocks and "name" in given:
        given["image"] = given.pop("name")
    unknown = set(given) - set(block.child_blocks)
    if unknown:
        raise ValueError(f"there is no {', '.join(sorted(map(repr, unknown)))}")
    return {name: read(block.child_blocks[name], one, names) for name, one in given.items()}


def written_text(html: str, names: Names) -> str:
    """Rich text; one paragraph without its tags, and an empty line between several."""

    def named(found: re.Match[str]) -> str:
        key = LINK_ID.search(found[0])
        address = names.page(int(key[1])) if key else None
        return f'<a href="{SCHEME}{escape(address)}">' if address else "<a>"

    html = INNER_LINK.sub(named, html)
    if PARAGRAPHS.fullmatch(html) and "\n" not in html:
        parts = [found[1] for found in ONE_PARAGRAPH.finditer(html)]
        if all(part == part.strip() and part for part in parts):
            return "\n\n".join(parts)
    return html


def read_text(text: Any, names: Names) -> str:
    """The same back."""
    if not isinstance(text, str):
        _wrong("a text", text)

    def found(link: re.Match[str]) -> str:
        page = names.page(unescape(link[1]))
        return f'<a linktype="page" id="{page}">' if page else "<a>"

    if "<p>" not in text:
        text = "".join(f"<p>{part.strip()}</p>" for part in text.split("\n\n") if part.strip())
    return PORTABLE_LINK.sub(found, text)


def _checked(block: blocks.Block, value: Any) -> Any:
    """The value, if a story can be printed with it. Limits of what editors may write are theirs:
    what was written before a limit was set comes back too."""
    if value in (None, ""):
        return value
    if isinstance(value, (list, dict)):
        _wrong("a text or a number", value)
    if isinstance(block, blocks.IntegerBlock) and not isinstance(value, int):
        _wrong("a whole number", value)
    if isinstance(block, blocks.ChoiceBlock):
        try:
            block.clean(block.to_python(value))
        except ValidationError:
            _wrong("one of what can be chosen", value)
    return value


def _table(value: Any) -> Any:
    rows: Any = value.get("data") if isinstance(value, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        _wrong("a table", value)
    if any(isinstance(cell, (list, dict)) for row in rows for cell in row):
        _wrong("a table of texts", value)
    return dict(value)


def _item(one: Any) -> Any:
    return one["value"] if isinstance(one, Mapping) and one.get("type") == "item" else one


def _number(raw: Any) -> Any:
    """A number as people write it, if that is the very same number."""
    if raw is None:
        return None
    exact = _decimal(raw)
    if exact == exact.to_integral_value() and abs(exact) < 10**15:
        return int(exact)
    return float(exact) if Decimal(repr(float(exact))) == exact else str(exact)


def _decimal(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return _wrong("a number", value)
    return number if number.is_finite() else _wrong("a number", value)


def _known(find: Callable[[Any], Any], value: Any, what: str) -> Any:
    if value is None:
        return None
    found = find(value)
    if found is None:
        raise ValueError(f"there is no {what} {value!r}")
    return found


def _wrong(wanted: str, value: Any) -> Any:
    raise ValueError(f"{str(value)[:80]!r} is not {wanted}")
