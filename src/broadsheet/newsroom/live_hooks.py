"""What live coverage and breaking news add to the editors' admin."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, ObjectList, PageChooserPanel
from wagtail.admin.widgets import Button
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from broadsheet.newsroom import (
    keys,  # noqa: F401 (it registers its own)
    live_desk,
)
from broadsheet.newsroom.models import Article, BreakingNews, Genre

USUAL = timedelta(hours=6)
"""How long a line of breaking news stands unless somebody says otherwise."""


class BreakingNewsForm(WagtailAdminModelForm):
    """A line that ends by itself."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk is None:
            self.initial.setdefault("until", timezone.now() + USUAL)


class BreakingNewsViewSet(SnippetViewSet):
    """The line above an edition's pages."""

    model = BreakingNews
    icon = "warning"
    menu_label = _("Breaking news")
    menu_order = 145
    add_to_admin_menu = True
    list_display = ("line", "edition", "until")
    list_filter = ("edition",)
    list_per_page = 50
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            FieldPanel("edition"),
            FieldPanel("line"),
            PageChooserPanel("story", "newsroom.Article"),
            FieldPanel("until"),
        ],
        base_form_class=BreakingNewsForm,
    )


register_snippet(BreakingNewsViewSet)


class LiveMenuItem(MenuItem):
    """The way to the desks, for those who may see one."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether they may do anything with entries."""
        return live_desk.may_see(request.user)


@hooks.register("register_admin_menu_item")
def live_menu_item() -> MenuItem:
    """The stories that are live."""
    return LiveMenuItem(
        _("Live stories"), reverse("newsroom_live"), name="live", icon_name="time", order=140
    )


@hooks.register("register_admin_urls")
def live_addresses() -> list[Any]:
    """The desks."""
    return [
        path("live/", live_desk.running, name="newsroom_live"),
        path("live/<key:pk>/", live_desk.desk, name="newsroom_live_desk"),
        path("live/<key:pk>/end/", live_desk.end, name="newsroom_live_end"),
        path("live/entry/<int:pk>/", live_desk.change, name="newsroom_live_entry"),
        path("live/entry/<int:pk>/delete/", live_desk.delete, name="newsroom_live_delete"),
    ]


@hooks.register("register_page_header_buttons")
def live_button(
    page: Any, user: Any, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """From a live story to its desk."""
    is_live = isinstance(page, Article) and page.pk is not None and page.genre == Genre.LIVE
    if is_live and live_desk.may_see(user):
        address = reverse("newsroom_live_desk", args=[page.pk])
        yield Button(_("Live desk"), address, icon_name="time", priority=50)


@hooks.register("register_permissions")
def live_permissions() -> Any:
    """Who may write entries is chosen where groups are edited."""
    return Permission.objects.filter(
        content_type__app_label="newsroom", content_type__model="liveentry"
    )
