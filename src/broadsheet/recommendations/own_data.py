"""What is recommended to a reader, as a chapter of their export."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from broadsheet.readers.export import chapter
from broadsheet.readers.models import Reader
from broadsheet.recommendations.reasons import in_words


@chapter(
    "recommendations",
    _("What we recommend to you"),
    {
        "story": _("story"),
        "address": _("address"),
        "reason": _("reason"),
        "made_at": _("made"),
    },
)
def recommendations(reader: Reader) -> list[dict[str, Any]]:
    """Each story with its reason."""
    return [
        {
            "story": one.article.title,
            "address": one.article.get_url(),
            "reason": in_words(one),
            "made_at": one.made_at,
        }
        for one in reader.recommended.select_related("article").defer("article__body")
    ]
