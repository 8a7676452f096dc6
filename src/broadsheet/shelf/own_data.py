"""What a reader keeps, as chapters of their export."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from broadsheet.readers.export import chapter
from broadsheet.readers.models import Reader
from broadsheet.shelf.models import HistoryConsent

STORY = {"story": _("story"), "address": _("address")}


@chapter("saved-stories", _("Stories you saved"), {**STORY, "saved_at": _("saved")})
def saved_stories(reader: Reader) -> list[dict[str, Any]]:
    """What is kept for later."""
    return [
        {"story": one.article.title, "address": one.article.get_url(), "saved_at": one.saved_at}
        for one in reader.saved.select_related("article").defer("article__body")
    ]


@chapter(
    "following",
    _("Topics and authors you follow"),
    {"topic": _("topic"), "author": _("author"), "since": _("since")},
)
def following(reader: Reader) -> list[dict[str, Any]]:
    """Each with the day since when."""
    return [
        {
            "topic": one.topic.name if one.topic else None,
            "author": one.author.name if one.author else None,
            "since": one.since,
        }
        for one in reader.follows.select_related("topic", "author")
    ]


@chapter(
    "reading-history",
    _("What you have read"),
    {
        "consented_at": _("written down since"),
        "stories": _("stories"),
        **STORY,
        "read_at": _("read"),
    },
)
def reading_history(reader: Reader) -> dict[str, Any]:
    """What was written down with the reader's consent."""
    given = HistoryConsent.objects.filter(reader=reader).first()
    return {
        "consented_at": given.given_at if given else None,
        "stories": [
            {"story": one.article.title, "address": one.article.get_url(), "read_at": one.read_at}
            for one in reader.history.select_related("article").defer("article__body")
        ],
    }
