"""Writes a live story and its entries into a paper's database.

Run with the paper's settings chosen: `python -m tests.journeys.live_book SLUG 12 subscribers`
writes so many entries more; with -6, entry number 6 is corrected instead; with `away` the story
goes again.
"""

import sys
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402 (Django must be set up first)

from broadsheet.newsroom.models import Article, Genre, LiveEntry, Section  # noqa: E402


def story(slug: str, access: str) -> Article:
    """The live story, put where no front page shows it."""
    found = Article.objects.filter(slug=slug).first()
    if found is None:
        section = Section.objects.filter(url_path__contains="/us/").order_by("path").first()
        assert section
        found = Article(
            title="A night of counting",
            slug=slug,
            genre=Genre.LIVE,
            access=access,
            published_at=timezone.now() - timedelta(days=900),
            body=[{"type": "paragraph", "value": f"<p>Paragraph {n}.</p>"} for n in range(8)],
        )
        section.add_child(instance=found)
    return found


def write(article: Article, more: int) -> None:
    """So many entries more, each longer than a few lines."""
    if more < 0:
        entry = article.live_entries.get(headline=f"Result {-more}")
        entry.text += "<p>This was corrected.</p>"
        entry.save()
    there = article.live_entries.count()
    for number in range(there, there + more):
        text = f"<p>Entry number {number}.</p>" + "<p>More of it is counted. </p>" * 4
        LiveEntry.objects.create(article=article, text=text, headline=f"Result {number}")


if __name__ == "__main__":
    its_story = story(sys.argv[1], sys.argv[3])
    if sys.argv[2] == "away":
        its_story.delete()
    else:
        write(its_story, int(sys.argv[2]))
        sys.stdout.write(its_story.get_url())
