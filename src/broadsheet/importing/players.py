"""Films and recordings of other sites that stories can show here, found without asking them."""

import re
from typing import Any

from broadsheet.newsroom import embedding

MOST_ADDRESS = 500
PAGES = (
    (
        re.compile(
            r"https?://(?:www\.|m\.)?youtube\.com/(?:watch\?(?:.*&)?v=|shorts/)([\w-]{6,20})"
        ),
        "https://www.youtube.com/embed/{}",
    ),
    (re.compile(r"https?://youtu\.be/([\w-]{6,20})"), "https://www.youtube.com/embed/{}"),
    (re.compile(r"https?://(?:www\.)?vimeo\.com/(\d{4,15})"), "https://player.vimeo.com/video/{}"),
)
"""Pages of providers whose player's address follows from the page's."""


def embed(address: str, title: str = "") -> dict[str, Any] | None:
    """An embed block's value for an address of a page or a player; None if it is not known here."""
    if len(address) > MOST_ADDRESS:
        return None
    candidates = [form.format(found[1]) for page, form in PAGES if (found := page.match(address))]
    for candidate in (*candidates, address):
        player = embedding.player(candidate)
        if player is not None:
            shown = title.strip()[: embedding.MOST_TITLE] or player.provider
            return {
                "url": address,
                "title": shown,
                "player": player.address,
                "found_for": address,
            }
    return None
