"""Addresses as the rest of the world writes them, and the paper's own for machines."""

from urllib.parse import urljoin, urlsplit

from django.utils.encoding import iri_to_uri

from broadsheet.settings.django import PAPER

FORMS = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
"""The forms of a feed, and what each is called on the wire."""


def absolute(path: str) -> str:
    """The address with scheme and host, for those who did not come from the paper itself."""
    return iri_to_uri(urljoin(PAPER.site_url + "/", path))


def host() -> str:
    """The paper's host, without a port."""
    return urlsplit(PAPER.site_url).hostname or "localhost"


def feed_path(page_path: str, form: str) -> str:
    """The feed of the page at this path, in one of FORMS. A gate's story never has a dot in it."""
    return f"{page_path}feed.{form}"
