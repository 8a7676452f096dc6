"""The call to an edition's newsletter, in templates."""

from typing import Any

from django import template
from django.utils.translation import gettext

from broadsheet.newsletters.joining import WORDING
from broadsheet.newsletters.models import Newsletter

register = template.Library()


@register.simple_tag
def newsletter_of(edition: Any) -> Newsletter | None:
    """The first that the edition offers; None: it offers none."""
    return Newsletter.objects.filter(edition=edition, offered=True).first()


@register.simple_tag
def newsletter_wording() -> str:
    """What somebody agrees to who joins."""
    return gettext(WORDING)
