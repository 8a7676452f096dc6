"""The paper's tree: the paper, its editions, their sections."""

from collections.abc import Iterable
from functools import cache, cached_property
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import RoutablePageMixin, path

from broadsheet.newsroom import editing, finding, fronts, most_read
from broadsheet.newsroom.languages import best_match
from broadsheet.newsroom.models.articles import STEP, Article, dressed
from broadsheet.newsroom.models.authors import Author
from broadsheet.newsroom.models.live import BreakingNews
from broadsheet.newsroom.models.slots import SectionSlot
from broadsheet.newsroom.models.topics import Topic
from broadsheet.newsroom.models.tree import PaperPage, leaf, shown

time_zones = cache(available_timezones)
"""The names of all time zones there are: to find them out, six hundred files are read."""
EDITION_COOKIE = "bs_edition"
EDITION_COOKIE_AGE = 365 * 86400
PAGE_SIZE = 20
"""Stories on one page of a list."""
MOST_READ = 5
"""Stories in a list of the most read."""
TAKEN = frozenset(
    {"accessibility", "account", "add-reader", "admin", "api", "card", "documents"}
    | {"feeds", "gifts", "invitations", "join", "language", "mailbox", "media", "newsletters"}
    | {"offline", "plans", "search", "sitemap", "static", "subscribe", "terms"}
)
"""Addresses at the root that are not the newsroom's to give."""
ROUTED = frozenset(("author", "search", "topic"))
"""Addresses in an edition that are its own pages."""


class Paper(PaperPage):
    """The paper: the root of the site. Its title is its name."""

    max_count = 1
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    subpage_types: ClassVar[list[str]] = ["newsroom.Edition"]
    page_description = _("The paper itself: its editions stand below it.")
    content_panels = editing.PAPER
    promote_panels = editing.ADDRESS
    settings_panels = editing.SETTINGS
    preview_modes: ClassVar[list[Any]] = []

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """On to an edition: the reader's last, else the best for their languages."""
        edition = self._edition_for(request)
        response = HttpResponseRedirect(edition.get_url())
        patch_vary_headers(response, ["Cookie", "Accept-Language"])
        return response

    def editions(self) -> list["Edition"]:
        """The published editions in the editors' order."""
        return list(Edition.objects.child_of(self).live().order_by("path"))

    def _edition_for(self, request: HttpRequest) -> "Edition":
        editions = {edition.slug: edition for edition in self.editions()}
        if not editions:
            raise Http404(_("This paper has no edition yet."))
        last = request.COOKIES.get(EDITION_COOKIE, "")
        if last in editions:
            return editions[last]
        languages = {code: edition.language for code, edition in editions.items()}
        return editions[best_match(request.headers.get("Accept-Language", ""), languages)]


