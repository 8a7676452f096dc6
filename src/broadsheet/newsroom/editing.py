"""The editing screens, in the order in which a story is written."""

from typing import Any

from django.conf import settings
from django.forms import CheckboxSelectMultiple, MultipleChoiceField
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import (
    FieldPanel,
    InlinePanel,
    MultiFieldPanel,
    PageChooserPanel,
    PublishingPanel,
    TitleFieldPanel,
)

ARTICLE_TEXT = [
    MultiFieldPanel(
        [
            FieldPanel("kicker"),
            TitleFieldPanel("title", placeholder=_("Headline")),
            FieldPanel("standfirst"),
        ],
        heading=_("Headline"),
    ),
    MultiFieldPanel(
        [InlinePanel("byline", label=_("Author")), FieldPanel("place")],
        heading=_("Byline"),
        help_text=_("Who wrote it, in order, and where."),
    ),
    MultiFieldPanel(
        [FieldPanel("lead_picture"), FieldPanel("lead_alt"), FieldPanel("lead_caption")],
        heading=_("Lead picture"),
        help_text=_("Photographer and agency are kept with the picture itself."),
    ),
    FieldPanel("body"),
    FieldPanel("topics", widget=CheckboxSelectMultiple, help_text=_("Archived in.")),
    InlinePanel(
        "tied",
        heading=_("More information"),
        label=_("Story"),
        panels=[PageChooserPanel("story", "newsroom.Article")],
        help_text=_("Stories of ours that belong to this one, the nearest first."),
    ),
    MultiFieldPanel(
        [FieldPanel("access")],
        heading=_("Where and for whom"),
    ),
    MultiFieldPanel(
        [FieldPanel("published_at"), FieldPanel("updated_at")],
        heading=_("Times readers see"),
        classname="collapsed",
    ),
]

ADDRESS = [
    MultiFieldPanel(
        [FieldPanel("slug"), FieldPanel("seo_title"), FieldPanel("search_description")],
        heading=_("Address and search engines"),
        help_text=_("Everybody can read these lines."),
    ),
]

SETTINGS = [PublishingPanel()]

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
    MultiFieldPanel(
        [FieldPanel("newsletter_name"), FieldPanel("newsletter_pitch")],
        heading=_("Newsletter"),
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


class ArticleForm(WagtailAdminPageForm):
    """The article's form: it offers the topics of the article's own edition alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = self.fields.get("topics")
        if topics is not None and self.parent_page is not None:
            edition = self.parent_page.specific.edition
            topics.queryset = topics.queryset.filter(edition=edition)
