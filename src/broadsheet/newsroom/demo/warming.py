"""Prints the new pages once, so that the first reader does not wait for pictures to be cut."""

from collections.abc import Callable, Collection, Iterable

from django.template.loader import render_to_string

from broadsheet.gate.pages import Face, Kind, Wall
from broadsheet.newsroom import printing
from broadsheet.newsroom.models import Article, Edition


def warm(
    articles: Collection[Article], editions: Iterable[Edition], report: Callable[[str], None]
) -> None:
    """Print these articles whole, and the lists they stand in. What is printed is not kept."""
    for place, article in enumerate(articles, start=1):
        report(f"Cutting pictures {place}/{len(articles)}: {article.slug}")
        printing.sheet(article, Face(Kind.FULL, Wall.NONE, False, False, "en"))
    for edition in editions:
        render_to_string("web/front.html", edition.front_matter())
        for section in edition.sections:
            render_to_string("web/section.html", section.matter("1"))
