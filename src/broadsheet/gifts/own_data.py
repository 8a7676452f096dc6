"""The stories a reader gave, as a chapter of their export."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from broadsheet.readers.export import chapter
from broadsheet.readers.models import Reader


@chapter(
    "stories-given",
    _("Stories you gave"),
    {
        "story": _("story"),
        "created_at": _("given"),
        "expires_at": _("ends"),
        "openings": _("openings"),
        "withdrawn_at": _("withdrawn"),
    },
)
def stories_given(reader: Reader) -> list[dict[str, Any]]:
    """Each link, without what opens it; nobody wrote down who opened it."""
    return [
        {
            "story": one.article.title,
            "created_at": one.created_at,
            "expires_at": one.expires_at,
            "openings": one.openings,
            "withdrawn_at": one.withdrawn_at,
        }
        for one in reader.story_gifts.select_related("article")
    ]
