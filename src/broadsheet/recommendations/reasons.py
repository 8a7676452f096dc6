"""Reasons in words, in the language in force."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from broadsheet.recommendations.models import Recommended
from broadsheet.recommendations.scoring import Why


def in_words(one: Recommended) -> str:
    """Why this story is recommended, as its reader is told."""
    said = {
        Why.TOPIC: pgettext("a topic", "Because you follow %(of)s"),
        Why.AUTHOR: pgettext("an author", "Because you follow %(of)s"),
        Why.LIKE: _("Like “%(of)s”, which you read"),
        Why.READ: _("Much read today"),
        Why.NEW: _("New in %(of)s"),
    }[Why(one.why)]
    return said % {"of": one.of}
