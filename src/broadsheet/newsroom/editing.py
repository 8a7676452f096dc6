"""The editing screens, in the order in which a story is written."""

from typing import Any

from django.conf import settings
from django.forms import CheckboxSelectMultiple, MultipleChoiceField, RadioSelect
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import (
    CommentPanel,
    FieldPanel,
    InlinePanel,
    MultiFieldPanel,
    PageChooserPanel,
    PublishingPanel,
    TitleFieldPanel,
)

from broadsheet.access import Level
from broadsheet.newsroom.likeness_panel import LikelyStories
from broadsheet.newsroom.topic_panel import TopicSuggestions

ARTICLE_TEXT = [
    MultiFieldPanel(
        [
            FieldPanel("kicker"),
            FieldPanel("genre"),
            TitleFieldPanel(
                "title",
                heading=_("Headline"),
                placeholder=_("Headline"),
                help_text=_("What happened, in one line. In lists and searches it stands alone."),
            ),
            FieldPanel("standfirst"),
        ],
        heading=_("Headline"),
    ),
    MultiFieldPanel(
        [FieldPanel("lead_picture"), FieldPanel("lead_alt"), FieldPanel("lead_caption")],
        heading=_("Lead picture"),
        help_text=_("Photographer and agency are kept with the picture itself."),
    ),
    MultiFieldPanel(
        [InlinePanel("byline", label=_("Author")), FieldPanel("place")],
        heading=_("Byline"),
        help_text=_("Who wrote it, in order, and where."),
    ),
    FieldPanel(
        "body",
        help_text=_(
            "Where the preview ends is your choice: put “the preview ends here” there. Without "
            "the mark it ends after as many paragraphs as the edition says."
        ),
    ),
    FieldPanel("topics", widget=CheckboxSelectMultiple, help_text=_("Archived in.")),
    TopicSuggestions(),
    InlinePanel(
        "tied",
        heading=_("More information"),
        label=_("Story"),
        panels=[PageChooserPanel("story", "newsroom.Article")],
        help_text=_("Stories of ours that belong to this one, the nearest first."),
    ),
    LikelyStories(),
    FieldPanel("also_in", widget=CheckboxSelectMultiple),
    MultiFieldPanel(
        [FieldPanel("access", widget=RadioSelect), FieldPanel("sponsor")],
        heading=_("Where and for whom"),
    ),
    InlinePanel(
        "corrections",
        heading=_("Corrections and updates"),
        label=_("Correction or update"),
        panels=[FieldPanel("kind"), FieldPanel("at"), FieldPanel("text")],
        help_text=_("They stand below the text with their times, for everybody."),
    ),
    MultiFieldPanel(
        [FieldPanel("published_at"), FieldPanel("updated_at")],
        heading=_("Times readers see"),
        help_text=_("Here times are those of your account's time zone. Readers see the edition's."),
    ),
    MultiFieldPanel(
        [FieldPanel("embargo")],
        heading=_("Embargo"),
        help_text=_(
            "Published before, the story is scheduled for the embargo's end. To publish at "
            "another time, set a schedule (Status, at the side)."
        ),
    ),
]

ADDRESS = [
    MultiFieldPanel(
        [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description")],
        heading=_("Address and search engines"),
        help_text=_("Everybody can read these lines."),
    ),
]

SETTINGS = [PublishingPanel(), CommentPanel()]

PAPER = [TitleFieldPanel("title", placeholder=_("The paper's name"))]

EDITION = [
    TitleFieldPanel("title", placeholder=_("As in: United States")),
    InlinePanel(
        "slots",
        heading=_("Front page"),
        label=_("Story"),
        panels=[PageChooserPanel("story", "newsroom.Article"), FieldPanel("place")],
        help_text=_("What stands where. Places left free are filled with the newest stories."),
    ),
    MultiFieldPanel(
        [
            FieldPanel("language"),
            FieldPanel("interface_languages"),
            FieldPanel("time_zone"),
            FieldPanel("currency"),
        ],
        heading=_("Place"),
    ),
    MultiFieldPanel(
        [
            FieldPanel("preview_paragraphs"),
            FieldPanel("meter_visitors"),
            FieldPanel("meter_readers"),
        ],
        heading=_("What may be read without a subscription"),
    ),
]

SECTION = [
    TitleFieldPanel("title", placeholder=_("As in: World")),
    FieldPanel("introduction"),
    FieldPanel("is_opinion"),
    InlinePanel(
        "slots",
        heading=_("At the head of the page"),
        label=_("Story"),
        panels=[PageChooserPanel("story", "newsroom.Article")],
        help_text=_("These come first, in this order. Below them the newest."),
    ),
]


class EditionForm(WagtailAdminPageForm):
    """The edition's form: the interface's languages are ticked, not typed."""

    interface_languages = MultipleChoiceField(
        label=_("languages of the interface"),
        choices=settings.INTERFACE_LANGUAGES,
        widget=CheckboxSelectMultiple,
        required=False,
        help_text=_("What readers may choose. None chosen: all."),
    )


HEADLINE = (40, 75)
"""Characters of a headline that fills its lines and stands whole in a search result."""
STANDFIRST = (80, 180)
"""The same for a standfirst: a sentence, and no paragraph."""
WHO_READS = {
    Level.FREE.value: _("Everybody: all of it, without an account."),
    Level.REGISTERED.value: _(
        "Readers with an account: they and subscribers read all of it. Visitors see the preview, "
        "and how to open an account."
    ),
    Level.SUBSCRIBERS.value: _(
        "Subscribers: they read all of it, on one device at a time for each seat. Everybody else "
        "sees the preview and the plans, or all of it while they have free stories left."
    ),
}
"""What each kind of reader sees, by access level."""


class ArticleForm(WagtailAdminPageForm):
    """The article's form: what it offers is the article's own edition's, or expressly not."""

    class Media:
        js = ("newsroom/length.js",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "access" in self.fields:
            self.fields["access"].choices = list(WHO_READS.items())
        self._hint("title", HEADLINE)
        self._hint("standfirst", STANDFIRST)
        if self.parent_page is not None:
            self._offer(self.parent_page.specific.edition)

    def clean(self) -> dict[str, Any]:
        """A schedule that only followed the embargo follows it still."""
        data: dict[str, Any] = super().clean()
        planned, embargo = self.initial.get("go_live_at"), self.initial.get("embargo")
        followed = planned is not None and planned == embargo
        if followed and {"embargo", "go_live_at"} & {*self.changed_data} == {"embargo"}:
            data["go_live_at"] = None
        return data

    def _offer(self, edition: Any) -> None:
        topics, also_in = self.fields.get("topics"), self.fields.get("also_in")
        if topics is not None:
            topics.queryset = topics.queryset.filter(edition=edition)
        if also_in is not None:
            names = dict(edition.get_siblings().values_list("path", "title"))
            elsewhere = also_in.queryset.exclude(path__startswith=edition.path)
            also_in.queryset = elsewhere.order_by("path")
            also_in.label_from_instance = lambda section: (
                f"{names.get(section.path[: -section.steplen], '')}: {section.title}"
            )

    def _hint(self, name: str, lengths: tuple[int, int]) -> None:
        if name in self.fields:
            low, high = lengths
            says = _("Characters: {n}. {low} to {high} read best.")
            self.fields[name].widget.attrs.update(
                {
                    "data-length-low": low,
                    "data-length-high": high,
                    "data-length-says": format_lazy(says, n="{n}", low=low, high=high),
                    "data-length-short": _("Short."),
                    "data-length-good": _("Good."),
                    "data-length-long": _("Long."),
                }
            )
