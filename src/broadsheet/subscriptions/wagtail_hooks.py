"""What subscription staff see and change in the editors' admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from broadsheet.subscriptions.models import (
    DailyTotal,
    MineAnswer,
    Plan,
    Seat,
    SeatContest,
    SharingCase,
    Subscription,
)


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


class SubscriptionGroup(SnippetViewSetGroup):
    """All of it under one entry of the menu."""

    items = (
        SubscriptionViewSet,
        SeatViewSet,
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
