"""What is recommended to a reader, as it is shown to them now."""

from collections.abc import Iterable

from broadsheet.newsroom.models import Article, Edition
from broadsheet.newsroom.models.articles import dressed
from broadsheet.readers.models import Reader
from broadsheet.recommendations.reasons import in_words


def shown_to(
    reader: Reader, edition: Edition, most: int, leave_out: Iterable[int] = ()
) -> list[Article]:
    """The stories recommended to the reader in an edition, the best first, each with its `reason`
    in words: those that are published, and not read since they were chosen."""
    rows = (
        reader.recommended.filter(edition=edition)
        .exclude(article__in=reader.history.values("article"))
        .exclude(article__in=list(leave_out))
        .order_by("place")
    )
    reasons = {row.article_id: in_words(row) for row in rows}
    cards = Article.objects.as_cards().filter(pk__in=reasons)
    found = {card.pk: card for card in dressed(cards, edition.sections)}
    stories = [found[key] for key in reasons if key in found][:most]
    for story in stories:
        story.reason = reasons[story.pk]
    return stories
