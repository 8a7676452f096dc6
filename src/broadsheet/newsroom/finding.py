"""Stories found by their words: what may be asked, and what is answered.

The index holds what everybody may read (`Article.search_fields`). It follows a change within
seconds; until it has, a story is not shown for a word that is no longer open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from broadsheet.newsroom.models.articles import Article, filed
from broadsheet.newsroom.models.authors import Author
from broadsheet.newsroom.models.topics import Topic
from broadsheet.newsroom.wording import Piece, extract, folded, holds, pieces, words

if TYPE_CHECKING:
    from broadsheet.newsroom.models.paper import Edition

LONGEST = 200
"""Characters of a question."""
MOST_WORDS = 12
"""Words of a question: each is a look-up in the index."""
OFFERED = 200
"""Topics and authors that are offered while somebody types; any other can be typed as well."""
FIRST_DAY = date(1600, 1, 1)
LAST_DAY = date(2999, 12, 31)
"""Days beyond these are slips, and some cannot be reckoned with."""


class Question(forms.Form):
    """The form of the search, as readers fill it in; nothing in it is needed but some of it."""

    q = forms.CharField(label=_("Words"), required=False, max_length=LONGEST)
    section = forms.ChoiceField(label=_("Section"), required=False)
    topic = forms.CharField(label=_("Topic"), required=False, max_length=120)
    author = forms.CharField(label=_("Author"), required=False, max_length=120)
    since = forms.DateField(
        label=pgettext_lazy("of a time", "From"),
        required=False,
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=pgettext_lazy("of a time", "To"),
        required=False,
        input_formats=["%Y-%m-%d"],
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, edition: "Edition", given: Mapping[str, Any]) -> None:
        super().__init__(given, auto_id="search-%s", label_suffix="", use_required_attribute=False)
        self.edition = edition
        sections: Any = self.fields["section"]
        sections.choices = [("", _("All sections"))]
        sections.choices += [(each.slug, each.title) for each in edition.sections]
        self.fields["q"].widget.attrs = {"type": "search", "maxlength": LONGEST}
        self.fields["topic"].widget.attrs = {"list": "search-topics", "maxlength": 120}
        self.fields["author"].widget.attrs = {"list": "search-authors", "maxlength": 120}

    def clean_q(self) -> str:
        """Refuse what has no word in it, and more words than are looked for."""
        typed = str(self.cleaned_data["q"])
        found = words(typed)
        if typed and not found:
            raise forms.ValidationError(_("There is no word in this to look for."))
        if len(found) > MOST_WORDS:
            raise forms.ValidationError(
                ngettext_lazy(
                    "Look for %(most)s word at the most.",
                    "Look for %(most)s words at the most.",
                    MOST_WORDS,
                )
                % {"most": MOST_WORDS}
            )
        return typed

    def clean_topic(self) -> Topic | None:
        """The topic of this name or address."""
        typed = self.cleaned_data["topic"]
        if not typed:
            return None
        rows = Topic.objects.filter(edition=self.edition)
        found = rows.filter(slug=typed).first() or rows.filter(name__iexact=typed).first()
        if found is None:
            raise forms.ValidationError(_("This edition has no topic of this name."))
        return found

    def clean_author(self) -> Author | None:
        """The author of this name or address."""
        typed = self.cleaned_data["author"]
        if not typed:
            return None
        found = Author.objects.filter(slug=typed).first()
        found = found or Author.objects.filter(name__iexact=typed).first()
        if found is None:
            raise forms.ValidationError(_("Nobody of this name writes in the paper."))
        return found

    def clean(self) -> None:
        """Refuse a time that ends before it begins."""
        super().clean()
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("until", _("This is before the first day."))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked."""
        return not any(self.data.get(name, "").strip() for name in self.fields)

    @property
    def narrows(self) -> bool:
        """Whether anything but words was asked for."""
        return any(self.data.get(name, "").strip() for name in self.fields if name != "q")

    def offered_topics(self) -> list[str]:
        """Names of topics for whoever types one: those that stories which are out are filed under,
        so that none tells of a story to come."""
        told = Article.objects.live().filter(topics=OuterRef("pk"))
        rows = Topic.objects.filter(Exists(told), edition=self.edition).order_by("name")
        return list(rows.values_list("name", flat=True)[:OFFERED])

    def offered_authors(self) -> list[str]:
        """Names of authors for whoever types one: those who have a story out."""
        told = Article.objects.live().filter(byline__author=OuterRef("pk"))
        rows = Author.objects.filter(Exists(told)).order_by("name")
        return list(rows.values_list("name", flat=True)[:OFFERED])


@dataclass(frozen=True, slots=True)
class Found:
    """One story, with the words that were looked for marked in what everybody may read of it."""

    story: Article
    headline: list[Piece]
    standfirst: list[Piece]
    extract: list[Piece]


def stories(question: Question) -> Any:
    """The stories of the edition that answer a valid question, the newest first."""
    asked = question.cleaned_data
    edition = question.edition
    rows = Article.objects.listed_in(edition).out()
    if asked["q"]:
        typed = " ".join(words(asked["q"]))
        matching = Article.objects.all().search(typed, operator="and", order_by_relevance=False)
        rows = rows.filter(pk__in=matching.get_queryset().order_by().values("pk"))
    if asked["section"]:
        section = next(each for each in edition.sections if each.slug == asked["section"])
        rows = rows.listed_in(section)
    if asked["topic"]:
        rows = rows.filter(topics=asked["topic"])
    if asked["author"]:
        rows = rows.filter(byline__author=asked["author"])
    zone = ZoneInfo(edition.time_zone)
    if asked["since"]:
        rows = rows.filter(published_at__gte=datetime.combine(asked["since"], time.min, zone))
    if asked["until"]:
        after = asked["until"] + timedelta(days=1)
        rows = rows.filter(published_at__lt=datetime.combine(after, time.min, zone))
    return rows.with_pictures().newest()


def marked(found: Sequence[Article], typed: str, language: str) -> list[Found]:
    """The stories, written in `language`, with the words of the question marked; without those
    whose open words, as they are now, do not hold them."""
    wanted = [folded(word) for word in words(typed)]
    answers = []
    for story in filed(found):
        text = story.open_text
        names = f"{story.byline_names}\n{story.topic_names}\n{story.kicker}"
        open_words = f"{story.title}\n{story.standfirst}\n{names}\n{text}"
        if wanted and not holds(open_words, wanted, language):
            continue
        answers.append(
            Found(
                story,
                pieces(story.title, wanted, language),
                pieces(story.standfirst, wanted, language),
                extract(text, wanted, language),
            )
        )
    return answers
