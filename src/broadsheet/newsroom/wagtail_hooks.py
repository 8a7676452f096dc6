"""The newsroom's own entries in the editors' admin: authors and topics."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from broadsheet.newsroom.models import Author, Topic


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
