"""What happens while the paper is open: live blogs, and news that is breaking."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField
from wagtail.rich_text import get_text_for_indexing

from broadsheet.newsroom.models.articles import EARLIEST, PLACEHOLDER, Article
from broadsheet.newsroom.plainwords import in_one_line, seen
from broadsheet.newsroom.storytext import StoryText

if TYPE_CHECKING:
    from broadsheet.newsroom.models.paper import Edition

MOST_IN_AN_ENTRY = 20_000
"""Characters of an entry's text, as HTML: some 3,000 words, which is a story of its own."""
LONGEST_BREAKING = timedelta(days=7)
"""How far ahead a bar may end: what is longer is not breaking."""
CLOCKS_APART = timedelta(minutes=2)
"""By how much a telephone's clock may be ahead of the server's."""


class LiveEntry(models.Model):
    """One entry of a live story, read where the story's full text is read and nowhere else."""

    article = models.ForeignKey(
        "newsroom.Article",
        verbose_name=_("story"),
        on_delete=models.CASCADE,
        related_name="live_entries",
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    headline = models.CharField(_("headline"), max_length=140, blank=True)
    text = RichTextField(_("text"), features=["bold", "italic", "link"])
    author = models.ForeignKey(
        "newsroom.Author",
        verbose_name=_("author"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    picture = models.ForeignKey(
        "newsroom.Picture",
        verbose_name=_("picture"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    picture_alt = models.CharField(
        _("what it shows"),
        max_length=250,
        blank=True,
        help_text=_("For readers who cannot see it: one plain sentence."),
    )
    is_key = models.BooleanField(
        _("key moment"), default=False, help_text=_("Listed at the head of the story.")
    )

    class Meta:
        verbose_name = _("live entry")
        verbose_name_plural = _("live entries")
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.headline or f"{self.at:%H:%M}"

    @property
    def anchor(self) -> str:
        """The entry's permanent place in its story's page."""
        return f"entry-{self.pk}"

    @property
    def story_text(self) -> StoryText:
        """The text as readers may be given it."""
        return StoryText(self.text)

    @property
    def first_words(self) -> str:
        """Its beginning, for a list of entries in which this one has no headline."""
        return Truncator(get_text_for_indexing(self.text)).words(12)

    @property
    def picture_seen(self) -> str:
        """What the picture shows: the entry's own words, else the picture's."""
        own = self.picture_alt.strip()
        return own or (self.picture.description.strip() if self.picture else "")

    def clean(self) -> None:
        """Refuse what readers could not make sense of, each fault at its field."""
        super().clean()
        self.headline = in_one_line(self.headline)
        self.picture_alt = in_one_line(self.picture_alt)
        self.text = seen(self.text)
        faults: dict[str, Any] = {}
        if len(self.text) > MOST_IN_AN_ENTRY:
            faults["text"] = _("This is too long for an entry. Make it a story and link to it.")
        elif self.text and not strip_tags(self.text).strip():
            faults["text"] = _("There is nothing to read in this.")
        elif PLACEHOLDER.search(f"{self.headline}\n{self.text}\n{self.picture_alt}"):
            faults["text"] = _("A word between double percent signs cannot be printed.")
        if self.at and self.at < EARLIEST:
            faults["at"] = _("No newspaper is as old as this.")
        elif self.at and self.at > timezone.now() + CLOCKS_APART:
            faults["at"] = _("This is still to come.")
        if self.picture and not self.picture_seen:
            faults["picture_alt"] = _("Say what the picture shows.")
        if faults:
            raise ValidationError(faults)


class BreakingNewsQuerySet(models.QuerySet["BreakingNews"]):
    """Lines above an edition's pages, past and present."""

    def ended(self) -> Self:
        """Those whose time is over, the last to end first."""
        return self.filter(until__lte=timezone.now()).order_by("-until", "-pk")

    def shown_in(self, edition: "Edition") -> "BreakingNews | None":
        """The one line that stands above the edition's pages now: the newest."""
        return self.filter(edition=edition, until__gt=timezone.now()).order_by("-pk").first()


class BreakingNews(models.Model):
    """One line above every page of an edition, until its time is over."""

    edition = models.ForeignKey(
        "newsroom.Edition",
        verbose_name=_("edition"),
        on_delete=models.CASCADE,
        related_name="breaking",
    )
    line = models.CharField(_("line"), max_length=140)
    story = models.ForeignKey(
        "newsroom.Article",
        verbose_name=_("story"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Where the line leads, when there is a story."),
    )
    until = models.DateTimeField(
        _("until"), help_text=_("Then it goes by itself. It can be taken away before.")
    )

    objects = BreakingNewsQuerySet.as_manager()

    class Meta:
        verbose_name = _("breaking news")
        verbose_name_plural = _("breaking news")
        ordering: ClassVar[list[str]] = ["-pk"]

    def __str__(self) -> str:
        return self.line

    @property
    def leads_to(self) -> str:
        """The address of its story, once readers may at least see a preview of it; else ""."""
        if self.story_id is None:
            return ""
        story = Article.objects.out().defer("body").filter(pk=self.story_id).first()
        return story.get_url() if story else ""

    def clean(self) -> None:
        """Refuse what cannot be printed, and an end that has passed or never comes."""
        super().clean()
        self.line = in_one_line(self.line)
        faults: dict[str, Any] = {}
        if not self.line:
            faults["line"] = _("Nothing of this line can be printed.")
        elif PLACEHOLDER.search(self.line):
            faults["line"] = _("A word between double percent signs cannot be printed.")
        if self.until and self.until <= timezone.now():
            faults["until"] = _("This has passed: nobody would see the line.")
        elif self.until and self.until > timezone.now() + LONGEST_BREAKING:
            faults["until"] = _("What breaks for more than a week is not breaking.")
        if faults:
            raise ValidationError(faults)
