"""What WordPress's editors write, as HTML: shortcodes, and lines that are paragraphs."""

import re
from collections.abc import Callable, Mapping
from html import escape

from django.utils.translation import gettext as _

from broadsheet.importing.pieces import PictureAt
from broadsheet.importing.story_blocks import lost

BLOCKS = "<!-- wp:"
CAPTION = re.compile(r"\[caption\b[^\]]*\](.*?)\[/caption\]", re.DOTALL | re.IGNORECASE)
CAPTION_SAYS = re.compile(r"caption=[\"']([^\"']*)[\"']", re.IGNORECASE)
GALLERY = re.compile(r"\[gallery\b([^\]]*)\]", re.IGNORECASE)
IDS = re.compile(r"""\bids=["']?([\d,\s]+)""")
EMBED = re.compile(r"\[embed\b[^\]]*\]\s*(.*?)\s*\[/embed\]", re.DOTALL | re.IGNORECASE)
MEDIA = re.compile(r"\[(video|audio|playlist)\b([^\]]*)\](?:\s*\[/\1\])?", re.IGNORECASE)
ADDRESS = re.compile(r"""=["'](https?://[^"'\s]+)""")
ESCAPED = re.compile(r"\[(\[[^\[\]]+\])\]")
SHORTCODE = re.compile(
    r"""\[(/?)([A-Za-z][\w-]{0,60})(\s+[^\[\]]*=[^\[\]]*|\s+[^\[\]]*/|/|\s*)\]"""
)
IMAGE = re.compile(r"(?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?", re.IGNORECASE)
LINES = re.compile(r"\n[ \t]*\n\s*")
BLOCK_TAG = re.compile(
    r"<\s*/?(?:p|div|section|article|aside|h[1-6]|ul|ol|li|dl|dt|dd|blockquote|figure|figcaption|"
    r"table|thead|tbody|tr|td|th|pre|hr|form|address|iframe|video|audio|script|style|!--)",
    re.IGNORECASE,
)
RAW = re.compile(r"(<(pre|script|style)\b.*?</\2\s*>)", re.DOTALL | re.IGNORECASE)
SHIELD = "\N{SYMBOL FOR UNIT SEPARATOR}"


def as_html(body: str, attachments: Mapping[str, PictureAt]) -> str:
    """The body as HTML for `story_blocks.convert`; `attachments` by their ids in the file."""
    body = body.replace("\r\n", "\n").replace("\r", "\n")
    body = _shortcodes(body, attachments)
    return body if BLOCKS in body else _paragraphs(body)


def _shortcodes(body: str, attachments: Mapping[str, PictureAt]) -> str:
    kept: list[str] = []

    def shielded(found: re.Match[str]) -> str:
        kept.append(found[1])
        return f"{SHIELD}{len(kept) - 1}{SHIELD}"

    body = ESCAPED.sub(shielded, body)
    body = CAPTION.sub(_caption, body)
    body = GALLERY.sub(lambda found: _gallery(found, attachments), body)
    body = EMBED.sub(lambda found: f"\n\n{found[1]}\n\n", body)
    body = MEDIA.sub(_media, body)
    body = SHORTCODE.sub(_unknown(_closed(body)), body)
    return re.sub(f"{SHIELD}(\\d+){SHIELD}", lambda found: _unshielded(found, kept), body)


def _unshielded(found: re.Match[str], kept: list[str]) -> str:
    number = int(found[1][:9])
    return kept[number] if number < len(kept) else found[0]


def _caption(found: re.Match[str]) -> str:
    inside = found[1]
    image = IMAGE.search(inside)
    if image is None:
        return inside
    said = CAPTION_SAYS.search(found[0][: found[0].find("]")])
    words = (inside[: image.start()] + inside[image.end() :]).strip() or (said[1] if said else "")
    return f"\n\n<figure>{image[0]}<figcaption>{words}</figcaption></figure>\n\n"


def _gallery(found: re.Match[str], attachments: Mapping[str, PictureAt]) -> str:
    ids = IDS.search(found[1])
    if ids is None:
        return lost(found[0], _("It shows pictures that the story’s text does not name."))
    parts = []
    for key in filter(None, map(str.strip, ids[1].split(","))):
        picture = attachments.get(key)
        if picture is None:
            parts.append(lost(_("Picture %(id)s of a gallery") % {"id": key}, _not_in_file()))
        else:
            parts.append(
                f'<figure><img src="{escape(picture.address)}" alt="{escape(picture.alt)}">'
                f"<figcaption>{escape(picture.caption)}</figcaption></figure>"
            )
    return "\n\n" + "".join(parts) + "\n\n"


def _not_in_file() -> str:
    return _("The file says nothing of it.")


def _media(found: re.Match[str]) -> str:
    addresses = dict.fromkeys(ADDRESS.findall(found[2]))
    if not addresses:
        return lost(found[0], _("It names no address."))
    return "\n\n" + "\n\n".join(addresses) + "\n\n"


def _closed(body: str) -> set[str]:
    return {found[2].lower() for found in SHORTCODE.finditer(body) if found[1]}


def _unknown(closed: set[str]) -> Callable[[re.Match[str]], str]:
    def replaced(found: re.Match[str]) -> str:
        # Writers put words into brackets too: a shortcode has values, an end, or a telling name.
        name = found[2]
        if not (found[1] or found[3].strip() or name.lower() in closed or set(name) & set("_-")):
            return found[0]
        if found[1]:
            return ""
        return lost(found[0], _("Only WordPress’s extension knows what this stands for."))

    return replaced


def _paragraphs(body: str) -> str:
    """Lines as paragraphs, as WordPress's classic editor means them."""
    parts = RAW.split(body)
    out = []
    for place in range(0, len(parts), 3):
        out += [_set(chunk) for chunk in LINES.split(parts[place]) if chunk.strip()]
        if place + 1 < len(parts):
            out.append(parts[place + 1])
    return "\n".join(out)


def _set(chunk: str) -> str:
    chunk = chunk.strip("\n")
    if BLOCK_TAG.search(chunk):
        return chunk
    return "<p>" + chunk.replace("\n", "<br>\n") + "</p>"
