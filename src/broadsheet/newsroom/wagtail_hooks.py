"""The newsroom's own entries in the editors' admin: authors and topics."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets import Button
from wagtail.models import Page
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from broadsheet.newsroom import (
    keys,  # noqa: F401 (it registers its own)
    live_hooks,  # noqa: F401 (it registers its own)
    topic_desk,
    translation_desk,
)
from broadsheet.newsroom.models import Article, Author, Topic


class AuthorViewSet(SnippetViewSet):
    """The people who write."""

    model = Author
    icon = "user"
    menu_label = _("Authors")
    list_display = ("name", "role")
    list_per_page = 50
    copy_view_enabled = False


class TopicViewSet(SnippetViewSet):
    """What stories are filed under."""

    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    list_display = ("name", "edition")
    list_filter = ("edition",)
    list_per_page = 50
    copy_view_enabled = False


class FilingGroup(SnippetViewSetGroup):
    """Both, under one entry of the menu."""

    items = (AuthorViewSet, TopicViewSet)
    menu_label = _("Authors and topics")
    menu_icon = "list-ul"
    menu_order = 150


register_snippet(FilingGroup)


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    """Pages of the newsroom's own in the editors' admin."""
    return [
        path("translations/<key:pk>/", translation_desk.desk, name="newsroom_translations"),
        path("topics/<int:pk>/merge/", topic_desk.merge_topic, name="newsroom_merge_topic"),
        path("topics/suggest/<int:edition>/", topic_desk.suggest, name="newsroom_suggest_topics"),
    ]


@hooks.register("construct_page_chooser_queryset")
def choosable(pages: Any, request: HttpRequest) -> Any:
    """Wagtail lets everybody who may enter the admin choose any page, and so see the headlines of
    drafts. What is not out yet is for those who work with the pages there."""
    own = PagePermissionPolicy().explorable_instances(request.user)
    return pages.filter(Q(live=True) | Q(pk__in=own.order_by().values("pk")))


@hooks.register("register_page_header_buttons")
def story_buttons(
    page: Any, user: Any, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """What can be done with a story besides writing it."""
    if isinstance(page, Article) and page.permissions_for_user(user).can_edit():
        address = reverse("newsroom_translations", args=[page.pk])
        yield Button(_("Translations"), address, icon_name="globe", priority=60)


@hooks.register("register_snippet_listing_buttons")
def topic_buttons(snippet: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """What can be done with a topic besides describing it."""
    if isinstance(snippet, Topic) and user.has_perm("newsroom.delete_topic"):
        address = reverse("newsroom_merge_topic", args=[snippet.pk])
        yield Button(_("Merge"), address, icon_name="tag", priority=20)


@hooks.register("before_delete_page")
def hold(_request: HttpRequest | None, page: Page) -> None:
    """Nobody else notes anything of these stories until they are gone: what came between looking
    for all that belongs to a story and deleting it would keep the story."""
    stories = Article.objects.descendant_of(page, inclusive=True).order_by("pk")
    list(stories.select_for_update(of=("self",)).values_list("pk"))


@hooks.register("before_bulk_action")
def hold_each(request: HttpRequest, action: str, objects: Iterable[Any], _view: object) -> None:
    """The same when many are deleted."""
    for one in objects if action == "delete" else ():
        if isinstance(one, Page):
            hold(request, one)
