"""Newsletters in the editors' admin: lists, issues with a desk each, and who gets them."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.widgets import Button
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from broadsheet.newsletters import carrying_desk, desk
from broadsheet.newsletters.models import Issue, Newsletter, Recipient
from broadsheet.terms.wagtail_hooks import KeptPolicy


class NewsletterViewSet(SnippetViewSet):
    """The lists."""

    model = Newsletter
    icon = "list-ul"
    menu_label = _("Newsletters")
    list_display = ("name", "edition", "kind", "offered", "approved_first")
    list_filter = ("edition", "kind")
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("edition"),
            FieldPanel("name"),
            FieldPanel("slug"),
            FieldPanel("pitch"),
            MultiFieldPanel(
                [FieldPanel("kind"), FieldPanel("topic"), FieldPanel("author")],
                heading=_("What it holds"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("weekday"), FieldPanel("hour")]),
                    FieldPanel("in_their_morning"),
                ],
                heading=_("When it goes"),
            ),
            FieldPanel("for_subscribers"),
            FieldPanel("approved_first"),
            FieldPanel("offered"),
            FieldPanel("position"),
        ]
    )


class IssueViewSet(SnippetViewSet):
    """The issues; each has a desk."""

    model = Issue
    icon = "mail"
    menu_label = _("Issues")
    list_display = ("subject", "newsletter", "state", "send_at", "began_at")
    list_filter = ("newsletter", "state")
    search_fields = ("subject",)
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("newsletter"),
            FieldPanel("subject"),
            FieldPanel("teaser"),
            FieldPanel("body"),
            FieldPanel("send_at"),
            MultiFieldPanel(
                [
                    FieldPanel("other_subject"),
                    FieldRowPanel([FieldPanel("tried_on"), FieldPanel("tried_for")]),
                ],
                heading=_("Two subjects"),
                classname="collapsed",
            ),
        ]
    )


class RecipientViewSet(SnippetViewSet):
    """Who gets newsletters."""

    model = Recipient
    icon = "group"
    menu_label = _("Recipients")
    list_display = ("email", "reader", "refused", "created_at")
    list_filter = ("refused", "memberships__newsletter", "memberships__state")
    search_fields = ("email",)
    copy_view_enabled = False
    edit_handler = ObjectList([FieldPanel("email", read_only=True), FieldPanel("refused")])


class NewslettersGroup(SnippetViewSetGroup):
    """An entry of the menu."""

    items = (IssueViewSet, NewsletterViewSet, RecipientViewSet)
    menu_label = _("Newsletters")
    menu_icon = "mail"
    menu_order = 150


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    """The desk's."""
    return [
        path("newsletters/issue/<int:pk>/", desk.desk, name="newsletter_desk"),
        path("newsletters/list/<int:pk>/", desk.growth_of, name="newsletter_growth"),
        path("newsletters/list/<int:pk>/readers/", carrying_desk.carry, name="newsletter_readers"),
        path("newsletters/list/<int:pk>/csv/", carrying_desk.export, name="newsletter_export"),
        path("newsletters/issue/<int:pk>/act/", desk.act, name="newsletter_act"),
        path("newsletters/issue/<int:pk>/look/<slug:face>/", desk.look, name="newsletter_look"),
    ]


@hooks.register("before_delete_snippet")
def keep_what_readers_have(
    request: HttpRequest, snippets: Iterable[Model]
) -> HttpResponseRedirect | None:
    """An issue that went stays, and a list that somebody is or was on: with it would go what they
    agreed to. It can be offered no longer instead."""
    for each in snippets:
        went = isinstance(each, Issue) and each.began_at is not None
        if went or (isinstance(each, Newsletter) and each.memberships.exists()):
            messages.error(request, _("“%(name)s” is kept: readers have it.") % {"name": each})
            return redirect(f"wagtailsnippets_newsletters_{each._meta.model_name}:list")
    return None


@hooks.register("register_snippet_listing_buttons")
def to_the_desk(snippet: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """Beside each issue, and each list."""
    if isinstance(snippet, Issue) and user.has_perm("newsletters.view_issue"):
        url = reverse("newsletter_desk", args=[snippet.pk])
        yield Button(_("Look, approve, send"), url=url, icon_name="mail", priority=5)
    elif isinstance(snippet, Newsletter):
        url = reverse("newsletter_growth", args=[snippet.pk])
        yield Button(_("How it grows"), url=url, icon_name="order-up", priority=5)
        if user.has_perm("newsletters.change_recipient"):
            url = reverse("newsletter_readers", args=[snippet.pk])
            yield Button(_("Readers in and out"), url=url, icon_name="group", priority=6)


# Nobody adds an address by hand: there would be no consent.
register_permission_policy(Recipient, KeptPolicy(Recipient, "add"))
register_snippet(NewslettersGroup)
