"""Ghost's cards (pictures, callouts, buttons …) as HTML, whichever editor made them."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.utils.translation import gettext as _

from broadsheet.importing.story_blocks import lost

PAYWALL = "<!--members-only-->"

type Card = Mapping[str, Any]


def card(name: str, values: Card) -> str:
    """The card as HTML; of one that is not known, its words, and word of the loss."""
    made = CARDS.get(name)
    if made is not None:
        return made(values)
    words = "".join(
        f"<p>{escape(value)}</p>"
        for key, value in values.items()
        if isinstance(value, str) and key in WORDS and value.strip()
    )
    why = _("There is nothing like it here.")
    return lost(_("A card of Ghost’s: %(name)s") % {"name": name[:60]}, why) + words


WORDS = ("heading", "title", "header", "text", "subheading", "description", "content")


def said(values: Card, *names: str) -> str:
    """The first of these values that is a text, or nothing."""
    for name in names:
        value = values.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _image(values: Card) -> str:
    return _figure(said(values, "src"), said(values, "alt", "altText"), said(values, "caption"))


def _figure(address: str, alt: str, caption: str) -> str:
    # Captions are HTML in Ghost.
    return (
        f'<figure><img src="{escape(address)}" alt="{escape(alt)}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _gallery(values: Card) -> str:
    images = values.get("images")
    found = [one for one in images if isinstance(one, Mapping)] if isinstance(images, list) else []
    inside = "".join(_figure(said(one, "src"), said(one, "alt"), "") for one in found)
    return f"<figure>{inside}<figcaption>{said(values, 'caption')}</figcaption></figure>"


def _html(values: Card) -> str:
    return said(values, "html")


def _markdown(values: Card) -> str:
    words = said(values, "markdown")
    told = lost(_("A card written in Markdown"), _("Its signs are kept as they were written."))
    parts = [part for part in words.split("\n\n") if part.strip()]
    return told + "".join(f"<p>{escape(part)}</p>" for part in parts)


def _code(values: Card) -> str:
    return f"<pre>{escape(said(values, 'code'))}</pre><p>{said(values, 'caption')}</p>"


def _link(values: Card) -> str:
    address = said(values, "url", "src")
    metadata = values.get("metadata")
    title = said(metadata, "title") if isinstance(metadata, Mapping) else ""
    title = title or said(values, "buttonText", "title") or address
    return f'<p><a href="{escape(address)}">{escape(title)}</a></p><p>{said(values, "caption")}</p>'


def _embed(values: Card) -> str:
    return f"<p>{escape(said(values, 'url'))}</p><p>{said(values, 'caption')}</p>"


def _file(values: Card) -> str:
    address = said(values, "src")
    name = said(values, "fileTitle", "title", "fileName") or address
    told = lost(
        _("A file to listen to, look at or fetch: %(name)s") % {"name": name},
        _("Files are not carried over; the link leads to the old place."),
    )
    caption = said(values, "caption", "fileCaption")
    return f'{told}<p><a href="{escape(address)}">{escape(name)}</a></p><p>{caption}</p>'


def _callout(values: Card) -> str:
    return f"<p>{said(values, 'calloutText')}</p>"


def _toggle(values: Card) -> str:
    return f"<h3>{said(values, 'heading')}</h3>{said(values, 'content')}"


def _email_only(values: Card) -> str:
    return lost(_("Text that stood only in letters"), _("Stories have no such text.")) + said(
        values, "html"
    )


def _rule(values: Card) -> str:
    return "<hr>"


def _paywall(values: Card) -> str:
    return PAYWALL


CARDS: Mapping[str, Callable[[Card], str]] = {
    "image": _image,
    "gallery": _gallery,
    "html": _html,
    "markdown": _markdown,
    "card-markdown": _markdown,
    "code": _code,
    "codeblock": _code,
    "bookmark": _link,
    "button": _link,
    "embed": _embed,
    "video": _file,
    "audio": _file,
    "file": _file,
    "callout": _callout,
    "toggle": _toggle,
    "email": _email_only,
    "hr": _rule,
    "horizontalrule": _rule,
    "paywall": _paywall,
}
