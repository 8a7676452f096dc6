"""What subscription staff see and change in the editors' admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from broadsheet.subscriptions.models import (
    DailyTotal,
    Invitation,
    JoinLink,
    MineAnswer,
    OwnershipOffer,
    Plan,
    Seat,
    SeatContest,
    SharingCase,
    Subscription,
)
from broadsheet.terms.wagtail_hooks import KeptPolicy


class PlanViewSet(SnippetViewSet):
    """What can be subscribed to."""

    model = Plan
    icon = "form"
    menu_label = _("Plans")
    list_display = ("name", "seats", "mode", "control_share")
    copy_view_enabled = False


class SubscriptionViewSet(SnippetViewSet):
    """Who subscribes to what; saving one gives it its plan's seats."""

    model = Subscription
    icon = "doc-full"
    menu_label = _("Subscriptions")
    list_display = ("owner", "plan", "starts_at", "ends_at")
    list_filter = ("plan",)
    search_fields = ("owner__email",)
    copy_view_enabled = False


class SeatViewSet(SnippetViewSet):
    """Who reads under a subscription."""

    model = Seat
    icon = "user"
    menu_label = _("Seats")
    list_display = ("subscription", "reader")
    search_fields = ("reader__email", "subscription__owner__email")
    copy_view_enabled = False


class Record(SnippetViewSet):
    """Something the paper wrote down by itself: staff look at it."""

    copy_view_enabled = False
    inspect_view_enabled = True
    icon = "view"
    add_to_admin_menu = False


class SharingCaseViewSet(Record):
    """Seats that are read on more than one device."""

    model = SharingCase
    icon = "group"
    menu_label = _("Sharing cases")
    list_display = ("seat", "opened_at", "overlaps", "ended_at", "get_ending_display")
    list_filter = ("ending",)


class SeatContestViewSet(Record):
    """What happened on contested seats lately."""

    model = SeatContest
    menu_label = _("Contests of seats")
    list_display = ("seat", "get_kind_display", "at")
    list_filter = ("kind",)


class MineAnswerViewSet(Record):
    """How often readers say that both devices are theirs."""

    model = MineAnswer
    menu_label = _("'Both are mine'")
    list_display = ("seat", "at")


class DailyTotalViewSet(Record):
    """Totals that are kept for good."""

    model = DailyTotal
    icon = "table"
    menu_label = _("Daily totals")
    list_display = ("day", "kind", "count")
    list_filter = ("kind",)


class InvitationViewSet(Record):
    """Seats that are promised, and what became of such promises."""

    model = Invitation
    icon = "mail"
    menu_label = _("Invitations")
    list_display = ("email", "subscription", "get_role_display", "get_state_display", "expires_at")
    list_filter = ("state", "role")
    search_fields = ("email", "subscription__owner__email")
    inspect_view_fields_exclude = ("token_hash", "email_key")


class JoinLinkViewSet(Record):
    """Links by which readers take a free seat."""

    model = JoinLink
    icon = "link"
    menu_label = _("Links to join")
    list_display = ("subscription", "uses", "uses_allowed", "expires_at", "withdrawn_at")
    inspect_view_fields_exclude = ("token_hash",)


class OwnershipOfferViewSet(Record):
    """Subscriptions that pass, or might, to another owner."""

    model = OwnershipOffer
    icon = "redirect"
    menu_label = _("Hand-overs")
    list_display = ("subscription", "to", "get_state_display", "created_at", "expires_at")
    list_filter = ("state",)
    search_fields = ("to__email", "subscription__owner__email")


for readable in (Invitation, JoinLink, OwnershipOffer):
    register_permission_policy(readable, KeptPolicy(readable, "add", "change", "delete"))


class SubscriptionGroup(SnippetViewSetGroup):
    """All of it under one entry of the menu."""

    items = (
        SubscriptionViewSet,
        SeatViewSet,
        InvitationViewSet,
        JoinLinkViewSet,
        OwnershipOfferViewSet,
        PlanViewSet,
        SharingCaseViewSet,
        SeatContestViewSet,
        MineAnswerViewSet,
        DailyTotalViewSet,
    )
    menu_label = _("Subscriptions")
    menu_icon = "group"
    menu_order = 160


register_snippet(SubscriptionGroup)
