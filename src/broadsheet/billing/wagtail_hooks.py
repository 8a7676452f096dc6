"""What subscription staff see of the money, and the two things they do: refund, and replay."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import Button
from wagtail.permissions import register_permission_policy
from wagtail.snippets.bulk_actions.snippet_bulk_action import SnippetBulkAction
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from broadsheet.billing import refunds, webhooks
from broadsheet.billing.models import (
    Agreement,
    Gift,
    Invoice,
    Offer,
    Purchase,
    WebhookEvent,
)
from broadsheet.billing.money import in_words
from broadsheet.billing.till import TillAway, TillClosed
from broadsheet.terms.wagtail_hooks import KeptPolicy


class Record(SnippetViewSet):
    """Something the paper wrote down by itself."""

    copy_view_enabled = False
    inspect_view_enabled = True
    add_to_admin_menu = False


class Amount(Column):
    """Minor units and the row's currency, as money."""

    def get_value(self, instance: Any) -> str:
        """In the language of whoever looks."""
        return in_words(getattr(instance, self.name), instance.currency)


class AgreementViewSet(Record):
    """Who pays what, and when next."""

    model = Agreement
    icon = "calendar-check"
    menu_label = _("Paid subscriptions")
    list_display = (
        "subscription",
        "status",
        Amount("amount", label=_("Price")),
        "period",
        "renews_at",
        "cancel_at",
        "due_since",
    )
    list_filter = ("status", "period", "currency", "live")
    search_fields = ("stripe_id", "customer__reader__email")


class InvoiceViewSet(Record):
    """Invoices, with a way to give money back."""

    model = Invoice
    icon = "doc-full"
    menu_label = _("Invoices")
    list_display = (
        "number",
        "customer",
        "created_at",
        Amount("total", label=_("Total")),
        "status",
        Amount("refunded", label=_("Refunded")),
    )
    list_filter = ("status", "currency")
    search_fields = ("number", "stripe_id", "customer__reader__email")


class OfferViewSet(SnippetViewSet):
    """Codes that make it cheaper, and how often each was used."""

    model = Offer
    icon = "tag"
    menu_label = _("Offers")
    list_display = ("code", "kind", "percent", "periods", "uses", "most_uses", "ends_at", "active")
    list_filter = ("kind", "active")
    copy_view_enabled = False


class PurchaseViewSet(Record):
    """Who went to the till, and how it ended."""

    model = Purchase
    icon = "form"
    menu_label = _("Purchases")
    list_display = ("customer", "kind", "price", "seats", "offer", "state", "created_at")
    list_filter = ("state", "kind")
    inspect_view_fields_exclude = ("session_url", "token")


class GiftViewSet(Record):
    """Subscriptions that were given. The code is the receiver's."""

    model = Gift
    icon = "pick"
    menu_label = _("Gifts")
    list_display = ("plan", "months", "deliver_at", "delivered_at", "redeemed_at")
    inspect_view_fields_exclude = ("code", "message")


class WebhookEventViewSet(Record):
    """What Stripe has told, and what came of it."""

    model = WebhookEvent
    icon = "history"
    menu_label = _("Events from Stripe")
    list_display = ("type", "stripe_id", "created_at", "received_at", "done_at", "outcome")
    list_filter = ("type",)
    search_fields = ("stripe_id", "type", "outcome")


class Replay(SnippetBulkAction):
    """Work chosen events through once more."""

    display_name = _("Replay")
    action_type = "replay"
    aria_label = _("Work the selected events through once more")
    template_name = "billing/replay.html"
    models = (WebhookEvent,)

    def check_perm(self, event: WebhookEvent) -> bool:
        """By whoever may change events."""
        return bool(self.request.user.has_perm("billing.change_webhookevent"))

    @classmethod
    def execute_action(cls, objects: Sequence[WebhookEvent], **kwargs: Any) -> tuple[int, int]:
        """Into the queue; the background does the rest."""
        for event in objects:
            webhooks.replay(event)
        return len(objects), 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        """How many."""
        said = ngettext("One event is replayed.", "%(n)d events are replayed.", num_parent_objects)
        return said % {"n": num_parent_objects}


class RefundForm(forms.Form):
    """How much goes back."""

    amount = forms.IntegerField(
        label=_("Amount"), min_value=1, help_text=_("In cents. It cannot be taken back.")
    )


@permission_required("billing.change_invoice")
def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Staff give money back."""
    invoice = get_object_or_404(Invoice, pk=pk)
    left = invoice.paid - invoice.refunded
    form = RefundForm(request.POST or None, initial={"amount": left})
    if request.method == "POST" and form.is_valid():
        amount = form.cleaned_data["amount"]
        try:
            refunds.refund(invoice, amount, str(request.user))
        except refunds.CannotRefund:
            form.add_error("amount", gettext("No more than what is left can go back."))
        except (TillAway, TillClosed):
            form.add_error(None, gettext("Stripe does not answer. Nothing was given back."))
        else:
            said = gettext("%(money)s go back.") % {"money": in_words(amount, invoice.currency)}
            messages.success(request, said)
            return redirect(reverse("wagtailsnippets_billing_invoice:list"))
    context = {"form": form, "invoice": invoice, "left": in_words(left, invoice.currency)}
    return render(request, "billing/refund.html", context)


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    """Where staff refund."""
    return [path("billing/refund/<int:pk>/", refund, name="refund_invoice")]


@hooks.register("register_snippet_listing_buttons")
def refund_button(snippet: Any, user: Any, next_url: str | None = None) -> Any:
    """Beside an invoice of which something is left to give back."""
    if not isinstance(snippet, Invoice) or snippet.paid <= snippet.refunded:
        return
    if user.has_perm("billing.change_invoice"):
        address = reverse("refund_invoice", args=[snippet.pk])
        yield Button(_("Refund"), address, icon_name="undo", priority=20)


class BillingGroup(SnippetViewSetGroup):
    """All of it under one entry of the menu."""

    items = (
        AgreementViewSet,
        InvoiceViewSet,
        OfferViewSet,
        PurchaseViewSet,
        GiftViewSet,
        WebhookEventViewSet,
    )
    menu_label = _("Money")
    menu_icon = "tablet-alt"
    menu_order = 165


# What Stripe says is looked at; it is changed at Stripe, by the reader or by a refund.
for model in (Agreement, Invoice, Purchase, Gift, WebhookEvent):
    register_permission_policy(model, KeptPolicy(model, "add", "change", "delete"))
register_snippet(BillingGroup)
hooks.register("register_bulk_action", Replay)