class Edition(RoutablePageMixin, PaperPage):
    """The paper for one country and language. Its slug is its code."""

    language = models.CharField(
        _("language"),
        max_length=12,
        default="en-US",
        validators=[RegexValidator(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")],
        help_text=_("The language its stories are written in, as in: en-US."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        default="America/New_York",
        help_text=_("Of the times its readers see, as in: America/New_York."),
    )
    currency = models.CharField(
        _("currency"), max_length=3, default="USD", validators=[RegexValidator(r"^[A-Z]{3}$")]
    )
    interface_languages = models.JSONField(
        _("languages of the interface"),
        default=list,
        blank=True,
        help_text=_("What readers may choose. None chosen: all."),
    )
    preview_paragraphs = models.PositiveSmallIntegerField(
        _("paragraphs of a preview"),
        default=3,
        help_text=_(
            "How much of a story those without access see. Stories can have their own mark."
        ),
    )
    meter_visitors = models.PositiveSmallIntegerField(
        _("free stories for visitors"),
        default=0,
        help_text=_("Subscribers' stories anybody may read in 30 days. 0: none."),
    )
    meter_readers = models.PositiveSmallIntegerField(
        _("free stories for readers with an account"),
        default=0,
        help_text=_("Subscribers' stories a signed-in reader may read in 30 days. 0: none."),
    )
    template = "web/front.html"
    parent_page_types: ClassVar[list[str]] = ["newsroom.Paper"]
    subpage_types: ClassVar[list[str]] = ["newsroom.Section"]
    page_description = _("The paper for one country and language.")
    base_form_class = editing.EditionForm
    content_panels = editing.EDITION
    promote_panels = editing.ADDRESS
    settings_panels = editing.SETTINGS

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")

    def clean(self) -> None:
        """Refuse addresses that lead elsewhere, and time zones nobody knows."""
        super().clean()
        if self.slug in TAKEN:
            raise ValidationError({"slug": _("This address is taken by the paper itself.")})
        if self.time_zone not in time_zones():
            raise ValidationError({"time_zone": _("There is no such time zone.")})

    @property
    def offered(self) -> tuple[str, ...]:
        """The interface's languages that its readers may choose among."""
        known = [code for code, _ in settings.INTERFACE_LANGUAGES]
        return tuple(code for code in known if code in self.interface_languages) or tuple(known)

    # What stands in it

    @cached_property
    def sections(self) -> list["Section"]:
        """The published sections in the editors' order."""
        sections: list[Section] = list(Section.objects.child_of(self).live().order_by("path"))
        for section in sections:
            section.edition = self
        return sections

    @cached_property
    def editions(self) -> list["Edition"]:
        """All published editions of the paper, this one among them."""
        return list(Edition.objects.sibling_of(self).live().order_by("path"))

    def articles(self) -> Any:
        """Its published stories, the newest first, as cards."""
        return Article.objects.listed_in(self).as_cards().newest()

    def most_read(self) -> list[Article]:
        """Its most read stories of late as cards, the most read first."""
        order = most_read.most_read(self, timezone.now(), MOST_READ)
        cards = Article.objects.as_cards().filter(pk__in=order)
        found = {card.pk: card for card in dressed(cards, self.sections)}
        return [found[key] for key in order if key in found]

    @cached_property
    def paper_name(self) -> str:
        """The name of the paper it is an edition of."""
        name: str = Paper.objects.values_list("title", flat=True).get(path=self.path[:-STEP])
        return name

    def furniture(self) -> dict[str, Any]:
        """What every page of the edition shows around its own matter."""
        return {
            "paper_name": self.paper_name,
            "edition": self,
            "sections": self.sections,
            "editions": self.editions,
            "breaking": BreakingNews.objects.shown_in(self),
            "languages": [pair for pair in settings.INTERFACE_LANGUAGES if pair[0] in self.offered],
        }

    def topic_url(self, topic: Topic) -> str:
        """The address of a topic's page."""
        return self.get_url() + self.reverse_subpage("topic", args=[topic.slug])

    def author_url(self, author: Author) -> str:
        """The address of an author's page in this edition."""
        return self.get_url() + self.reverse_subpage("author", args=[author.slug])

    # Its pages

    @path("", name="front")
    def index_route(self, request: HttpRequest) -> HttpResponse:
        """The front page."""
        response = self._show(request, "web/front.html", **self.front_matter())
        if request.COOKIES.get(EDITION_COOKIE) != self.slug:
            response.set_cookie(
                EDITION_COOKIE,
                self.slug,
                max_age=EDITION_COOKIE_AGE,
                secure=request.is_secure(),
                httponly=True,
                samesite="Lax",
            )
        return response

    @path("topic/<slug:slug>/", name="topic")
    def topic_page(self, request: HttpRequest, slug: str) -> HttpResponse:
        """A topic's stories."""
        topic = get_object_or_404(Topic, edition=self, slug=slug)
        topic.edition = self
        rows = self.articles().filter(topics=topic)
        return self._show(
            request, "web/topic.html", topic=topic, articles=self._leaf(request, rows)
        )

    @path("author/<slug:slug>/", name="author")
    def author_page(self, request: HttpRequest, slug: str) -> HttpResponse:
        """An author's stories in this edition."""
        author = get_object_or_404(Author.objects.select_related("portrait"), slug=slug)
        rows = self.articles().filter(byline__author=author)
        articles = self._leaf(request, rows)
        return self._show(request, "web/author.html", author=author, articles=articles)

    @path("search/", name="search")
    def search_page(self, request: HttpRequest) -> HttpResponse:
        """Stories found by their words, among what everybody may read of them."""
        question = finding.Question(self, request.GET)
        context: dict[str, Any] = {"question": question}
        if question.is_valid() and not question.is_empty:
            articles = self._leaf(request, finding.stories(question))
            typed = question.cleaned_data["q"]
            found = finding.marked(articles.object_list, typed, self.locale.language_code)
            context |= {"articles": articles, "found": found, "typed": typed}
        response = self._show(request, "web/search.html", **context)
        response.status_code = 200 if question.is_valid() else 400
        return response

    def _leaf(self, request: HttpRequest, rows: QuerySet[Any]) -> Any:
        part = leaf(rows, request.GET.get("page", "1"), PAGE_SIZE)
        part.object_list = dressed(part.object_list, self.sections)
        return part

    def _show(self, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
        context = {**self.furniture(), "page": self, "page_url": request.path, **context}
        return shown(request, template, context, self)

    def front_matter(self) -> dict[str, Any]:
        """The front page's context: which story stands where."""
        homes = [fronts.Home(section.path, section.is_opinion) for section in self.sections]
        slots = self._filled_slots()
        guests = Article.objects.guests_of(self)
        newest, own = fronts.candidates(self.articles(), slots, homes, guests)
        plan = fronts.plan(slots, newest, own, homes)
        cards = Article.objects.as_cards().filter(pk__in=list(plan.keys()))
        found = {card.pk: card for card in dressed(cards, self.sections)}
        sections = {section.path: section for section in self.sections}

        def fetched(keys: Iterable[int | None]) -> list[Article]:
            return [found[key] for key in keys if key in found]

        lead, second = ([*fetched([key]), None][0] for key in (plan.lead, plan.second))
        return {
            **self.furniture(),
            "lead": lead,
            "package": fetched(plan.package),
            "second": second,
            "latest": fetched(plan.latest),
            "opinion": fetched(plan.opinion),
            "blocks": [(sections[path], fetched(own)) for path, own in plan.blocks],
            "most_read": self.most_read(),
        }

    def _filled_slots(self) -> dict[str, list[int]]:
        # A slot whose story is not published here counts as empty.
        slots: dict[str, list[int]] = {}
        entries = [(slot.place, slot.story_id) for slot in self.slots.all()]
        keys = [key for _, key in entries]
        live = set(self.articles().filter(pk__in=keys).values_list("pk", flat=True))
        for place, key in entries:
            if key in live:
                slots.setdefault(place, []).append(key)
        return slots


class Section(PaperPage):
    """A part of an edition: World, Culture, Opinion."""

    introduction = models.TextField(
        _("introduction"), blank=True, help_text=_("A sentence or two below its name.")
    )
    is_opinion = models.BooleanField(
        _("opinion"),
        default=False,
        help_text=_("Its newest pieces stand in the opinion column of the front page."),
    )

    template = "web/section.html"
    parent_page_types: ClassVar[list[str]] = ["newsroom.Edition"]
    subpage_types: ClassVar[list[str]] = ["newsroom.Article"]
    page_description = _("A part of an edition: its stories stand below it.")
    content_panels = editing.SECTION
    promote_panels = editing.ADDRESS
    settings_panels = editing.SETTINGS

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def clean(self) -> None:
        """Refuse addresses that are an edition's own."""
        super().clean()
        if self.slug in ROUTED:
            raise ValidationError({"slug": _("This address is taken by the edition itself.")})

    @cached_property
    def edition(self) -> Edition:
        """The edition it belongs to."""
        return Edition.objects.get(path=self.path[:-STEP])

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Its stories, the newest first."""
        context = {
            **self.matter(request.GET.get("page", "1")),
            "page": self,
            "page_url": request.path,
        }
        return shown(request, self.template, context, self.edition)

    def articles(self) -> Any:
        """Its published stories as cards: those put at its head, then the newest first."""
        place = models.Subquery(
            SectionSlot.objects.filter(section=self, story=models.OuterRef("pk")).values(
                "sort_order"
            )[:1]
        )
        rows = Article.objects.listed_in(self).as_cards().annotate(slot=place)
        return rows.order_by(models.F("slot").asc(nulls_last=True), "-published_at", "-pk")

    def matter(self, number: str) -> dict[str, Any]:
        """The context of one page of its list. Raises Http404 when there is no such page."""
        part = leaf(self.articles(), number, PAGE_SIZE)
        part.object_list = dressed(part.object_list, [self])
        return {**self.edition.furniture(), "section": self, "articles": part}

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """The same for an editor who is changing it."""
        return self.serve(request)
