"""A story's pages as an editor looks at them before it is out: every face that readers meet."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from broadsheet.gate.pages import Face, Kind, Wall, fill
from broadsheet.newsroom import printing

if TYPE_CHECKING:
    from broadsheet.newsroom.models.articles import Article

WHOLE = ""
MESSAGE = "message"
MODES: list[tuple[str, Any]] = [
    (WHOLE, _("The whole story")),
    (Wall.REGISTER.value, _("Wall: an account")),
    (Wall.SUBSCRIBE.value, _("Wall: the plans")),
    (Wall.METER.value, _("Wall: free stories used up")),
    (Wall.IN_USE.value, _("Notice: seat in use")),
    (MESSAGE, _("Message about sharing")),
]
SIZES: list[dict[str, Any]] = [
    {
        "name": "mobile",
        "icon": "mobile-alt",
        "device_width": 390,
        "label": _("On a phone"),
    },
    {
        "name": "tablet",
        "icon": "tablet-alt",
        "device_width": 768,
        "label": _("On a tablet"),
    },
    {
        "name": "desktop",
        "icon": "desktop",
        "device_width": 1280,
        "label": _("On a desk"),
    },
]
"""Widths in pixels."""
EXAMPLE_AGO = timedelta(minutes=12)


def face(mode: str) -> Face | None:
    """The face that one of MODES shows, as a reader in the active language meets it."""
    language = get_language() or "en"
    if mode == WHOLE:
        return Face(Kind.FULL, Wall.NONE, False, True, language)
    if mode == MESSAGE:
        return Face(Kind.FULL, Wall.NONE, True, True, language)
    if mode in {wall for wall, _name in MODES}:
        return Face(Kind.PREVIEW, Wall(mode), False, mode == Wall.IN_USE, language)
    return None


def proof(article: "Article", shown: Face) -> bytes:
    """The article's page with this face, with example values where a reader's own would stand.

    It does nothing by itself: the page's script would ask for the editor's own seat.
    """
    zone = ZoneInfo(article.edition.time_zone)
    since = timezone.localtime(timezone.now() - EXAMPLE_AGO, zone)
    examples = {
        "holder": gettext("Firefox on Windows"),
        "since": since.isoformat(timespec="seconds"),
        "since_text": f"{since:%H:%M}",
        "token": "",
    }
    return fill(printing.sheet(article, shown, proof=True), examples)
