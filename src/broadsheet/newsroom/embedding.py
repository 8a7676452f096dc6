"""What other sites have readers play: found when an editor saves, shown when a reader asks.

Of a provider's answer only two things are kept: the title, and the address of its player if that
is one of those known here. Its HTML is neither stored nor printed.
"""

import hashlib
import re
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from django.core.cache import cache
from django.utils.translation import gettext as _
from wagtail.embeds.embeds import get_finder_for_embed
from wagtail.embeds.exceptions import EmbedUnsupportedProviderException

from broadsheet.newsroom.oneline import visible

KEPT = 86_400
"""Seconds for which a provider is not asked again about the same address."""
MOST_TITLE = 160
WRITTEN = re.compile(r"[A-Za-z0-9/?&=%._~:;,+!*-]{1,1000}")
"""What the path and query of a player's address are made of."""


class Provider(NamedTuple):
    """A site whose player can stand in a story."""

    name: str
    hosts: tuple[str, ...]
    """Whose addresses the provider gives for its player."""
    path: str
    """What they begin with."""
    origin: str
    """Where the player is fetched from: one of the origins that the page's policy allows."""


PROVIDERS = (
    Provider(
        "YouTube",
        ("www.youtube.com", "www.youtube-nocookie.com"),
        "/embed/",
        "https://www.youtube-nocookie.com",
    ),
    Provider("Vimeo", ("player.vimeo.com",), "/video/", "https://player.vimeo.com"),
    Provider("SoundCloud", ("w.soundcloud.com",), "/player", "https://w.soundcloud.com"),
)
NAMES = ", ".join(provider.name for provider in PROVIDERS)


class Player(NamedTuple):
    """What a reader may have loaded: whose it is, and from where."""

    provider: str
    address: str


class Found(NamedTuple):
    """What a provider says of an address."""

    title: str
    player: Player


class NotShown(ValueError):
    """Nothing can be shown of an address; the text, in the active language, says why."""


def find(url: str) -> Found:
    """Ask the provider of a page's address for its title and player. Waits for the network.

    Raises NotShown when there is no such provider here, or it has nothing that can be shown.
    """
    key = f"player-of-{hashlib.sha256(url.encode()).hexdigest()}"
    kept = cache.get(key)
    if kept is not None:
        return Found(kept[0], Player(*kept[1]))
    found = _asked(url)
    cache.set(key, (found.title, tuple(found.player)), KEPT)
    return found


def player(address: str) -> Player | None:
    """The player at an address, if it is one of those known here; else None.

    The address given back is written anew, to the origin that the page's policy allows.
    """
    if any(map(str.isspace, address)):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    rest = urlunsplit(("", "", parts.path, parts.query, ""))
    if parts.scheme != "https" or not WRITTEN.fullmatch(rest) or "/.." in rest:
        return None
    for provider in PROVIDERS:
        if parts.netloc in provider.hosts and parts.path.startswith(provider.path):
            return Player(provider.name, provider.origin + rest)
    return None


def _asked(url: str) -> Found:
    try:
        said = get_finder_for_embed(url)
    except EmbedUnsupportedProviderException:
        raise NotShown(
            _("Only addresses at %(providers)s can be shown.") % {"providers": NAMES}
        ) from None
    except Exception:  # another site's answer may be anything
        raise NotShown(
            _("The provider knows nothing at this address, or does not answer now.")
        ) from None
    frames = _Frames()
    frames.feed(str(said.get("html") or ""))
    players = [found for found in map(player, frames.addresses) if found is not None]
    if not players:
        raise NotShown(_("There is nothing at this address that can be played."))
    title = visible(str(said.get("title") or ""))[:MOST_TITLE]
    return Found(title or players[0].provider, players[0])


class _Frames(HTMLParser):
    """The addresses of the frames in a provider's HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a frame."""
        if tag == "iframe":
            self.addresses += [value for name, value in attrs if name == "src" and value]
