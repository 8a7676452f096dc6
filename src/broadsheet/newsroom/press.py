"""The press: finds stories and prints their pages for the gate. Both ask the database."""

from typing import Any

from broadsheet.access import Level
from broadsheet.gate.pages import Face, Story
from broadsheet.newsroom import printing
from broadsheet.newsroom.models import Article, Genre

LEVELS = 3
"""An article's address: edition, section, story."""
LONGEST = LEVELS * 256 + 1
"""Characters of an address: three slugs, as long as slugs may be. Much longer ones no database
compares."""


def find(path: str) -> Story | None:
    """The live article at exactly this path, or None: the path is the site's to answer."""
    article = _at(path, Article.objects.defer("body"))
    if article is None:
        return None
    edition = article.edition
    return Story(
        id=article.pk,
        path=path,
        edition=edition.slug,
        language=edition.language,
        languages=edition.offered,
        time_zone=edition.time_zone,
        level=article.level,
        meter_visitors=edition.meter_visitors,
        meter_readers=edition.meter_readers,
        preview=edition.preview_paragraphs,
        revision=0 if article.genre == Genre.LIVE else article.live_revision_id or 0,
    )


def print_page(story: Story, face: Face) -> bytes | None:
    """The story's page with this face, UTF-8 HTML; None when it is no longer what was found.

    A decision was made about the story as it was found. When it has gone, moved, or asks for
    more since, the decision is void and nothing is printed.
    """
    article = _at(story.path, Article.objects.with_pictures())
    if article is None or article.pk != story.id or article.level is not Level(story.level):
        return None
    return printing.sheet(article, face)


def _at(path: str, articles: Any) -> Article | None:
    if len(path) > LONGEST:
        return None
    parts = path.split("/")
    if len(parts) != LEVELS + 2 or parts[0] or parts[-1] or not all(parts[1:-1]):
        return None
    # The slug has an index; the whole path, which says the rest, has none.
    found = articles.live().public().filter(slug=parts[-2], url_path__endswith=path)
    article: Article | None = found.first()
    return article if article is not None and article.get_url() == path else None
