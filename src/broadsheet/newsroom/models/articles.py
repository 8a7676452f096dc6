"""Articles: what a story is, and how much of it leaves by which door."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.fields import StreamField
from wagtail.models import Orderable, PageManager, Revision
from wagtail.query import PageQuerySet
from wagtail.search import index

from broadsheet.access import Facts, Level, decide
from broadsheet.gate.pages import Standing, face_for
from broadsheet.gate.response import PLAYERS
from broadsheet.newsroom import cutting, editing, footnotes, printing, proofs
from broadsheet.newsroom.blocks import MOST_CHARACTERS, StoryBody, one_by_one, plain_text
from broadsheet.newsroom.bylines import in_words
from broadsheet.newsroom.models.pictures import Picture
from broadsheet.newsroom.models.tree import PaperPage
from broadsheet.newsroom.plainwords import in_one_line, seen

if TYPE_CHECKING:
    from broadsheet.newsroom.models.authors import Author
    from broadsheet.newsroom.models.paper import Edition, Section
    from broadsheet.newsroom.models.topics import Topic

STEP = PaperPage.steplen
"""Characters of a page's tree path per level."""
MOST_RELATED = 6
"""Stories in More information, and in Recommendations."""
READING_SPEED = 230
"""Words a minute."""
MOST_ALT = 250
"""Characters of what a picture shows."""
PLACEHOLDER = re.compile(r"%%\w+%%")
"""What the gate fills in for one reader; a story must not be able to ask for it."""
EARLIEST = datetime(1600, 1, 1, tzinfo=UTC)
"""Before the first newspaper. Times near year 1 cannot be told in every time zone."""
FARTHEST = timedelta(days=3660)
"""How far ahead a story can be planned: ten years. Nor can times near year 9999."""
LINES = ("title", "kicker", "standfirst", "sponsor", "place", "lead_alt", "lead_caption")
"""Fields that are printed as one line."""
TIMES = ("published_at", "updated_at", "embargo", "go_live_at", "expire_at")


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

    def out(self) -> Self:
        """Those that everybody may know of now: published, unrestricted, past any embargo."""
        now = timezone.now()
        free = models.Q(embargo__isnull=True) | models.Q(embargo__lte=now)
        return self.live().public().filter(free)

    def with_pictures(self) -> Self:
        """With their pictures in all sizes that were ever made."""
        pictures = models.Prefetch("lead_picture", Picture.objects.prefetch_renditions())
        return self.prefetch_related(pictures)

    def as_cards(self) -> Self:
        """Those that are published, without their text."""
        return self.live().defer("body").with_pictures()


