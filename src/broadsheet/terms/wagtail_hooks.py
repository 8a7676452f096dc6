"""The terms in the editors' admin."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, PageChooserPanel
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from broadsheet.terms.models import Acceptance, Terms
from broadsheet.terms.telling import can_be_told, tell_readers


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
    list_display = ("__str__", "published_at", "told_at")
    list_filter = ("language",)
    inspect_view_enabled = True
    panels = (
        PageChooserPanel("edition", "newsroom.Edition"),
        FieldPanel("language"),
        FieldPanel("text"),
        FieldPanel("what_changed"),
        FieldPanel("published_at"),
    )


class WriteToReaders(SnippetBulkAction):
    """Tell those who accepted an earlier version of a change, by mail, once."""

    display_name = _("Write to readers")
    action_type = "write_to_readers"
    aria_label = _("Write to readers about the selected terms")
    template_name = "terms/write_to_readers.html"
    models = (Terms,)

    def check_perm(self, terms: Terms) -> bool:
        """Only changes that are in force and not told yet, and only by whoever may publish."""
        allowed: bool = self.request.user.has_perm("terms.change_terms")
        return allowed and can_be_told(terms, timezone.now())

    @classmethod
    def execute_action(cls, objects: Sequence[Terms], **kwargs: Any) -> tuple[int, int]:
        """Have the letters written in the background."""
        return sum(tell_readers(terms, timezone.now()) for terms in objects), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """What was done."""
        if num_parent_objects:
            return gettext("Readers are being written to.")
        return gettext("Readers have been written to about this version before.")


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
hooks.register("register_bulk_action", WriteToReaders)
