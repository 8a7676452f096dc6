"""The demonstration's newsletters, and who of its readers gets them."""

from datetime import timedelta

from django.utils import timezone

from broadsheet.newsletters import composing, course, joining
from broadsheet.newsletters.models import Newsletter
from broadsheet.newsroom.models import Edition
from broadsheet.readers.models import Reader

Kind = Newsletter.Kind
LISTS = {
    "us": (
        (
            "The Saturday Fold",
            "saturday-fold",
            Kind.WEEKLY,
            "Once a week, the stories our editors would read twice, and how each was reported.",
        ),
        ("Morning Sheet", "morning-sheet", Kind.DAILY, "Seven stories before the first coffee."),
    ),
    "es": (
        (
            "La hoja del domingo",
            "hoja-del-domingo",
            Kind.WEEKLY,
            "Cada domingo, una sola carta con lo que merece la pena releer de la semana.",
        ),
        ("Primera hoja", "primera-hoja", Kind.DAILY, "Siete noticias antes del primer café."),
    ),
}
"""Of each edition: name, address, kind, and why to read it."""
SUNDAY = 6
READERS = ("nora@broadsheet.example", "ana@broadsheet.example", "marta@broadsheet.example")
"""They get every weekly one; its first issue goes when the paper is first served."""


def load() -> None:
    """Make what is missing."""
    for edition in Edition.objects.live().filter(slug__in=LISTS):
        for position, (name, slug, kind, pitch) in enumerate(LISTS[edition.slug]):
            newsletter, made = Newsletter.objects.get_or_create(
                edition=edition,
                slug=slug,
                defaults={"name": name, "kind": kind, "pitch": pitch, "position": position},
            )
            if made and kind == Kind.WEEKLY:
                _begin(newsletter)


def _begin(newsletter: Newsletter) -> None:
    if newsletter.edition.language.startswith("es"):
        newsletter.weekday = SUNDAY
        newsletter.save(update_fields=["weekday"])
    for email in READERS:
        joining.join(Reader.objects.get(email=email), newsletter, "/newsletters/")
    issue = composing.make(newsletter, timezone.now() - timedelta(minutes=1))
    if issue is not None:
        course.approve(issue)
