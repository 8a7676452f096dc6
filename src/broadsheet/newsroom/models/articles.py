"""Articles: what a story is, and how much of it leaves by which door."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.fields import StreamField
from wagtail.models import Orderable, PageManager
from wagtail.query import PageQuerySet
from wagtail.search import index

from broadsheet.access import Facts, Level, decide
from broadsheet.gate.pages import Kind, face_for
from broadsheet.newsroom import cutting, editing, printing
from broadsheet.newsroom.blocks import StoryBody, one_by_one, plain_text
from broadsheet.newsroom.bylines import in_words
from broadsheet.newsroom.models.pictures import Picture
from broadsheet.newsroom.models.tree import PaperPage

if TYPE_CHECKING:
    from broadsheet.newsroom.models.authors import Author
    from broadsheet.newsroom.models.paper import Edition, Section
    from broadsheet.newsroom.models.topics import Topic

STEP = PaperPage.steplen
"""Characters of a page's tree path per level."""
MOST_RELATED = 6
"""Stories in More information, and in Recommendations."""
MOST_ALT = 250
"""Characters of what a picture shows."""
PLACEHOLDER = re.compile(r"%%\w+%%")
"""What the gate fills in for one reader; a story must not be able to ask for it."""


class Genre(models.TextChoices):
    """What kind of piece it is, as readers are told and as schema.org's articles know it."""

    NEWS = "news", _("News")
    ANALYSIS = "analysis", _("Analysis")
    OPINION = "opinion", _("Opinion")
    INTERVIEW = "interview", _("Interview")
    REVIEW = "review", _("Review")
    LIVE = "live", _("Live")


class InTree(Protocol):
    """Anything that knows its place in the tree."""

    path: str


class ArticleQuerySet(PageQuerySet):
    """Articles, looked for as pages show them."""

    def inside(self, page: InTree) -> Self:
        """Those below a page, found along the tree's index, which a LIKE need not use."""
        return self.filter(path__gt=page.path, path__lt=page.path + "Z" * (STEP + 1))

    def listed_in(self, page: InTree) -> Self:
        """Those a section or an edition lists: its own, and guests from other editions."""
        guests = Article.also_in.through.objects.filter(
            section__path__gte=page.path, section__path__lte=page.path + "Z" * STEP
        )
        own = models.Q(path__gt=page.path, path__lt=page.path + "Z" * (STEP + 1))
        return self.filter(own | models.Q(pk__in=guests.values("article")))

    def guests_of(self, edition: InTree) -> dict[int, str]:
        """Stories of other editions that this one lists, and the path of the section here."""
        rows = Article.also_in.through.objects.filter(
            section__path__gt=edition.path, section__path__lt=edition.path + "Z" * (STEP + 1)
        )
        return dict(rows.values_list("article", "section__path"))

    def newest(self) -> Self:
        """The last published first."""
        return self.order_by("-published_at", "-pk")

    def with_pictures(self) -> Self:
        """With their pictures in all sizes that were ever made."""
        pictures = models.Prefetch("lead_picture", Picture.objects.prefetch_renditions())
        return self.prefetch_related(pictures)

    def as_cards(self) -> Self:
        """Those that are published, without their text."""
        return self.live().defer("body").with_pictures()


