"""The terms in the editors' admin."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, PageChooserPanel
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from broadsheet.terms.models import Acceptance, Terms


class KeptPolicy(ModelPermissionPolicy):
    """Django's permissions, but for what nobody may do, superusers included."""

    def __init__(self, model: type, *never: str) -> None:
        super().__init__(model)
        self._never = frozenset(never)

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Whether the user may do `action` (add, change, delete, view)."""
        return action not in self._never and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        """Whether the user may do one of `actions`."""
        return any(self.user_has_permission(user, action) for action in actions)


class TermsViewSet(SnippetViewSet):
    """The versions of the terms; what was published cannot be changed."""

    model = Terms
    icon = "doc-full"
    menu_label = _("Terms")
    list_display = ("__str__", "published_at")
    list_filter = ("language",)
    inspect_view_enabled = True
    panels = (
        PageChooserPanel("edition", "newsroom.Edition"),
        FieldPanel("language"),
        FieldPanel("text"),
        FieldPanel("what_changed"),
        FieldPanel("published_at"),
    )


class AcceptanceViewSet(SnippetViewSet):
    """Who accepted what: staff look at it."""

    model = Acceptance
    icon = "tick"
    menu_label = _("Acceptances")
    list_display = ("reader", "terms", "get_how_display", "at")
    list_filter = ("how",)
    search_fields = ("reader__email",)
    inspect_view_enabled = True
    copy_view_enabled = False


class TermsGroup(SnippetViewSetGroup):
    """Both under one entry of the menu."""

    items = (TermsViewSet, AcceptanceViewSet)
    menu_label = _("Terms")
    menu_icon = "doc-full"
    menu_order = 165


# No version is deleted: a reader may have accepted it. Readers accept; nobody does it for them.
register_permission_policy(Terms, KeptPolicy(Terms, "delete"))
register_permission_policy(Acceptance, KeptPolicy(Acceptance, "add", "change", "delete"))
register_snippet(TermsGroup)
