"""What staff see of the paper's mail: that a letter went, or why not; never what stood in it."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from broadsheet.mail.delivery import send_again
from broadsheet.mail.models import Letter


class LettersPolicy(ModelPermissionPolicy):
    """Letters are looked at. Whoever may change them may have them sent again."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Nobody writes, edits or deletes a letter by hand."""
        return action == "view" and super().user_has_permission(user, action)


class LetterViewSet(SnippetViewSet):
    """The letters of the last 30 days."""

    model = Letter
    icon = "mail"
    menu_label = _("Letters")
    list_display = ("kind", "to", "created_at", "sent_at", "attempts", "due_at", "error")
    list_filter = ("kind", "language")
    search_fields = ("to", "subject", "error")
    inspect_view_enabled = True
    inspect_view_fields_exclude = ("text", "html", "key")
    copy_view_enabled = False


class SendAgain(SnippetBulkAction):
    """Give letters that did not go all their attempts again."""

    display_name = _("Send again")
    action_type = "send_again"
    aria_label = _("Send the selected letters again")
    template_name = "mail/send_again.html"
    models = (Letter,)

    def check_perm(self, letter: Letter) -> bool:
        """Only what did not go, and only by whoever may."""
        waiting = letter.sent_at is None and bool(letter.text)
        return waiting and bool(self.request.user.has_perm("mail.change_letter"))

    @classmethod
    def execute_action(cls, objects: Sequence[Letter], **kwargs: Any) -> tuple[int, int]:
        """Make them due now; the background does the rest."""
        return sum(send_again(letter) for letter in objects), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """How many go again."""
        said = ngettext(
            "One letter is sent again.", "%(n)d letters are sent again.", num_parent_objects
        )
        return said % {"n": num_parent_objects}


class MailGroup(SnippetViewSetGroup):
    """An entry of the menu."""

    items = (LetterViewSet,)
    menu_label = _("Mail")
    menu_icon = "mail"
    menu_order = 170


register_permission_policy(Letter, LettersPolicy(Letter))
register_snippet(MailGroup)
hooks.register("register_bulk_action", SendAgain)
