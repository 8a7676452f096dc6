"""What a reader keeps, in templates."""

from typing import Any

from django import template

from broadsheet.newsroom.models import Author, Topic
from broadsheet.readers.models import Reader
from broadsheet.shelf import keeping

register = template.Library()


@register.simple_tag(takes_context=True)
def is_followed(context: Any, topic: Topic | None, author: Author | None) -> bool:
    """Whether whoever asks for the page follows the topic, or else the author."""
    reader, followed = context["request"].user, topic or author
    if followed is None or not isinstance(reader, Reader):
        return False
    return keeping.is_followed(reader, followed)