class Article(PaperPage):
    """One story. Its title is the headline; its text leaves only as the gate decides."""

    live: bool
    go_live_at: datetime | None

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
    content_panels = editing.ARTICLE_TEXT
    promote_panels = editing.ADDRESS
    settings_panels = editing.SETTINGS
    base_form_class = editing.ArticleForm
    search_fields: ClassVar[list[Any]] = [
        *PaperPage.search_fields,
        index.SearchField("standfirst"),
        index.SearchField("kicker"),
        index.SearchField("byline_names"),
        index.SearchField("topic_names"),
        index.SearchField("open_text"),  # never the body: results must not match or quote it
        index.AutocompleteField("standfirst"),  # these are looked through in the admin alone
        index.AutocompleteField("kicker"),
        index.AutocompleteField("byline_names"),
        index.FilterField("published_at"),
    ]

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    @property
    def exclude_fields_in_copy(self) -> list[str]:
        """What a copy does not take along; an embargo still to come goes with the text."""
        own = ["published_at", "updated_at", "corrections"]
        return own if _to_come(self.embargo) else [*own, "embargo"]

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Save; a story that is live has a time at which it was published.

        Whoever made it live, and however: before its embargo, and before the time it is to go
        live, it is not. Wagtail saves new pages and aliases as live before they are scheduled.
        """
        for name in LINES:
            setattr(self, name, in_one_line(getattr(self, name)))
        if self.live and (_to_come(self.embargo) or _to_come(self.go_live_at)):
            self.live = False
        if self.live and self.published_at is None:
            self.published_at = self.first_published_at or timezone.now()
        return super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse what readers could not make sense of, each fault at its field."""
        super().clean()
        for name in LINES:
            setattr(self, name, in_one_line(getattr(self, name)))
        faults = _impossible_times(self, TIMES)
        if not self.title:
            faults["title"] = _("Nothing of this headline can be printed.")
        self.lead_alt = self.lead_seen[:MOST_ALT]
        if self.lead_picture_id and not self.lead_alt:
            faults["lead_alt"] = _("Say what the picture shows.")
        if self.published_at and self.published_at > timezone.now():
            faults["published_at"] = _("This is still to come. To publish later, set a schedule.")
        if self.updated_at and self.updated_at > timezone.now():
            faults["updated_at"] = _("This is still to come.")
        if self.pk and self.live and _to_come(self.embargo):
            faults["embargo"] = _(
                "This story is published: readers have it. Unpublish it first, "
                "or give a time that has passed."
            )
        written = self._everything_written()
        if len(written) > MOST_CHARACTERS:
            faults["body"] = _("A story holds at most %(most)d characters. Part it in two.") % {
                "most": MOST_CHARACTERS
            }
        if PLACEHOLDER.search(written):
            faults["title"] = _("A word between double percent signs cannot be printed.")
        if faults:
            raise ValidationError(faults)
        self.go_live_at = _not_before([self.embargo], self.go_live_at)

    def with_content_json(self, content: dict[str, Any]) -> "Article":
        """The story as a revision has it.

        Every door that publishes (the editors' buttons, a workflow's approval, a schedule, a
        bulk action, a command, Wagtail's API) takes the revision's story from here, and Wagtail
        schedules it when it is to go live later. So that is never before the embargo.
        """
        story: Article = super().with_content_json(content)
        # The embargo is the story's, not a version's: an older version does not get round it.
        embargoes = [story.embargo, self._newest_embargo()]
        story.go_live_at = _not_before(embargoes, story.go_live_at)
        return story

    def _newest_embargo(self) -> datetime | None:
        if self.latest_revision_id is None:
            return None
        newest = Revision.objects.filter(pk=self.latest_revision_id)
        written = newest.values_list("content__embargo", flat=True).first()
        return parse_datetime(written) if written else None

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
        """The whole text, a paragraph a block, without the editor's mark, footnotes last."""
        story = [child for child in one_by_one(self.body) if child.block_type != cutting.MARK]
        return sorted(story, key=lambda child: child.block_type == footnotes.KIND)

    def preview_blocks(self) -> list[Any]:
        """What everybody may read of the text."""
        story = list(one_by_one(self.body))
        shown = story[: self._cut(story)]
        return [child for child in shown if child.block_type != footnotes.KIND]

    def open_blocks(self) -> list[Any]:
        """What of the text leaves by every door: the preview, or all of it when it is free."""
        return self.body_blocks() if self.level is Level.FREE else self.preview_blocks()

    @property
    def preview_text(self) -> str:
        """The preview's words."""
        return "\n".join(filter(None, map(plain_text, self.preview_blocks())))

    @property
    def open_text(self) -> str:
        """The words everybody may read, a block a line, for the search index."""
        return "\n".join(filter(None, map(plain_text, self.open_blocks())))

    @property
    def byline_names(self) -> str:
        """Its authors' names, for the search index."""
        return ", ".join(author.name for author in self.authors)

    @property
    def topic_names(self) -> str:
        """The names of its topics, for the search index."""
        return ", ".join(topic.name for topic in self.filed_under)

    @cached_property
    def filed_under(self) -> list["Topic"]:
        """Its topics, by name."""
        return list(self.topics.all())

    @property
    def words(self) -> int:
        """How many words the whole text has."""
        return sum(len(plain_text(child).split()) for child in self.body_blocks())

    @property
    def reading_minutes(self) -> int:
        """Minutes that reading the whole text takes, at READING_SPEED; one at the least."""
        return max(1, round(self.words / READING_SPEED))

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
        # Those that are alike, then the newest of the same topics, then of the same section.
        others = Article.objects.as_cards().inside(self.edition)
        filed = Article.topics.through.objects.filter(topic__in=[topic.pk for topic in topics])
        ways = (
            others.filter(liked_by__article__in=[self.pk]).order_by("liked_by__rank"),
            others.newest().filter(pk__in=filed.values("article")),
            others.newest().inside(self.section),
        )
        found: list[Article] = []
        for way in ways:
            known = [*shown, *(story.pk for story in found)]
            if len(found) < MOST_RELATED:
                found += way.exclude(pk__in=known)[: MOST_RELATED - len(found)]
        return found

    def translated(self) -> list["Article"]:
        """Its published translations, each with its edition."""
        cards = self.get_translations().live().defer("body").order_by("path")
        return [card for card in cards if card.section.live and card.edition.live]

    # The doors that are not the gate

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page without any knowledge of seats: a preview, unless the story is free."""
        return self._answer(request, self.level)

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """What editors may look at before they publish: every face that readers meet."""
        return proofs.MODES

    @property
    def preview_sizes(self) -> list[dict[str, Any]]:
        """How wide the screens are that editors look at it on."""
        return proofs.SIZES

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """What an editor sees of a draft; anybody else gets what `serve` would give."""
        face = proofs.face(mode_name)
        if face is None or not request.user.has_perm("wagtailadmin.access_admin"):
            return self._answer(request, self.level)
        response = HttpResponse(proofs.proof(self, face))
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _answer(self, request: HttpRequest, level: Level) -> HttpResponse:
        decision = decide(Facts(level))  # nothing is known here of accounts, seats and meters
        standing = Standing(signed_in=request.user.is_authenticated)
        face = face_for(decision, standing, translation.get_language() or "en")
        response = HttpResponse(printing.sheet(self, face))
        response.headers["Broadsheet-Access"] = decision.header
        policy = {**settings.SECURE_CSP, "frame-src": [*PLAYERS]}
        response._csp_config = policy  # type: ignore[attr-defined]
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

    def clean(self) -> None:
        """Refuse a time that readers could not make sense of."""
        super().clean()
        self.text = seen(self.text).strip()
        faults = _impossible_times(self, ["at"])
        if self.at and self.at > timezone.now():
            faults["at"] = _("This is still to come.")
        if faults:
            raise ValidationError(faults)


def _to_come(moment: datetime | None) -> bool:
    return moment is not None and moment > timezone.now()


def _not_before(embargoes: Iterable[datetime | None], planned: datetime | None) -> datetime | None:
    # When to go live, so that no embargo is broken; None: at once.
    return max(filter(None, [planned, *filter(_to_come, embargoes)]), default=None)


def _impossible_times(of: models.Model, names: Iterable[str]) -> dict[str, Any]:
    faults: dict[str, Any] = {}
    for name in names:
        moment = getattr(of, name)
        if moment and moment < EARLIEST:
            faults[name] = _("No newspaper is as old as this.")
        elif moment and moment > timezone.now() + FARTHEST:
            faults[name] = _("This is more than ten years away.")
    return faults


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


def filed(articles: Iterable[Article]) -> list[Article]:
    """The articles with their topics, which then cost no query each."""
    cards = list(articles)
    found: dict[int, list[Topic]] = {card.pk: [] for card in cards}
    entries = Article.topics.through.objects.filter(article__in=found).select_related("topic")
    for entry in entries.order_by("topic__name"):
        found[entry.article_id].append(entry.topic)
    for card in cards:
        card.filed_under = found[card.pk]
    return cards
