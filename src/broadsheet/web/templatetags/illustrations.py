"""Pictures in templates."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from broadsheet.newsroom.illustrations import Form, element
from broadsheet.newsroom.models import Picture

register = template.Library()


@register.simple_tag
def illustration(picture: Picture | None, form: str, *, alt: str, **attributes: Any) -> SafeString:
    """A picture for a place (`lead`, `block`, `front`, `teaser`, `portrait`); none is nothing."""
    if picture is None:
        return SafeString("")
    return element(picture, Form[form.upper()], alt=alt, **attributes)