class Article(PaperPage):
    """One story. Its title is the headline; its text leaves only as the gate decides."""

    kicker = models.CharField(
        _("kicker"),
        max_length=60,
        blank=True,
        help_text=_("One or two words above the headline: a place or a subject."),
    )
    standfirst = models.TextField(
        _("standfirst"),
        max_length=400,
        blank=True,
        help_text=_("One sentence below the headline. Everybody sees it, here and in searches."),
    )
    genre = models.CharField(
        _("kind of piece"),
        max_length=12,
        choices=Genre.choices,
        default=Genre.NEWS,
        help_text=_("Anything but news is named above the headline. Live: entries can be added."),
    )
    sponsor = models.CharField(
        _("sponsor"),
        max_length=120,
        blank=True,
        help_text=_("Who paid for it. It is then labelled as sponsored wherever it stands."),
    )
    place = models.CharField(
        _("place"), max_length=80, blank=True, help_text=_("Where it was written: the dateline.")
    )
    lead_picture = models.ForeignKey(
        Picture,
        verbose_name=_("lead picture"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    lead_alt = models.CharField(
        _("what it shows"),
        max_length=MOST_ALT,
        blank=True,
        help_text=_("For readers who cannot see it: one plain sentence."),
    )
    lead_caption = models.CharField(
        _("caption"), max_length=400, blank=True, help_text=_("Who, where, on which date.")
    )
    body = StreamField(StoryBody(), verbose_name=_("text"), blank=True)
    topics = ParentalManyToManyField(
        "newsroom.Topic", verbose_name=_("topics"), blank=True, related_name="articles"
    )
    access = models.CharField(
        _("who may read it"),
        max_length=12,
        choices=[
            (Level.FREE.value, _("Everybody")),
            (Level.REGISTERED.value, _("Readers with an account")),
            (Level.SUBSCRIBERS.value, _("Subscribers")),
        ],
        default=Level.SUBSCRIBERS.value,
    )
    published_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("published"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_("The time readers see. Left empty: the moment it is first published."),
    )
    updated_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("updated"),
        null=True,
        blank=True,
        help_text=_("Shown to readers. Set it when the story changes, not for a comma."),
    )
    embargo: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        _("embargo"),
        null=True,
        blank=True,
        help_text=_("Nobody outside the newsroom reads a word before, whoever presses publish."),
    )
    also_in = ParentalManyToManyField(
        "newsroom.Section",
        verbose_name=_("also in"),
        blank=True,
        related_name="guests",
        help_text=_("Sections of other editions that list it too; its address stays this one."),
    )

    objects: ClassVar[Any] = PageManager.from_queryset(ArticleQuerySet)()

    template = "web/article.html"
    parent_page_types: ClassVar[list[str]] = ["newsroom.Section"]
    subpage_types: ClassVar[list[str]] = []
    page_description = _("A story in a section.")
    exclude_fields_in_copy: ClassVar[list[str]] = ["published_at", "updated_at", "embargo"]
    content_panels = editing.ARTICLE_TEXT
    promote_panels = editing.ADDRESS
    settings_panels = editing.SETTINGS
    base_form_class = editing.ArticleForm
    search_fields: ClassVar[list[Any]] = [
        *PaperPage.search_fields,
        index.SearchField("standfirst"),
        index.SearchField("preview_text"),  # never the body: results must not quote it
        index.FilterField("published_at"),
    ]

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Save; a story that is live has a time at which it was published."""
        if self.live and self.published_at is None:
            self.published_at = self.first_published_at or timezone.now()
        return super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse what readers could not make sense of, each fault at its field."""
        super().clean()
        faults: dict[str, Any] = {}
        self.lead_alt = self.lead_seen[:MOST_ALT]
        if self.lead_picture_id and not self.lead_alt:
            faults["lead_alt"] = _("Say what the picture shows.")
        if self.published_at and self.published_at > timezone.now():
            faults["published_at"] = _("This is still to come. To publish later, set a schedule.")
        if PLACEHOLDER.search(self._everything_written()):
            faults["title"] = _("A word between double percent signs cannot be printed.")
        if faults:
            raise ValidationError(faults)

    def _everything_written(self) -> str:
        fields = (self.kicker, self.title, self.standfirst, self.place, self.lead_alt)
        body = json.dumps(self.body.get_prep_value(), default=str, ensure_ascii=False)
        return "\n".join((*fields, self.lead_caption, body))

    # Where it stands

    @cached_property
    def section(self) -> "Section":
        """The section it is in."""
        model = apps.get_model("newsroom", "Section")  # it comes after this module
        return model.objects.get(path=self.path[:-STEP])

    @cached_property
    def edition(self) -> "Edition":
        """The edition it belongs to."""
        return self.section.edition

    @property
    def level(self) -> Level:
        """Who it is for, in the words of the rule of access."""
        return Level(self.access)

    # Who wrote it

    @cached_property
    def authors(self) -> list["Author"]:
        """Its authors in the byline's order."""
        return [entry.author for entry in self.byline.select_related("author")]

    @property
    def byline_text(self) -> str:
        """Its authors' names as one phrase in the active language."""
        return in_words([author.name for author in self.authors])

    # What it says

    @property
    def lead_seen(self) -> str:
        """What the lead picture shows: the story's own words, else the picture's."""
        own = self.lead_alt.strip()
        return own or (self.lead_picture.description.strip() if self.lead_picture else "")

    def body_blocks(self) -> list[Any]:
        """The whole text, a paragraph a block, without the editor's mark."""
        return [child for child in one_by_one(self.body) if child.block_type != cutting.MARK]

    def preview_blocks(self) -> list[Any]:
        """What everybody may read of the text."""
        story = list(one_by_one(self.body))
        return story[: self._cut(story)]

    @property
    def preview_text(self) -> str:
        """The preview's words, for the search index."""
        return "\n".join(filter(None, map(plain_text, self.preview_blocks())))

    @property
    def words(self) -> int:
        """How many words the whole text has."""
        return sum(len(plain_text(child).split()) for child in self.body_blocks())

    @property
    def paragraphs_left(self) -> int:
        """How many paragraphs the preview keeps back."""
        story = list(one_by_one(self.body))
        rest = story[self._cut(story) :]
        return sum(child.block_type == cutting.PARAGRAPH for child in rest)

    def _cut(self, story: Sequence[Any]) -> int:
        kinds = [child.block_type for child in story]
        return cutting.cut(kinds, self.edition.preview_paragraphs)

    # What goes with it

    def related(self, topics: Iterable["Topic"]) -> tuple[list["Article"], list["Article"]]:
        """The stories tied to it, and those recommended besides; six of each at the most."""
        tied = self._tied()
        recommended = self._recommended(topics, [self.pk, *(story.pk for story in tied)])
        dressed([*tied, *recommended], self.edition.sections)
        return tied, recommended

    def _tied(self) -> list["Article"]:
        order = [entry.story_id for entry in self.tied.all()]
        found = {story.pk: story for story in Article.objects.as_cards().filter(pk__in=order)}
        return [found[key] for key in order if key in found][:MOST_RELATED]

    def _recommended(self, topics: Iterable["Topic"], shown: Iterable[int]) -> list["Article"]:
        # The newest of the same topics, then of the same section.
        filed = Article.topics.through.objects.filter(topic__in=[topic.pk for topic in topics])
        others = Article.objects.as_cards().newest().exclude(pk__in=shown)
        alike = others.inside(self.edition).filter(pk__in=filed.values("article"))
        found = list(alike[:MOST_RELATED])
        if len(found) < MOST_RELATED:
            rest = others.inside(self.section).exclude(pk__in=[story.pk for story in found])
            found += rest[: MOST_RELATED - len(found)]
        return found

    # The doors that are not the gate

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page without any knowledge of seats: a preview, unless the story is free."""
        return self._answer(request, self.level)

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """What editors may look at before they publish."""
        return [("", _("The whole story")), (Kind.PREVIEW.value, _("Without a subscription"))]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """What an editor sees of a draft; anybody else gets what `serve` would give."""
        whole = mode_name != Kind.PREVIEW.value and request.user.has_perm(
            "wagtailadmin.access_admin"
        )
        return self._answer(request, Level.FREE if whole else self.level)

    def _answer(self, request: HttpRequest, level: Level) -> HttpResponse:
        decision = decide(Facts(level))  # nothing is known here of accounts, seats and meters
        face = face_for(
            decision,
            message=False,
            signed_in=request.user.is_authenticated,
            language=translation.get_language() or "en",
        )
        response = HttpResponse(printing.sheet(self, face))
        response.headers["Broadsheet-Access"] = decision.header
        response.headers["Cache-Control"] = "private, no-cache"
        return response


class ArticleAuthor(Orderable):
    """One name in an article's byline."""

    article = ParentalKey(Article, on_delete=models.CASCADE, related_name="byline")
    author = models.ForeignKey(
        "newsroom.Author",
        verbose_name=_("author"),
        on_delete=models.CASCADE,
        related_name="+",
    )

    class Meta(Orderable.Meta):
        verbose_name = _("author")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["article", "author"], name="one_name_per_byline")
        ]


