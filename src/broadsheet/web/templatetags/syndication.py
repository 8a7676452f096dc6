"""What pages tell machines."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from broadsheet.newsroom.models import Article
from broadsheet.syndication import sharing_pictures, structured
from broadsheet.syndication.addresses import absolute

register = template.Library()


@register.simple_tag(takes_context=True)
def structured_data(context: template.Context) -> SafeString:
    """The page's structured data, as elements for its head."""
    known: Any = context.flatten()
    told = structured.of_page(known)
    return mark_safe("\n".join(map(structured.script, told)))  # noqa: S308 (escaped by script)


@register.simple_tag
def sharing_picture(article: Article) -> str:
    """The address of the picture that goes along when the story is shared."""
    return absolute(sharing_pictures.path_of(article))
