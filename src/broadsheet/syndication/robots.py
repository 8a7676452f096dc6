"""What robots may read, and whom people may tell of a weakness."""

from datetime import datetime, timedelta

from django.conf import settings

from broadsheet.newsroom.models import Edition
from broadsheet.settings.django import PAPER
from broadsheet.syndication.addresses import absolute

CLOSED = (
    "/-/",
    "/account/",
    "/add-reader/",
    "/admin/",
    "/api/",
    "/card/",
    "/documents/",
    "/gifts/",
    "/invitations/",
    "/join/",
    "/language/",
    "/mailbox/",
    "/subscribe/",
)
"""Where there is nothing for a search engine."""
GOOD_FOR = timedelta(days=180)
"""How long security.txt can be believed; RFC 9116 advises less than a year."""


def rules() -> str:
    """The text of robots.txt (RFC 9309)."""
    editions = Edition.objects.live().public().order_by("path")
    closed = [*CLOSED, *(f"{edition.get_url()}search/" for edition in editions)]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    return "\n".join([*lines, "", f"Sitemap: {absolute('/sitemap.xml')}", ""])


def security(address: str, now: datetime) -> str | None:
    """The text of security.txt (RFC 9116), which stands at `address`; None without a contact."""
    if not PAPER.security_contact:
        return None
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    languages = ", ".join(code for code, _ in settings.INTERFACE_LANGUAGES)
    lines = [
        f"Contact: {PAPER.security_contact}",
        f"Expires: {(day + GOOD_FOR).isoformat().replace('+00:00', 'Z')}",
        f"Preferred-Languages: {languages}",
        f"Canonical: {address}",
    ]
    return "\n".join([*lines, ""])