class TiedStory(Orderable):
    """One story in an article's More information."""

    article = ParentalKey(Article, on_delete=models.CASCADE, related_name="tied")
    story = models.ForeignKey(
        Article, verbose_name=_("story"), on_delete=models.CASCADE, related_name="+"
    )

    class Meta(Orderable.Meta):
        verbose_name = _("tied story")


class Correction(Orderable):
    """What was changed in a published story, told to its readers with the time."""

    class Kind(models.TextChoices):
        """What sort of change it is."""

        CORRECTION = "correction", _("Correction")
        CLARIFICATION = "clarification", _("Clarification")
        UPDATE = "update", _("Update")

    article = ParentalKey(Article, on_delete=models.CASCADE, related_name="corrections")
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices, default=Kind.CORRECTION)
    at = models.DateTimeField(_("time"), default=timezone.now)
    text = models.TextField(
        _("what was changed"),
        max_length=600,
        help_text=_("What was wrong, and what is right. Everybody can read it."),
    )

    class Meta(Orderable.Meta):
        verbose_name = _("correction or update")


def dressed(articles: Iterable[Article], sections: Iterable["Section"]) -> list[Article]:
    """The articles with their sections and authors, which then cost no query each."""
    cards = list(articles)
    homes = {section.path: section for section in sections}
    names: dict[int, list[Author]] = {card.pk: [] for card in cards}
    entries = ArticleAuthor.objects.filter(article__in=names).select_related("author")
    for entry in entries:
        names[entry.article_id].append(entry.author)
    for card in cards:
        card.authors = names[card.pk]
        if card.path[:-STEP] in homes:
            card.section = homes[card.path[:-STEP]]
    return cards
