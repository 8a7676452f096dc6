"""What a reader pays, and everything they can do about it, by themselves."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from broadsheet.billing import catalogue, changes, checkout, letters, offers, passing_on
from broadsheet.billing import portal as portals
from broadsheet.billing.models import Agreement, Customer, Invoice, Offer, Purchase
from broadsheet.billing.till import TillAway, TillClosed
from broadsheet.readers.models import Reader
from broadsheet.subscriptions.models import OwnershipOffer
from broadsheet.subscriptions.rights import seat_of
from broadsheet.web.views.asking import at_the_till, reader_of, way_back
from broadsheet.web.views.plans import live_agreement
from broadsheet.web.views.trying import asks_too_often

PAUSES = (30, 60, 90)
"""Days a reader may pause for."""


@never_cache
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """The plan, what it costs next and when, and the ways to change it."""
    reader = reader_of(request)
    agreement = live_agreement(reader)
    if agreement is not None and agreement.subscription is None:
        agreement = None  # it has another owner, and is being ended
    seat = seat_of(reader, timezone.now())
    theirs = agreement.subscription if agreement else None
    context = {
        "agreement": agreement,
        "subscription": theirs or (seat.subscription if seat else None),
        "owned": theirs is not None or (seat is not None and seat.subscription.owner == reader),
        "next_payment": next_payment(request, agreement),
        "invoices": invoices_of(reader)[:3],
        "pauses": PAUSES,
        "may_withdraw": agreement and changes.may_withdraw(agreement, timezone.now()),
    }
    return render(request, "web/subscription.html", context)


@never_cache
@login_required
@at_the_till
def cancel(request: HttpRequest) -> HttpResponse:
    """The second of the two clicks: what ends when, an offer to stay, and the button."""
    agreement = _agreement(request)
    if agreement.cancel_at is not None:
        return redirect("subscription")
    offer = offers.for_leaving(agreement, timezone.now())
    if request.method != "POST":
        return render(request, "web/cancel.html", {"agreement": agreement, "offer": offer})
    if "stay" in request.POST:
        return _stay(request, agreement, offer)
    changes.cancel(agreement, request.POST.get("reason", "").strip())
    messages.success(request, _("Cancelled. You read on until the day below, and pay no more."))
    return redirect("subscription")


@never_cache
@login_required
@at_the_till
def withdraw(request: HttpRequest) -> HttpResponse:
    """Within the first days: all of it undone."""
    agreement = _agreement(request)
    if not changes.may_withdraw(agreement, timezone.now()):
        return redirect("cancel")
    if request.method != "POST":
        return render(request, "web/withdraw.html", {"agreement": agreement})
    changes.withdraw(agreement)
    said = _("Your subscription ends now, and what you paid goes back to your card.")
    messages.success(request, said)
    return redirect("subscription")


@login_required
@require_POST
@at_the_till
def keep(request: HttpRequest) -> HttpResponse:
    """A cancellation is taken back, in one click."""
    changes.keep(_agreement(request))
    messages.success(request, _("Your subscription goes on."))
    return redirect("subscription")


@login_required
@require_POST
@at_the_till
def pause(request: HttpRequest) -> HttpResponse:
    """No payments for some weeks."""
    agreement = _agreement(request)
    if agreement.cancel_at or agreement.trial_ends_at or agreement.due_since:
        raise changes.Stale
    days = request.POST.get("days", "")
    if days not in {str(one) for one in PAUSES}:
        messages.error(request, _("Choose for how long."))
        return redirect("subscription")
    start = max(agreement.renews_at or timezone.now(), timezone.now())
    changes.pause(agreement, start + timedelta(days=int(days)))
    messages.success(request, _("Paused. You read on until what is paid is used up."))
    return redirect("subscription")


@login_required
@require_POST
@at_the_till
def resume(request: HttpRequest) -> HttpResponse:
    """A pause ends now."""
    changes.resume(_agreement(request))
    messages.success(request, _("Your subscription goes on."))
    return redirect("subscription")


@never_cache
@login_required
def invoices(request: HttpRequest) -> HttpResponse:
    """All invoices."""
    return render(request, "web/invoices.html", {"invoices": invoices_of(reader_of(request))})


@login_required
@require_POST
@at_the_till
def portal(request: HttpRequest) -> HttpResponse:
    """On to the customer portal, for cards, addresses and invoices."""
    return redirect(portals.whole(_customer(request), "/account/subscription/"))


@login_required
@at_the_till
def card(request: HttpRequest) -> HttpResponse:
    """Change the card: a page with a button, or, from a form, straight on."""
    customer = _customer(request)
    if request.method != "POST":
        return render(request, "web/card.html", {"next": way_back(request)})
    return redirect(portals.for_card(customer, way_back(request) or "/account/subscription/"))


@never_cache
@at_the_till
def card_without_signing_in(request: HttpRequest, link: str) -> HttpResponse:
    """The link of a reminder: it leads to the card, and to nothing else of the reader's.

    The page has a button, so that whatever opens links in mail opens no portal.
    """
    agreement = letters.agreement_of(link)
    if agreement is None:
        return render(request, "web/card_link_over.html", status=410)
    if request.method != "POST":
        return render(request, "web/card.html", {"next": ""})
    return redirect(portals.for_card(agreement.customer, "/"))


@never_cache
@login_required
@at_the_till
def take_on(request: HttpRequest, offer: int) -> HttpResponse:
    """A paid subscription changes hands: its new owner pays, from when the old payment ends."""
    reader = reader_of(request)
    found = get_object_or_404(
        OwnershipOffer.objects.select_related("subscription__plan"),
        pk=offer,
        to=reader,
        state=OwnershipOffer.States.OPEN,
        expires_at__gt=timezone.now(),
    )
    old = get_object_or_404(Agreement, subscription=found.subscription)
    price = get_object_or_404(
        found.subscription.plan.prices, currency=old.currency, period=old.period
    )
    if request.method != "POST":
        context = {
            "offer": found,
            "agreement": old,
            "subscription": found.subscription,
            "begins_at": passing_on.begins_at(old, found.subscription),
        }
        return render(request, "web/take_on.html", context)
    order = checkout.Order(
        price,
        found.subscription.seat_count,
        kind=Purchase.Kinds.HANDOVER,
        details={"offer": found.pk, **passing_on.promise(old, found.subscription)},
        trial_ends_at=passing_on.begins_at(old, found.subscription),
    )
    try:
        return redirect(checkout.begin(reader, order))
    except checkout.SubscribedAlready:
        said = _("You pay for a subscription of your own. Cancel that one first, then come back.")
    except catalogue.NotSold:
        said = _("It has more seats than are sold now. Write to us, and we carry it over.")
    messages.error(request, said)
    return redirect("subscription")


def _agreement(request: HttpRequest) -> Agreement:
    agreement = live_agreement(reader_of(request))
    if agreement is None or agreement.subscription is None:
        raise Http404  # there is none, or it is being ended because it has another owner
    return agreement


def _customer(request: HttpRequest) -> Customer:
    found = Customer.objects.exclude(stripe_id=None).filter(reader=reader_of(request)).first()
    if found is None:
        raise Http404
    return found


def invoices_of(reader: Reader) -> QuerySet[Invoice]:
    """The reader's invoices, without those of free days."""
    return Invoice.objects.filter(customer__reader=reader).exclude(total=0, paid=0)


def next_payment(
    request: HttpRequest, agreement: Agreement | None
) -> tuple[int, datetime | None] | None:
    """The next payment; what we know ourselves when Stripe does not answer, or was asked too often
    by this reader; None: there is none."""
    if agreement is None or agreement.cancel_at is not None or agreement.paused:
        return None
    if asks_too_often(request):
        return agreement.amount, agreement.renews_at
    try:
        amount, _at = changes.renewal(agreement)
    except (TillAway, TillClosed, changes.Stale):
        amount = agreement.amount
    return amount, agreement.renews_at


def _stay(request: HttpRequest, agreement: Agreement, offer: Offer | None) -> HttpResponse:
    if offer is None:
        messages.error(request, _("This offer is over."))
        return redirect("cancel")
    changes.stay(agreement, offer)
    messages.success(request, _("Good that you stay. The next payment is the smaller one."))
    return redirect("subscription")
